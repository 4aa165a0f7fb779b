using Strata.Engine.Storage.BTree;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Makes a set of row addresses. It gives no batches: the bitmap heap scan above asks for the set.</summary>
internal abstract class BitmapOperator : Operator
{
    private const int BytesPerEntry = 8;

    /// <summary>The set, complete; the operator's own until it is started over.</summary>
    public TidBitmap Build()
    {
        if (Statistics is null)
            return Collect();
        long started = Statistics.Begin();
        TidBitmap bitmap = Collect();
        Statistics.End(started, bitmap.Count);
        return bitmap;
    }

    protected abstract TidBitmap Collect();

    protected sealed override Batch? NextBatch(int rowsMax) => null;

    /// <summary>Entries that the statement's work memory has room for.</summary>
    protected static int EntriesMax(ExecutionState state) => (int)Math.Clamp(state.Spill.Settings.WorkMemoryBytes / BytesPerEntry, 1024, int.MaxValue / 4);
}

/// <summary>The rows of key ranges of an index.</summary>
internal sealed class BitmapIndexScanOperator(ExecutionState state, BTreeIndex index, IndexRange range) : BitmapOperator
{
    private readonly BTreeScan _scan = new();
    private readonly TidBitmap _bitmap = new(state.Memory);

    public override void Open() => _bitmap.Clear();

    protected override TidBitmap Collect()
    {
        _bitmap.Clear();
        _bitmap.EntriesMax = EntriesMax(state);
        range.Restart();
        index.Activity.NoteScan();
        while (range.TryNext(_scan, index, ScanDirection.Forward, state.ReadPoint, state.Reader))
        {
            while (_scan.NextBatch(state.Cancellation))
            {
                index.Activity.NoteRead(_scan.Tids.Length, 0);
                foreach (Format.Tid tid in _scan.Tids)
                    _bitmap.Add(tid);
            }
        }

        _bitmap.Complete();
        return _bitmap;
    }

    public override void Rescan() => _bitmap.Clear();

    public override void Close()
    {
        _scan.Close();
        _bitmap.Dispose();
    }

    public override void Dispose()
    {
        range.Dispose();
        _bitmap.Dispose();
    }
}

/// <summary>What is in all of several sets, or in any of them.</summary>
internal sealed class BitmapCombineOperator(BitmapOperator[] inputs, bool isAnd) : BitmapOperator
{
    public override void Open()
    {
        foreach (BitmapOperator input in inputs)
            input.Open();
    }

    protected override TidBitmap Collect()
    {
        TidBitmap result = inputs[0].Build();
        for (int i = 1; i < inputs.Length && !(isAnd && result.Count == 0); i++)
        {
            if (isAnd)
                result.IntersectWith(inputs[i].Build());
            else
                result.UnionWith(inputs[i].Build());
        }

        return result;
    }

    public override void Rescan()
    {
        foreach (BitmapOperator input in inputs)
            input.Rescan();
    }

    public override void Close()
    {
        foreach (BitmapOperator input in inputs)
            input.Close();
    }

    public override void Dispose()
    {
        foreach (BitmapOperator input in inputs)
            input.Dispose();
    }
}
