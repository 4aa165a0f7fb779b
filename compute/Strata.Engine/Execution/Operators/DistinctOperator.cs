using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Keeps the first row of each key. Over an input sorted by the key it compares with the last one only; otherwise it remembers the keys seen, and puts off to the end what it has no room for.
/// </summary>
internal sealed class DistinctOperator(ExecutionState state, Operator input, SqlType[] types, KeyBuilder keys, bool isSorted) : UnaryOperator(input)
{
    private readonly SelectionBuffer _fresh = new();
    private OperatorMemory? _memory;
    private KeyTable? _seen;
    private DeferredRows? _deferred;
    private bool _isFull;
    private bool _inputEnded;
    private byte[] _last = [];
    private int _lastLength = -1;

    protected override unsafe Batch? NextBatch(int rowsMax)
    {
        while (NextInput(rowsMax) is { } batch)
        {
            state.CheckCancel();
            int* rows = _fresh.Reserve(batch.Count);
            int count = _isFull ? DropKnown(batch) : KeepFresh(batch, rows);
            if (count == 0)
                continue;
            batch.Select(new Selection(rows, count));
            return batch;
        }

        return null;
    }

    public override void Dispose()
    {
        base.Dispose();
        _seen?.Dispose();
        _deferred?.Dispose();
        _fresh.Dispose();
    }

    protected override void Clear()
    {
        _seen?.Clear();
        _deferred?.Clear();
        _isFull = false;
        _inputEnded = false;
        _lastLength = -1;
        _memory?.Account.ResetPeak();
    }

    /// <summary>Rows of the input, then those that were put off.</summary>
    private Batch? NextInput(int rowsMax)
    {
        if (!_inputEnded)
        {
            if (Input.Next(rowsMax) is { } batch)
                return batch;
            _inputEnded = true;
            EndLevel();
        }

        while (_deferred is not null)
        {
            if (_deferred.NextRows(rowsMax) is { } batch)
                return batch;
            EndLevel();
            if (!_deferred.TryOpenPart())
                return null;
            _seen!.Clear();
        }

        return null;
    }

    private void EndLevel()
    {
        if (_isFull)
            _deferred!.EndLevel();
        _isFull = false;
        if (Statistics is not null && _memory is not null)
            Statistics.Space = SpaceReport.OfGroups(_deferred?.Batches ?? 1, _memory.Account.PeakBytes, _deferred?.DiskBytes ?? 0);
    }

    private unsafe int KeepFresh(Batch batch, int* rows)
    {
        int count = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection[i];
            if (IsFresh(keys.Build(batch, row)))
                rows[count++] = row;
        }

        if (_memory is not null && _memory.MustSpill(_seen!.Count))
        {
            _deferred ??= new DeferredRows(state, types, _memory);
            _isFull = _deferred.TryBeginLevel();
        }

        return count;
    }

    /// <summary>Puts off the rows whose keys have not been seen.</summary>
    private int DropKnown(Batch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> key = keys.Build(batch, batch.Selection[i]);
            _deferred!.Parts[i] = _seen!.Find(key) >= 0 ? SpillPartitions.None : SpillPartitions.Of(VectorHash.Bytes(key), _deferred.Level);
        }

        _deferred!.Append(batch, batch.Selection);
        return 0;
    }

    private bool IsFresh(ReadOnlySpan<byte> key)
    {
        if (!isSorted)
        {
            _memory ??= new OperatorMemory(state, "HashAgg hash table", isHash: true);
            _seen ??= new KeyTable(_memory.Account);
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
