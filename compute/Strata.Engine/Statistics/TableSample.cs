using Strata.Engine.Types;

namespace Strata.Engine.Statistics;

/// <summary>Rows drawn from a table, in physical order, with the values of some columns; and how many rows the table is thought to have.</summary>
internal sealed class TableSample(int columns)
{
    /// <summary>Estimated rows of the table.</summary>
    public double TotalRows { get; set; }

    /// <summary>Rows of the sample: values by place of the column.</summary>
    public List<Datum[]> Rows { get; } = [];

    /// <summary>Number of columns in a row.</summary>
    public int ColumnCount => columns;

    /// <summary>Marks a value that is there but was too wide to be worth reading: its length in bytes.</summary>
    public Dictionary<(int Row, int Column), int> Wide { get; } = [];
}
