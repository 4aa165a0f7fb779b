using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>
/// State of every transaction id of this compute's life that is running, or committed above the prune horizon. An id that is absent is final: the commit
/// log page says committed, or else it is aborted. Lookups take no lock and allocate nothing.
/// </summary>
/// <remarks>
/// Ids are handed out in order, so they live in segments of <see cref="SegmentXids"/> consecutive ones, found through a directory indexed by segment number. A
/// segment goes back to a free list as soon as all its ids are final, however old others still run. A lookup reads the segment's first id before and
/// after the value: a segment given to other ids meanwhile is recognized, and can mean only that the id asked for has become final.
/// <code>
/// value   0              running (or not handed out yet)
///         2^64 - 1       aborted
///         else           LSN of its commit record
/// </code>
/// </remarks>
internal sealed class XidTable
{
    private const int SegmentXids = 4096;
    private const int InitialDirectory = 256;
    private const ulong Running = 0;
    private const ulong CommittedLongAgo = 1;
    private const ulong Aborted = ulong.MaxValue;

    private sealed class Segment
    {
        public ulong FirstXid;
        public readonly ulong[] Values = new ulong[SegmentXids];
        public readonly Transaction?[] Owners = new Transaction?[SegmentXids];
        public int HandedOut;
        public int Ended;
        public ulong HighestCommit;
    }

    private readonly Lock _lock = new();
    private readonly Stack<Segment> _free = new();
    private Segment?[] _directory = new Segment?[InitialDirectory];
    private ulong _oldestSegment;
    private ulong _newestSegment;

    /// <summary>True when the id has an entry; <paramref name="commitLsn"/> is zero while it runs and <see cref="Lsn.Max"/> when aborted.</summary>
    public bool TryGet(ulong xid, out Lsn commitLsn)
    {
        Segment? segment = Find(xid);
        if (segment is not null)
        {
            ulong value = Volatile.Read(ref segment.Values[xid % SegmentXids]);
            if (Volatile.Read(ref segment.FirstXid) == xid - xid % SegmentXids)
            {
                commitLsn = new Lsn(value);
                return true;
            }
        }
        commitLsn = default;
        return false;
    }

    /// <summary>The transaction that runs under an id, or null when it ended.</summary>
    public Transaction? OwnerOf(ulong xid)
    {
        Segment? segment = Find(xid);
        Transaction? owner = segment is null ? null : Volatile.Read(ref segment.Owners[xid % SegmentXids]);
        return segment is not null && Volatile.Read(ref segment.FirstXid) == xid - xid % SegmentXids ? owner : null;
    }

    /// <summary>Registers a new id as running, before anybody can see it. Ids come in ascending order from one thread at a time.</summary>
    public void Add(ulong xid, Transaction owner)
    {
        lock (_lock)
        {
            Segment segment = Find(xid) ?? NewSegment(xid);
            Volatile.Write(ref segment.Owners[xid % SegmentXids], owner);
            segment.HandedOut++;
        }
    }

    /// <summary>
    /// Registers an id of an earlier life as running, before any id of this life, in ascending order. The other ids of that life in its segment, up to <paramref name="firstOfLife"/>, are final:
    /// <paramref name="isCommitted"/> tells how.
    /// </summary>
    public void AddRecovered(ulong xid, Transaction owner, ulong firstOfLife, Func<ulong, bool> isCommitted)
    {
        if (Find(xid) is null)
        {
            lock (_lock)
            {
                Segment made = NewSegment(xid);
                for (ulong other = made.FirstXid; other < Math.Min(firstOfLife, made.FirstXid + SegmentXids); other++)
                    made.Values[other % SegmentXids] = isCommitted(other) ? CommittedLongAgo : Aborted;
            }
        }

        Volatile.Write(ref Find(xid)!.Values[xid % SegmentXids], Running);
        Add(xid, owner);
    }

    /// <summary>The id runs on in another transaction object: its transaction was prepared.</summary>
    public void SetOwner(ulong xid, Transaction owner)
    {
        Segment? segment = Find(xid);
        Invariant.Check(segment is not null);
        Volatile.Write(ref segment.Owners[xid % SegmentXids], owner);
    }

    /// <summary>Notes that the commit record of a transaction's ids ends at an LSN. They stay "in progress" to others until that LSN is visible.</summary>
    public void SetCommitted(ReadOnlySpan<ulong> xids, Lsn commitLsn)
    {
        foreach (ulong xid in xids)
        {
            Segment? segment = Find(xid);
            Invariant.Check(segment is not null);
            Volatile.Write(ref segment.Values[xid % SegmentXids], commitLsn.Value);
        }
    }

    /// <summary>Marks an id aborted.</summary>
    public void SetAborted(ulong xid)
    {
        Segment? segment = Find(xid);
        Invariant.Check(segment is not null);
        Volatile.Write(ref segment.Values[xid % SegmentXids], Aborted);
    }

    /// <summary>The transaction of the ids has ended and its outcome shows: nobody can wait for them any more.</summary>
    public void End(ReadOnlySpan<ulong> xids)
    {
        lock (_lock)
        {
            foreach (ulong xid in xids)
            {
                Segment? segment = Find(xid);
                Invariant.Check(segment is not null);
                int index = (int)(xid % SegmentXids);
                ulong value = segment.Values[index];
                Invariant.Check(value != Running);
                Volatile.Write(ref segment.Owners[index], null);
                segment.Ended++;
                if (value != Aborted && value > segment.HighestCommit)
                    segment.HighestCommit = value;
            }
        }
    }

    /// <summary>The lowest id below <paramref name="next"/> that runs; <paramref name="next"/> when none does.</summary>
    public ulong OldestRunning(ulong next)
    {
        lock (_lock)
        {
            for (ulong number = _oldestSegment; number <= _newestSegment; number++)
            {
                Segment? segment = _directory[number & (ulong)(_directory.Length - 1)];
                if (segment is null || segment.FirstXid != number * SegmentXids || segment.Ended == segment.HandedOut)
                    continue;
                int running = Array.FindIndex(segment.Owners, static owner => owner is not null);
                if (running >= 0)
                    return Math.Min(next, segment.FirstXid + (ulong)running);
            }
            return next;
        }
    }

    /// <summary>The ids below <paramref name="next"/> that run, or committed behind an LSN that the horizon has not passed, in ascending order.</summary>
    public List<ulong> UnseenAt(Lsn snapshot, ulong next)
    {
        var unseen = new List<ulong>();
        lock (_lock)
        {
            for (ulong number = _oldestSegment; number <= _newestSegment; number++)
            {
                Segment? segment = _directory[number & (ulong)(_directory.Length - 1)];
                if (segment is null || segment.FirstXid != number * SegmentXids || (segment.Ended == segment.HandedOut && segment.HighestCommit <= snapshot.Value))
                    continue;
                for (int i = 0; i < SegmentXids && segment.FirstXid + (ulong)i < next; i++)
                {
                    ulong value = Volatile.Read(ref segment.Values[i]);
                    if (value == Running ? segment.Owners[i] is not null : value != Aborted && value > snapshot.Value)
                        unseen.Add(segment.FirstXid + (ulong)i);
                }
            }
        }

        return unseen;
    }

    /// <summary>Lets go of segments whose ids are all final: ended, and committed at or below the horizon or aborted.</summary>
    public void Prune(Lsn horizon)
    {
        lock (_lock)
        {
            for (ulong number = _oldestSegment; number < _newestSegment; number++)
            {
                ref Segment? slot = ref _directory[number & (ulong)(_directory.Length - 1)];
                Segment? segment = slot;
                bool present = segment is not null && segment.FirstXid == number * SegmentXids;
                if (present && (segment!.Ended < segment.HandedOut || segment.HighestCommit > horizon.Value))
                    continue;
                if (present)
                {
                    Volatile.Write(ref slot, null);
                    Volatile.Write(ref segment!.FirstXid, ulong.MaxValue);
                    _free.Push(segment);
                }
                if (number == _oldestSegment)
                    _oldestSegment++;
            }
        }
    }

    private Segment? Find(ulong xid)
    {
        Segment?[] directory = Volatile.Read(ref _directory);
        ulong number = xid / SegmentXids;
        Segment? segment = Volatile.Read(ref directory[number & (ulong)(directory.Length - 1)]);
        return segment is not null && Volatile.Read(ref segment.FirstXid) == number * SegmentXids ? segment : null;
    }

    private Segment NewSegment(ulong xid)
    {
        ulong number = xid / SegmentXids;
        Invariant.Check(_newestSegment == 0 || number > _newestSegment);
        if (_newestSegment == 0)
            _oldestSegment = number;
        while (_directory[number & (ulong)(_directory.Length - 1)] is not null)
            Grow();
        if (!_free.TryPop(out Segment? segment))
            segment = new Segment();
        Array.Clear(segment.Values);
        Array.Clear(segment.Owners);
        segment.HandedOut = 0;
        segment.Ended = 0;
        segment.HighestCommit = 0;
        Volatile.Write(ref segment.FirstXid, number * SegmentXids);
        _newestSegment = number;
        Volatile.Write(ref _directory[number & (ulong)(_directory.Length - 1)], segment);
        return segment;
    }

    private void Grow()
    {
        var larger = new Segment?[_directory.Length * 2];
        foreach (Segment? segment in _directory)
        {
            if (segment is not null)
                larger[segment.FirstXid / SegmentXids & (ulong)(larger.Length - 1)] = segment;
        }
        Volatile.Write(ref _directory, larger);
    }
}
