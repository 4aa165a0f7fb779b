using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>Makes the entries of rows for a GIN, GiST or SP-GiST index. Classes are found at the first row. Reused; not thread-safe.</summary>
internal sealed class RowEntries(IndexInfo index, IndexKeyBuilder keys)
{
    private readonly ItemClass?[] _classes = new ItemClass?[index.KeyCount];

    /// <summary>The entries of the last row, sorted.</summary>
    public EntryList Entries { get; } = new();

    /// <summary>Makes the entries of a row. Throws what an expression raises.</summary>
    public void Build(EvaluationContext context, Batch row, int position, ErrorSink errors)
    {
        Entries.Clear();
        for (int i = 0; i < _classes.Length; i++)
        {
            Vector value = keys.Value(i, context, row, position, errors);
            ItemClass items = _classes[i] ??= ItemClasses.Of(index.Keys[i], value.Type);
            items.Extract(value, position, i, Entries);
        }

        Entries.SortUnique();
    }
}
