using Strata.Engine.Execution.Keys;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Keeps the first row of each key. Over an input sorted by the key it compares with the last one only; otherwise it remembers the keys seen.
/// </summary>
internal sealed class DistinctOperator(ExecutionState state, Operator input, KeyBuilder keys, bool isSorted) : Operator
{
    private readonly KeyTable _seen = new(state.Memory);
    private readonly SelectionBuffer _fresh = new();
    private byte[] _last = [];
    private int _lastLength = -1;

    public override void Open()
    {
        Clear();
        input.Open();
    }

    protected override unsafe Batch? NextBatch(int rowsMax)
    {
        while (input.Next(rowsMax) is { } batch)
        {
            state.CheckCancel();
            int* rows = _fresh.Reserve(batch.Count);
            int count = 0;
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection[i];
                if (IsFresh(keys.Build(batch, row)))
                    rows[count++] = row;
            }

            if (count == 0)
                continue;
            batch.Select(new Selection(rows, count));
            return batch;
        }

        return null;
    }

    public override void Rescan()
    {
        Clear();
        input.Rescan();
    }

    public override void Close()
    {
        input.Close();
        Clear();
    }

    public override void Dispose()
    {
        input.Dispose();
        _seen.Dispose();
        _fresh.Dispose();
    }

    private void Clear()
    {
        _seen.Clear();
        _lastLength = -1;
    }

    private bool IsFresh(ReadOnlySpan<byte> key)
    {
        if (!isSorted)
        {
            _seen.FindOrAdd(key, out bool added);
            return added;
        }

        if (_lastLength >= 0 && key.SequenceEqual(_last.AsSpan(0, _lastLength)))
            return false;
        if (_last.Length < key.Length)
            _last = new byte[key.Length * 2];
        key.CopyTo(_last);
        _lastLength = key.Length;
        return true;
    }
}
