using Strata.Engine.Execution.Entries;
using Strata.Engine.Storage.BTree;

namespace Strata.Engine.Execution.Operators;

/// <summary>The rows that a GIN, GiST or SP-GiST index finds for conditions, all of which must hold.</summary>
internal sealed class BitmapEntryScanOperator(ExecutionState state, BTreeIndex index, BoundEntryCondition[] conditions) : BitmapOperator
{
    private readonly TidBitmap _bitmap = new(state.Memory);

    public override void Open() => _bitmap.Clear();

    protected override TidBitmap Collect()
    {
        _bitmap.Clear();
        _bitmap.EntriesMax = EntriesMax(state);
        var queries = new EntryQuery[conditions.Length];
        for (int i = 0; i < queries.Length; i++)
            queries[i] = conditions[i].Query(state.Evaluation);
        using (var scan = new EntryScan(index, state.ReadPoint, state.Reader, state.Memory, state.Cancellation))
            EntryQuery.And(queries)!.Collect(scan, _bitmap);
        _bitmap.Complete();
        return _bitmap;
    }

    public override void Rescan() => _bitmap.Clear();

    public override void Close() => _bitmap.Dispose();

    public override void Dispose()
    {
        foreach (BoundEntryCondition condition in conditions)
            condition.Dispose();
        _bitmap.Dispose();
    }
}
