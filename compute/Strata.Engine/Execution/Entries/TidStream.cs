using Strata.Engine.Storage.BTree;
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

/// <summary>The rows of one entry: what is skipped beyond the leaf at hand is skipped by a descent from the root.</summary>
internal sealed class PostingStream : TidStream
{
    private readonly EntryScan _scan;
    private readonly BTreeScan _cursor;
    private readonly byte[] _entry;
    private readonly byte[] _from;
    private int _next;
    private bool _isOpen;

    public PostingStream(EntryScan scan, byte[] entry)
    {
        _scan = scan;
        _entry = entry;
        _from = new byte[entry.Length + Tid.SizeBytes];
        entry.CopyTo(_from, 0);
        _cursor = scan.NewCursor();
    }

    public override ulong Seek(ulong atLeast)
    {
        if (atLeast == End)
            return End;
        for (int attempt = 0; ; attempt++)
        {
            ReadOnlySpan<Tid> batch = _isOpen ? _cursor.Tids : default;
            if (_next < batch.Length && NumberOf(batch[^1]) >= atLeast)
            {
                Skip(batch, atLeast);
                return NumberOf(batch[_next]);
            }

            // First the next leaf, then a leap.
            if (!_isOpen || attempt == 1)
                OpenAt(atLeast);
            if (!_cursor.NextBatch(_scan.Cancellation))
                return End;
            _next = 0;
        }
    }

    private void OpenAt(ulong atLeast)
    {
        TidOf(atLeast).Write(_from.AsSpan(_entry.Length));
        _scan.Open(_cursor, new BTreeRange { HasLower = true, Lower = _from, LowerInclusive = true, HasUpper = true, Upper = _entry, UpperInclusive = true });
        _isOpen = true;
    }

    private void Skip(ReadOnlySpan<Tid> batch, ulong atLeast)
    {
        // Mostly the next one or one nearby.
        int step = 1;
        int low = _next;
        while (low + step < batch.Length && NumberOf(batch[low + step]) < atLeast)
        {
            low += step;
            step *= 2;
        }

        int high = Math.Min(low + step, batch.Length - 1);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (NumberOf(batch[middle]) < atLeast)
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

/// <summary>What all streams have, by leaps: each moves to where another one is.</summary>
internal sealed class AndStream(TidStream[] parts) : TidStream
{
    public override ulong Seek(ulong atLeast)
    {
        ulong target = atLeast;
        int agreed = 0;
        for (int i = 0; agreed < parts.Length; i = (i + 1) % parts.Length)
        {
            ulong found = parts[i].Seek(target);
            if (found == End)
                return End;
            agreed = found == target ? agreed + 1 : 1;
            target = found;
        }

        return target;
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
