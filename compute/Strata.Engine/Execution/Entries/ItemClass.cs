using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>
/// What an operator class does: takes values apart into entries, and turns a comparison into a query over entries. A query may find too much, never too little: rows found are
/// checked with the comparison itself. Immutable, thread-safe.
/// </summary>
internal abstract class ItemClass
{
    /// <summary>Adds the entries of a value that is not null: at least one.</summary>
    public abstract void Extract(Vector vector, int row, EntryList entries);

    /// <summary>
    /// The query of <c>value operator constant</c>. The operator is one of the class's family, by name; the constant is not null, and its type tells operators of the same name apart.
    /// </summary>
    public abstract EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch);

    /// <summary>The same for classes whose operators depend on settings; there are none when a plan is made.</summary>
    public virtual EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch, IFunctionContext? context) => Query(operatorName, value, row, scratch);

    /// <summary>Adds the entries of a value of a column.</summary>
    public void Extract(Vector vector, int row, int column, EntryList entries)
    {
        entries.BeginColumn(column);
        if (vector.IsNull(row))
            entries.Add(EntryCategory.Null);
        else
            Extract(vector, row, entries);
    }

    /// <summary>The query of <c>value operator constant</c> for a column; a null constant finds nothing.</summary>
    public EntryQuery Query(string operatorName, Vector value, int row, int column, EntryList scratch, IFunctionContext? context = null)
    {
        if (value.IsNull(row))
            return EntryQuery.None;
        scratch.Clear();
        scratch.BeginColumn(column);
        return Query(operatorName, value, row, scratch, context);
    }
}
