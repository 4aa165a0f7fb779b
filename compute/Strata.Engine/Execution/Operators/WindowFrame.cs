using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Execution.Operators;

/// <summary>A run of rows, the end excluded.</summary>
internal readonly record struct RowRange(int Start, int End)
{
    /// <summary>Rows in it; never negative.</summary>
    public int Count => Math.Max(0, End - Start);
}

/// <summary>
/// Finds the frames of one window function in one partition, row after row. Bounds only move forward, so a partition takes time linear in its rows. For one thread.
/// </summary>
internal sealed class WindowFrame(WindowTask task, WindowPartition partition, SpillableReader rows)
{
    private readonly KeyBuffer _key = new();
    private readonly KeyBuffer _bound = new();
    private long _startOffset;
    private long _endOffset;
    private int _nonNullStart;
    private int _nonNullEnd;
    private int _startAt;
    private int _endAt;

    /// <summary>The rows of the frame are the concatenation of these three, in order; each may be empty.</summary>
    public (RowRange First, RowRange Second, RowRange Third) Ranges { get; private set; }

    /// <summary>Begins a partition.</summary>
    public void Begin(long startOffset, long endOffset)
    {
        _startOffset = startOffset;
        _endOffset = endOffset;
        if (task.Range is not { } range)
            return;
        _nonNullStart = partition.Start;
        _nonNullEnd = partition.End;
        while (_nonNullStart < _nonNullEnd && IsNull(range, _nonNullStart))
            _nonNullStart++;
        while (_nonNullEnd > _nonNullStart && IsNull(range, _nonNullEnd - 1))
            _nonNullEnd--;
        _startAt = _endAt = _nonNullStart;
    }

    /// <summary>Works out the frame of a row; rows come in order.</summary>
    public RowRange Compute(int row)
    {
        int from = StartOf(row);
        int to = Math.Max(from, EndOf(row));
        if (task.Exclusion == FrameExclusion.None)
        {
            Ranges = (new RowRange(from, to), default, default);
            return new RowRange(from, to);
        }

        RowRange excluded = task.Exclusion == FrameExclusion.CurrentRow ? new RowRange(row, row + 1) : partition.PeersOf(row);
        RowRange kept = task.Exclusion == FrameExclusion.Ties && row >= from && row < to ? new RowRange(row, row + 1) : default;
        Ranges = (new RowRange(from, Math.Min(to, excluded.Start)), kept, new RowRange(Math.Max(from, excluded.End), to));
        return new RowRange(from, to);
    }

    /// <summary>The nth row (from 0) of the frame last computed, or -1; from the end when <paramref name="fromEnd"/>.</summary>
    public int RowAt(long nth, bool fromEnd)
    {
        (RowRange first, RowRange second, RowRange third) = Ranges;
        long count = (long)first.Count + second.Count + third.Count;
        long at = fromEnd ? count - 1 - nth : nth;
        if (at < 0 || at >= count)
            return -1;
        if (at < first.Count)
            return first.Start + (int)at;
        at -= first.Count;
        return at < second.Count ? second.Start + (int)at : third.Start + (int)(at - second.Count);
    }

    private int StartOf(int row) => task.Start switch
    {
        FrameBoundKind.UnboundedPreceding => partition.Start,
        FrameBoundKind.UnboundedFollowing => partition.End,
        FrameBoundKind.CurrentRow => task.Unit == FrameUnit.Rows ? row : partition.PeersOf(row).Start,
        _ => task.Unit switch
        {
            FrameUnit.Rows => Clamp(Shift(row, task.Start, _startOffset)),
            FrameUnit.Groups => partition.GroupAt(Shift(partition.GroupOf(row), task.Start, _startOffset)).Start,
            _ => RangeStart(task.Range!, row),
        },
    };

    private int EndOf(int row) => task.End switch
    {
        FrameBoundKind.UnboundedPreceding => partition.Start,
        FrameBoundKind.UnboundedFollowing => partition.End,
        FrameBoundKind.CurrentRow => task.Unit == FrameUnit.Rows ? row + 1 : partition.PeersOf(row).End,
        _ => task.Unit switch
        {
            FrameUnit.Rows => Clamp(Shift(row, task.End, _endOffset, 1)),
            FrameUnit.Groups => partition.GroupAt(Shift(partition.GroupOf(row), task.End, _endOffset)).End,
            _ => RangeEnd(task.Range!, row),
        },
    };

    // Saturates: offsets may be as large as bigint.
    private static long Shift(int place, FrameBoundKind kind, long offset, int extra = 0) => kind == FrameBoundKind.Preceding
        ? place - offset + extra
        : place + Math.Min(offset, long.MaxValue >> 1) + extra;

    private int Clamp(long row) => (int)Math.Clamp(row, partition.Start, partition.End);

    private bool IsNull(WindowRange range, int row) => rows.ChunkOf(row, out int offset)[range.KeySlot].IsNull(offset);

    private int RangeStart(WindowRange range, int row)
    {
        // A row without a value has the others without one as its frame.
        if (IsNull(range, row))
            return row < _nonNullStart ? partition.Start : _nonNullEnd;
        if (!TryBound(range.StartSlot, range, row))
        {
            while (range.Descending && _startAt < _nonNullEnd && IsNaN(range.KeySlot, _startAt))
                _startAt++;
            return _startAt;
        }

        while (_startAt < _nonNullEnd && Compare(range, _startAt) < 0)
            _startAt++;
        return _startAt;
    }

    private int RangeEnd(WindowRange range, int row)
    {
        if (IsNull(range, row))
            return row < _nonNullStart ? _nonNullStart : partition.End;
        if (!TryBound(range.EndSlot, range, row))
        {
            while (_endAt < _nonNullEnd && (range.Descending || !IsNaN(range.KeySlot, _endAt)))
                _endAt++;
            return _endAt;
        }

        while (_endAt < _nonNullEnd && Compare(range, _endAt) <= 0)
            _endAt++;
        return _endAt;
    }

    // False where the bound is infinity minus infinity: every row is within it then but those that are no number, which are beyond infinity.
    private bool TryBound(int slot, WindowRange range, int row)
    {
        Batch chunk = rows.ChunkOf(row, out int offset);
        Vector bound = chunk[slot];
        if (IsNaN(slot, row) && !IsNaN(range.KeySlot, row))
            return false;
        _bound.Clear();
        KeyEncoder.Append(bound, offset, range.Descending, nullsFirst: false, _bound);
        return true;
    }

    private bool IsNaN(int slot, int row)
    {
        Vector values = rows.ChunkOf(row, out int offset)[slot];
        return values.Type.Oid == TypeOid.Float8 ? double.IsNaN(values.Get<double>(offset))
            : values.Type.Oid == TypeOid.Numeric && NumericValue.Decode(values.GetBytes(offset)).Kind == NumericKind.NaN;
    }

    private int Compare(WindowRange range, int row)
    {
        _key.Clear();
        KeyEncoder.Append(rows.ChunkOf(row, out int offset)[range.KeySlot], offset, range.Descending, nullsFirst: false, _key);
        return _key.Written.SequenceCompareTo(_bound.Written);
    }
}
