using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Rows;

/// <summary>
/// How the rows of a table are laid out. Layout version n stands for the first n columns (dropped ones included, at the width they had), so that
/// ADD COLUMN and DROP COLUMN rewrite nothing. Immutable but for a cache; thread-safe.
/// </summary>
public sealed class TableLayout
{
    private readonly RowLayout?[] _layouts;
    private readonly Datum[] _missing;

    /// <summary>The layout of a relation. Throws when the value of a column added later cannot be read.</summary>
    public TableLayout(RelationInfo relation, Func<ColumnInfo, SqlType> typeOf, IFunctionContext functions)
    {
        Relation = relation;
        int count = relation.Columns.Length;
        Physical = new PhysicalType[count];
        Types = new SqlType?[count];
        _layouts = new RowLayout?[count + 1];
        _missing = new Datum[count];
        for (int i = 0; i < count; i++)
        {
            ColumnInfo column = relation.Columns[i];
            Physical[i] = BuiltinTypes.PhysicalOf(column.TypeOid);
            if (column.IsDropped)
                continue;
            SqlType type = typeOf(column);
            Types[i] = type;
            Physical[i] = type.Physical;
            if (column.MissingValue is not null)
                _missing[i] = TypeInput.Parse(type, System.Text.Encoding.UTF8.GetBytes(column.MissingValue), functions);
        }
    }

    /// <summary>The relation.</summary>
    public RelationInfo Relation { get; }

    /// <summary>Physical type by attribute number - 1.</summary>
    public PhysicalType[] Physical { get; }

    /// <summary>Type by attribute number - 1; null for dropped columns.</summary>
    public SqlType?[] Types { get; }

    /// <summary>The layout that new rows are written with.</summary>
    public RowLayout Current => Of(Physical.Length);

    /// <summary>What rows that are older than a column have in it.</summary>
    public Datum Missing(int column) => _missing[column];

    /// <summary>The layout of rows with this many columns.</summary>
    public RowLayout Of(int columnCount)
    {
        return _layouts[columnCount] ?? Make(columnCount);
    }

    private RowLayout Make(int columnCount)
    {
        var widths = new short[columnCount];
        for (int i = 0; i < columnCount; i++)
            widths[i] = Physical[i] == PhysicalType.Bytes ? RowLayout.Variable : (short)Physical[i].WidthBytes();
        // Two threads may both make it; the layouts are equal.
        return _layouts[columnCount] = new RowLayout((ushort)columnCount, widths);
    }
}
