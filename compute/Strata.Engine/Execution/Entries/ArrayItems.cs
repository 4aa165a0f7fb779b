using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>GIN's array_ops: an entry for each element.</summary>
internal sealed class ArrayItems(SqlType type) : ItemClass
{
    private readonly SqlType? _element = type.Plain.ElementType;

    public override void Extract(Vector vector, int row, EntryList entries)
    {
        var array = new ArrayValue(vector.GetBytes(row));
        if (array.Count == 0)
        {
            entries.Add(EntryCategory.Empty);
            return;
        }

        bool hasNull = AddElements(array, entries);
        if (hasNull)
            entries.Add(EntryCategory.NullPart);
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        var array = new ArrayValue(value.GetBytes(row));
        bool hasNull = AddElements(array, scratch);
        int column = scratch.Column;
        scratch.SortUnique();
        EntryQuery empty = EntryQuery.Of(column, EntryCategory.Empty);
        switch (operatorName)
        {
            case "&&":
                return scratch.ToOr();
            case "@>":
                // A null is equal to nothing.
                return hasNull ? EntryQuery.None : scratch.ToAnd() ?? EntryQuery.AllOf(column);
            case "<@":
                return EntryQuery.Or([scratch.ToOr(), empty])!;
            default:
                return EntryQuery.And([scratch.ToAnd(), hasNull ? EntryQuery.Of(column, EntryCategory.NullPart) : null]) ?? empty;
        }
    }

    private bool AddElements(ArrayValue array, EntryList entries)
    {
        SqlType element = _element ?? BuiltinTypes.Get(array.ElementOid);
        bool hasNull = false;
        foreach (ArrayValue.Element item in array)
        {
            hasNull |= item.IsNull;
            if (item.IsNull)
                continue;
            KeyEncoder.AppendStored(element, item.Stored, entries.Begin());
            entries.End();
        }

        return hasNull;
    }
}
