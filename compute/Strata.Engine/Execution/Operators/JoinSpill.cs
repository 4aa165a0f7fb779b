using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// A hash join whose right side does not fit into memory: both sides are split by the keys' hashes into files, and the pairs of parts are joined one after the other (Grace hash join). A right part that is still too
/// large is split again together with its left part. Where splitting does not help, because too many rows have one key, the right part is taken in passes over the left one. Not thread-safe.
/// </summary>
internal sealed unsafe class JoinSpill : IDisposable
{
    private readonly ExecutionState _state;
    private readonly OperatorMemory _memory;
    private readonly JoinHashTable _table;
    private readonly JoinProbe _probe;
    private readonly int[] _leftSlots;
    private readonly bool _keepsLeft;
    private readonly bool _keepsRight;
    private readonly SpillPartitions _rightParts;
    private readonly SpillPartitions _leftParts;
    private readonly SpillReader _rightReader;
    private readonly SpillReader _leftReader;
    private readonly Stack<Pair> _pending = new();
    private readonly Vector _keys;
    private readonly Batch _keyed;
    private readonly Batch _stored;
    private readonly Batch _leftColumns;
    private readonly Batch _leftView;
    private readonly SelectionBuffer _slice = new();
    private readonly ulong[] _hashes = new ulong[Batch.RowsMax];
    private readonly bool[] _canMatch = new bool[Batch.RowsMax];
    private readonly sbyte[] _parts = new sbyte[Batch.RowsMax];
    private Pair? _current;
    private ulong[] _matched = [];
    private long _matchedCharge;
    private int _pass;
    private Batch? _leftChunk;
    private int _leftPosition;
    private long _leftBase;

    /// <summary>Parts of both sides with the same hashes; null for no rows.</summary>
    private sealed record Pair(SpillRun? Right, SpillRun? Left, int Level, bool CanSplit);

    public JoinSpill(
        ExecutionState state, OperatorMemory memory, JoinHashTable table, JoinProbe probe, HashJoinColumns columns, SqlType[] leftTypes, bool keepsLeft, bool keepsRight)
    {
        _state = state;
        _memory = memory;
        _table = table;
        _probe = probe;
        _keepsLeft = keepsLeft;
        _keepsRight = keepsRight;
        SqlType[] rightTypes = [table.KeyType, .. table.Rows.Types];
        _leftSlots = [.. columns.LeftKeys.Concat(columns.LeftOutput).Concat(columns.LeftResidual).Distinct()];
        SqlType[] keptTypes = Array.ConvertAll(_leftSlots, slot => leftTypes[slot]);
        _rightParts = new SpillPartitions(state, rightTypes, memory);
        _leftParts = new SpillPartitions(state, keptTypes, memory);
        _rightReader = new SpillReader(rightTypes, memory.Account);
        _leftReader = new SpillReader(keptTypes, memory.Account);
        _keys = new Vector(table.KeyType, memory.Account);
        _keyed = new Batch(new Vector[rightTypes.Length]);
        _stored = new Batch(new Vector[rightTypes.Length - 1]);
        _leftColumns = new Batch(new Vector[_leftSlots.Length]);
        _leftView = new Batch(new Vector[leftTypes.Length]);
    }

    /// <summary>Pairs of parts so far, as EXPLAIN counts batches.</summary>
    public int Batches { get; private set; }

    /// <summary>No further pass over the current left part follows: whether its rows have a match is known at the end of this one.</summary>
    public bool IsLastPass { get; private set; }

    /// <summary>Takes over the rows of the table, which is empty then.</summary>
    public void TakeTable()
    {
        RowStore rows = _table.Rows;
        bool hasRows = rows.Types.Length > 0;
        for (int first = 0; first < _table.RowCount; first += Batch.RowsMax)
        {
            int count = Math.Min(Batch.RowsMax, _table.RowCount - first);
            _table.ShowKeys(first, count, _keys, _hashes);
            for (int i = 1; i < _keyed.Columns.Length; i++)
                _keyed.Columns[i] = rows.ChunkOf(first)[i - 1];
            AppendRight(hasRows ? rows.ChunkOf(first).StoredCount : count, new Selection(count), 0);
        }

        _table.Clear();
    }

    /// <summary>Adds rows of the right input; <paramref name="stored"/> shows the columns to keep.</summary>
    public void AddRight(Batch batch, Batch stored)
    {
        _table.ShowKeys(batch, _keys, _hashes);
        for (int i = 1; i < _keyed.Columns.Length; i++)
            _keyed.Columns[i] = stored[i - 1];
        AppendRight(batch.StoredCount, batch.Selection, 0);
    }

    private void AppendRight(int storedCount, Selection selection, int level)
    {
        _keyed.Columns[0] = _keys;
        _keyed.SetCount(storedCount);
        for (int i = 0; i < selection.Count; i++)
        {
            bool isNull = _keys.HasNulls && _keys.IsNull(selection[i]);
            _parts[i] = !isNull ? SpillPartitions.Of(_hashes[i], level) : _keepsRight ? (sbyte)0 : SpillPartitions.None;
        }

        _rightParts.Append(_keyed, selection, _parts);
    }

    /// <summary>Adds rows of the left input.</summary>
    public void AddLeft(Batch batch) => AppendLeft(batch, 0);

    private void AppendLeft(Batch batch, int level)
    {
        _probe.HashAll(batch, _hashes, _canMatch);
        for (int i = 0; i < _leftSlots.Length; i++)
            _leftColumns.Columns[i] = batch[_leftSlots[i]];
        _leftColumns.SetCount(batch.StoredCount);
        for (int i = 0; i < batch.Count; i++)
            _parts[i] = _canMatch[i] ? SpillPartitions.Of(_hashes[i], level) : _keepsLeft ? (sbyte)0 : SpillPartitions.None;
        _leftParts.Append(_leftColumns, batch.Selection, _parts);
    }

    /// <summary>Both sides have been added.</summary>
    public void CompleteInputs() => PushPairs(0, long.MaxValue);

    private void PushPairs(int level, long parentRows)
    {
        SpillRun?[] right = _rightParts.Finish();
        SpillRun?[] left = _leftParts.Finish();
        for (int part = SpillPartitions.Count - 1; part >= 0; part--)
        {
            // A part that has nearly all rows of what was split has one key too often: splitting it again is of no use.
            bool canSplit = level + 1 < SpillPartitions.LevelsMax && right[part] is { } run && run.Rows < parentRows / 8 * 7;
            var pair = new Pair(right[part], left[part], level, canSplit);
            bool isNeeded = pair is { Right: not null, Left: not null } || (pair.Left is not null && _keepsLeft) || (pair.Right is not null && _keepsRight);
            if (isNeeded)
                _pending.Push(pair);
            else
                Drop(pair);
        }

        Batches += right.Count(static run => run is not null);
    }

    /// <summary>Fills the table for the next pass; false when all pairs are joined.</summary>
    public bool TryNextPass()
    {
        _leftChunk = null;
        if (_current is not null && !IsLastPass)
        {
            _pass++;
            LoadTable(_current, isFirst: false);
            OpenLeft(_current);
            return true;
        }

        EndPair();
        while (_pending.TryPop(out Pair? pair))
        {
            _current = pair;
            _pass = 0;
            if (pair.Right is { } right)
            {
                _rightReader.Open(right);
                if (!LoadTable(pair, isFirst: true))
                {
                    Split(pair);
                    continue;
                }
            }
            else
            {
                _table.Clear();
                _table.Complete([]);
                IsLastPass = true;
            }

            OpenLeft(pair);
            if (!IsLastPass && pair.Left is { } left)
                ReserveMatched(left.Rows);
            return true;
        }

        return false;
    }

    private void OpenLeft(Pair pair)
    {
        _leftBase = 0;
        _leftPosition = 0;
        _leftReader.Open(pair.Left ?? default);
    }

    /// <summary>Reads rows of the right part into the table until it is full or they end; false when the part should be split instead.</summary>
    private bool LoadTable(Pair pair, bool isFirst)
    {
        _table.Clear();
        while (_rightReader.Next() is { } chunk)
        {
            _state.CheckCancel();
            for (int i = 0; i < _stored.Columns.Length; i++)
                _stored.Columns[i] = chunk[i + 1];
            _stored.SetCount(chunk.StoredCount);
            _table.AddKeyed(chunk[0], _stored);
            if (!_memory.MustSpill(_table.RowCount) || _rightReader.IsAtEnd)
                continue;
            if (isFirst && pair.CanSplit)
                return false;
            break;
        }

        _table.Complete([]);
        IsLastPass = _rightReader.IsAtEnd;
        return true;
    }

    private void Split(Pair pair)
    {
        _table.Clear();
        int level = pair.Level + 1;
        SpillRun right = pair.Right!.Value;
        _rightReader.Open(right);
        while (_rightReader.Next() is { } chunk)
        {
            _state.CheckCancel();
            HashKeys(chunk[0], chunk.StoredCount);
            for (int i = 1; i < _keyed.Columns.Length; i++)
                _keyed.Columns[i] = chunk[i];
            _keyed.Columns[0] = chunk[0];
            _keyed.SetCount(chunk.StoredCount);
            for (int i = 0; i < chunk.StoredCount; i++)
                _parts[i] = chunk[0].IsNull(i) ? (sbyte)0 : SpillPartitions.Of(_hashes[i], level);
            _rightParts.Append(_keyed, new Selection(chunk.StoredCount), _parts);
        }

        if (pair.Left is { } left)
        {
            _leftReader.Open(left);
            while (_leftReader.Next() is { } chunk)
            {
                _state.CheckCancel();
                ShowLeft(chunk);
                AppendLeft(_leftView, level);
            }
        }

        Drop(pair);
        _current = null;
        PushPairs(level, right.Rows);
        Batches--;
    }

    private void HashKeys(Vector keys, int count)
    {
        bool isPacked = _table.IsPacked;
        for (int i = 0; i < count; i++)
            _hashes[i] = isPacked ? VectorHash.Int64(keys.Get<ulong>(i)) : VectorHash.Bytes(keys.GetBytes(i));
    }

    private void ShowLeft(Batch chunk)
    {
        for (int i = 0; i < _leftSlots.Length; i++)
            _leftView.Columns[_leftSlots[i]] = chunk[i];
        _leftView.SetCount(chunk.StoredCount);
    }

    /// <summary>The next rows of the left part in the columns of the left input, or null at the end of the pass.</summary>
    public Batch? NextLeft(int rowsMax)
    {
        if (_leftChunk is null || _leftPosition >= _leftChunk.StoredCount)
        {
            _leftBase += _leftChunk?.StoredCount ?? 0;
            _leftPosition = 0;
            _leftChunk = _leftReader.Next();
            if (_leftChunk is null)
                return null;
        }

        int count = Math.Min(rowsMax, _leftChunk.StoredCount - _leftPosition);
        ShowLeft(_leftChunk);
        int* rows = _slice.Reserve(count);
        for (int i = 0; i < count; i++)
            rows[i] = _leftPosition + i;
        _leftView.Select(new Selection(rows, count));
        _leftPosition += count;
        return _leftView;
    }

    /// <summary>Which of the rows last given out had a match in an earlier pass.</summary>
    public void ReadMatched(Span<bool> matched)
    {
        if (_pass == 0)
        {
            matched.Clear();
            return;
        }

        long first = _leftBase + _leftPosition - matched.Length;
        for (int i = 0; i < matched.Length; i++)
            matched[i] = (_matched[(first + i) >>> 6] & (1UL << (int)((first + i) & 63))) != 0;
    }

    /// <summary>Remembers which of the rows last given out have had a match.</summary>
    public void WriteMatched(ReadOnlySpan<bool> matched)
    {
        long first = _leftBase + _leftPosition - matched.Length;
        for (int i = 0; i < matched.Length; i++)
            _matched[(first + i) >>> 6] |= matched[i] ? 1UL << (int)((first + i) & 63) : 0;
    }

    public void Dispose()
    {
        EndPair();
        while (_pending.TryPop(out Pair? pair))
            Drop(pair);
        _rightParts.Dispose();
        _leftParts.Dispose();
        _rightReader.Dispose();
        _leftReader.Dispose();
        _keys.Dispose();
        _slice.Dispose();
    }

    private void ReserveMatched(long rows)
    {
        long words = (rows + 63) >>> 6;
        _memory.Account.Charge(words * sizeof(ulong));
        _matchedCharge = words * sizeof(ulong);
        _matched = new ulong[words];
    }

    private void EndPair()
    {
        if (_current is not null)
            Drop(_current);
        _current = null;
        _memory.Account.Release(_matchedCharge);
        _matchedCharge = 0;
        _matched = [];
    }

    private static void Drop(Pair pair)
    {
        pair.Right?.File.Dispose();
        pair.Left?.File.Dispose();
    }
}
