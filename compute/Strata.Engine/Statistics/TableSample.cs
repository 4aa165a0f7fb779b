using Strata.Engine.Vectors;

namespace Strata.Engine.Statistics;

/// <summary>Rows drawn from a table, or from the tables of a tree one after the other, and how many rows there are thought to be in all. Owns the rows.</summary>
internal sealed class TableSample : IDisposable
{
    private readonly List<StoredRows> _parts = [];
    private readonly List<int> _firstRows = [];

    /// <summary>Estimated rows of the tables.</summary>
    public double TotalRows { get; private set; }

    /// <summary>Rows of the sample.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a table's rows, in physical order, behind those of the others.</summary>
    public void Add(StoredRows rows, double totalRows)
    {
        _parts.Add(rows);
        _firstRows.Add(Count);
        Count += rows.Count;
        TotalRows += totalRows;
    }

    /// <summary>Reads a column of all rows, by its place among the sample's.</summary>
    public void Decode(int column, SampledColumn target)
    {
        foreach (StoredRows part in _parts)
            part.Decode(column, target);
    }

    /// <summary>Reads one value, however wide, into a row of a vector.</summary>
    public void Decode(int row, int column, Vector target, int place)
    {
        int part = _firstRows.BinarySearch(row);
        // A table without rows begins where the next one does: the last of those that begin there has the row.
        part = part < 0 ? ~part - 1 : part;
        while (part + 1 < _firstRows.Count && _firstRows[part + 1] <= row)
            part++;
        _parts[part].Decode(row - _firstRows[part], column, target, place);
    }

    public void Dispose()
    {
        foreach (StoredRows part in _parts)
            part.Dispose();
    }
}
