using Strata.Format;

namespace Strata.Engine.Execution.Entries;

/// <summary>Addresses of rows in the order of the table, each a number: block × 65536 + slot. Not thread-safe.</summary>
internal abstract class TidStream
{
    /// <summary>Behind the last row.</summary>
    public const ulong End = ulong.MaxValue;

    private const int SlotBits = 16;

    public static ulong NumberOf(Tid tid) => ((ulong)tid.Block << SlotBits) | tid.Slot;

    public static Tid TidOf(ulong number) => new((uint)(number >> SlotBits), (ushort)number);

    /// <summary>The first row at or behind <paramref name="atLeast"/>, or <see cref="End"/>. Never goes back.</summary>
    public abstract ulong Seek(ulong atLeast);
}

/// <summary>The rows of one entry. What lies beyond those at hand is found by a descent from the root: few rows after a leap, more and more while it goes on from row to row.</summary>
internal sealed class PostingStream : TidStream
{
    private const int BatchMin = 8;
    private const int BatchMax = 512;

    private readonly EntryScan _scan;
    private readonly byte[] _entry;
    private readonly byte[] _from;
    private Tid[] _tids = new Tid[BatchMin];
    private int _count;
    private int _next;
    private int _batch = BatchMin;
    private bool _isLast;

    public PostingStream(EntryScan scan, byte[] entry)
    {
        _scan = scan;
        _entry = entry;
        _from = new byte[entry.Length + Tid.SizeBytes];
        entry.CopyTo(_from, 0);
    }

    public override ulong Seek(ulong atLeast)
    {
        if (atLeast == End)
            return End;
        if (_count == 0 || NumberOf(_tids[_count - 1]) < atLeast)
        {
            if (_isLast)
                return End;
            Fill(atLeast);
            if (_count == 0)
                return End;
        }

        Skip(atLeast);
        return NumberOf(_tids[_next]);
    }

    private void Fill(ulong atLeast)
    {
        bool goesOn = _count > 0 && _next >= _count / 2;
        _batch = goesOn ? Math.Min(_batch * 4, BatchMax) : BatchMin;
        if (_tids.Length < _batch)
            _tids = new Tid[_batch];
        TidOf(atLeast).Write(_from.AsSpan(_entry.Length));
        _count = _scan.Lookup(_entry, _from, _tids.AsSpan(0, _batch));
        _isLast = _count < _batch;
        _next = 0;
    }

    private void Skip(ulong atLeast)
    {
        // Mostly the next one or one nearby.
        int low = _next, step = 1;
        while (low + step < _count && NumberOf(_tids[low + step]) < atLeast)
        {
            low += step;
            step *= 2;
        }

        int high = Math.Min(low + step, _count - 1);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (NumberOf(_tids[middle]) < atLeast)
                low = middle + 1;
            else
                high = middle;
        }

        _next = low;
    }
}

/// <summary>A set that was collected and sorted.</summary>
internal sealed class CollectedStream(TidBitmap bitmap) : TidStream
{
    private int _next;

    public override ulong Seek(ulong atLeast)
    {
        int low = _next, high = bitmap.Count;
        if (low < high && bitmap.NumberAt(low) < atLeast)
        {
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (bitmap.NumberAt(middle) < atLeast)
                    low = middle + 1;
                else
                    high = middle;
            }
        }

        _next = low;
        return low < bitmap.Count ? bitmap.NumberAt(low) : End;
    }
}

/// <summary>
/// What all streams have, by leaps: each moves to where another one is. A stream that has agreed to everything for a while is not asked any more: most rows have it, and rows found are checked anyway.
/// </summary>
internal sealed class AndStream(TidStream[] parts) : TidStream
{
    private const int AgreementsMax = 64;

    private readonly TidStream[] _parts = [.. parts];
    private readonly int[] _agreements = new int[parts.Length];
    private int _count = parts.Length;

    public override ulong Seek(ulong atLeast)
    {
        ulong target = atLeast;
        int agreed = 0;
        bool isProposed = false;
        for (int i = 0; agreed < _count;)
        {
            ulong found = _parts[i].Seek(target);
            if (found == End)
                return End;
            bool agrees = found == target;
            // Whether it would have been there by itself says nothing about what others propose.
            if (isProposed)
                _agreements[i] = agrees && _agreements[i] >= 0 ? _agreements[i] + 1 : -1;
            isProposed = true;
            agreed = agrees ? agreed + 1 : 1;
            target = found;
            if (_agreements[i] >= AgreementsMax && _count > 1)
            {
                Drop(i);
                agreed--;
            }
            else
            {
                i++;
            }

            if (i >= _count)
                i = 0;
        }

        return target;
    }

    private void Drop(int index)
    {
        _count--;
        _parts.AsSpan((index + 1)..(_count + 1)).CopyTo(_parts.AsSpan(index));
        _agreements.AsSpan((index + 1)..(_count + 1)).CopyTo(_agreements.AsSpan(index));
    }
}

/// <summary>What any stream has.</summary>
internal sealed class OrStream(TidStream[] parts) : TidStream
{
    private readonly ulong[] _current = new ulong[parts.Length];
    private bool _isStarted;

    public override ulong Seek(ulong atLeast)
    {
        ulong least = End;
        for (int i = 0; i < parts.Length; i++)
        {
            if (!_isStarted || _current[i] < atLeast)
                _current[i] = parts[i].Seek(atLeast);
            least = Math.Min(least, _current[i]);
        }

        _isStarted = true;
        return least;
    }
}

/// <summary>What at least some number of streams have.</summary>
internal sealed class AtLeastStream(TidStream[] parts, int needed) : TidStream
{
    private readonly ulong[] _current = new ulong[parts.Length];
    private readonly ulong[] _sorted = new ulong[parts.Length];
    private bool _isStarted;

    public override ulong Seek(ulong atLeast)
    {
        while (true)
        {
            for (int i = 0; i < parts.Length; i++)
            {
                if (!_isStarted || _current[i] < atLeast)
                    _current[i] = parts[i].Seek(atLeast);
            }

            _isStarted = true;
            _current.CopyTo(_sorted, 0);
            Array.Sort(_sorted);
            // Before this row there are too few streams left.
            ulong candidate = _sorted[needed - 1];
            if (candidate == End || _sorted[0] == candidate)
                return candidate;
            atLeast = candidate;
            int have = 0;
            for (int i = 0; i < parts.Length; i++)
            {
                if (_current[i] < candidate)
                    _current[i] = parts[i].Seek(candidate);
                have += _current[i] == candidate ? 1 : 0;
            }

            if (have >= needed)
                return candidate;
            // Some stream left the row behind, so the next candidate is a later one.
            atLeast = candidate + 1;
        }
    }
}
