using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;

namespace Strata.Engine.Storage.Buffers;

/// <summary>
/// Caches pages of one timeline in native memory. Eviction never writes: a page may leave once its changes are durable on the quorum, and asking for it
/// again carries the LSN of its newest change. Thread-safe; after construction it allocates no managed memory.
/// </summary>
/// <remarks>
/// <code>
///  PageKey + read point ──hash──▶ bucket ──▶ frame ─▶ frame ─▶ …     one native table; a frame is found and pinned without a lock,
///                                   │                                because its key can't change once the pin is taken and is checked after
///                                   └─ partition lock                 taken to insert or remove
///  clock hand ──▶ frame: pinned? used lately (decay)? not durable?   else claim, remember its LSN, unlink, reuse
/// </code>
/// Rules: (1) a frame's key changes only while it is claimed; (2) the last-written LSN is recorded before the frame leaves the hash table, under the
/// partition lock, so whoever misses the page finds it; (3) a page being read is in the hash table from before its last-written LSN is looked up until the
/// answer is in, so nobody can change the page meanwhile and an answer can't be stale; (4) a failed read leaves no frame behind.
/// </remarks>
public sealed unsafe class BufferPool : IDisposable
{
    private const int Partitions = 128;
    private const int ParkObjects = 256;
    private const int ReadBatch = 32;
    private const int MaxChainSteps = 64;
    private const int LoadWaitMilliseconds = 50;

    private readonly NativeMemoryOwner _memory = new();
    private readonly IPageSource _source;
    private readonly IWalSink _wal;
    private readonly IEvictionObserver? _observer;
    private readonly LastWrittenCache _lastWritten;
    private readonly int _frameCount;
    private readonly int _bucketMask;
    private readonly Lock[] _partitions = new Lock[Partitions];
    private readonly object[] _parks = new object[ParkObjects];
    private readonly Lock _freeLock = new();
    private readonly Frame* _frames;
    private readonly byte* _pages;
    private readonly int* _buckets;
    private readonly int* _free;
    private bool _closed;
    private int _freeCount;
    private int _neverUsed;
    private uint _clockHand;
    private long _misses;
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), StrongBox<long>> _reads = [];
    private long _evictions;

    /// <param name="source">Where pages come from.</param>
    /// <param name="wal">The log that this compute writes; its end now is the last-written LSN of all pages of earlier lives.</param>
    /// <param name="options">Sizes.</param>
    public BufferPool(IPageSource source, IWalSink wal, BufferPoolOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Frames, BufferPoolOptions.MinFrames);
        _source = source;
        _wal = wal;
        _observer = options.EvictionObserver;
        _frameCount = options.Frames;
        int buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(Partitions, _frameCount * 2));
        _bucketMask = buckets - 1;
        for (int i = 0; i < Partitions; i++)
            _partitions[i] = new Lock();
        for (int i = 0; i < ParkObjects; i++)
            _parks[i] = new object();
        _lastWritten = new LastWrittenCache(options.LastWrittenEntries, wal.EndOfLog);
        _frames = (Frame*)_memory.Allocate((nuint)_frameCount * Frame.SizeBytes);
        _pages = (byte*)_memory.Allocate((nuint)_frameCount * PageFormat.PageSizeBytes);
        _buckets = (int*)_memory.Allocate((nuint)buckets * sizeof(int));
        _free = (int*)_memory.Allocate((nuint)_frameCount * sizeof(int));
        new Span<int>(_buckets, buckets).Clear();
    }

    /// <summary>Frames of the pool.</summary>
    public int FrameCount => _frameCount;

    /// <summary>Pages read from the page source so far.</summary>
    public long Misses => Volatile.Read(ref _misses);

    /// <summary>Pages of one storage that were read from the page source so far.</summary>
    public long ReadsOf(uint database, ulong storage) => _reads.TryGetValue((database, storage), out StrongBox<long>? reads) ? Volatile.Read(ref reads.Value) : 0;

    /// <summary>Forgets how often a storage that is gone was read.</summary>
    public void ForgetReads(uint database, ulong storage) => _reads.TryRemove((database, storage), out _);

    private void CountRead(in PageKey key) =>
        Interlocked.Increment(ref _reads.GetOrAdd((key.Database, key.Storage), static _ => new StrongBox<long>()).Value);

    /// <summary>Pages that left to make room so far.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>
    /// Pins a page, reading it if it is not there. Blocks for the read; throws <see cref="OperationCanceledException"/> when cancelled and
    /// <see cref="SqlException"/> 53200 when every frame is pinned.
    /// </summary>
    public PageHandle Pin(in PageKey key, ReadPoint readPoint = default, CancellationToken cancellation = default)
    {
        ulong hash = Hash(key, readPoint.Raw);
        int frame = TryPinResident(key, readPoint.Raw, hash);
        if (frame >= 0)
        {
            ResourceUsage.CountHit();
            return new PageHandle(this, frame);
        }

        return new PageHandle(this, PinSlow(key, readPoint, hash, isNew: false, cancellation));
    }

    /// <summary>
    /// Pins a live page that was just made part of its relation and that nobody has written: it needs no read and comes as zeroes (or as it is, if
    /// somebody was faster).
    /// </summary>
    public PageHandle PinNew(in PageKey key, CancellationToken cancellation = default)
    {
        ulong hash = Hash(key, 0);
        int frame = TryPinResident(key, 0, hash);
        return new PageHandle(this, frame >= 0 ? frame : PinSlow(key, ReadPoint.Live, hash, isNew: true, cancellation));
    }

    /// <summary>Pins a page only if it is in the pool and read.</summary>
    public bool TryPinCached(in PageKey key, ReadPoint readPoint, out PageHandle page)
    {
        int frame = TryPinResident(key, readPoint.Raw, Hash(key, readPoint.Raw));
        page = frame >= 0 ? new PageHandle(this, frame) : default;
        if (frame >= 0)
            ResourceUsage.CountHit();
        return frame >= 0;
    }

    /// <summary>
    /// Announces pages that will be pinned soon: those not in the pool are read, up to 32 in one request. Keeps no pin. Does less, or nothing, when frames are short.
    /// </summary>
    public void ReadAhead(ReadOnlySpan<PageKey> keys, ReadPoint readPoint, CancellationToken cancellation = default)
    {
        PageRead* reads = stackalloc PageRead[ReadBatch];
        int* frames = stackalloc int[ReadBatch];
        if (Volatile.Read(ref _closed))
            return;
        int limit = Math.Min(ReadBatch, _frameCount / 4);
        int count = 0;
        foreach (ref readonly PageKey key in keys)
        {
            ulong hash = Hash(key, readPoint.Raw);
            if (!IsResident(key, readPoint.Raw, hash) && TryClaimFrame(out int frame, out _))
            {
                if (TryInsert(frame, key, readPoint, hash, Frame.Loading) != frame)
                    continue;
                frames[count] = frame;
                reads[count++] = new PageRead(key, NotBefore(readPoint, hash), (nint)PageAt(frame));
                if (count == limit)
                {
                    ReadInto(reads, frames, count, readPoint, keepPins: false, cancellation);
                    count = 0;
                }
            }
        }
        if (count > 0)
            ReadInto(reads, frames, count, readPoint, keepPins: false, cancellation);
    }

    /// <summary>
    /// Throws away the pages of a storage that was dropped, or of a fork from a block on after a truncation; the caller made sure that nobody uses them
    /// (an access-exclusive lock). Their last-written LSN is <paramref name="lsn"/>, that of the record which dropped them.
    /// </summary>
    public void Discard(uint database, ulong storage, Fork? fork, uint fromBlock, Lsn lsn)
    {
        _lastWritten.Forget(lsn);
        int used = Math.Min(Volatile.Read(ref _neverUsed), _frameCount);
        for (int i = 0; i < used; i++)
        {
            Frame* frame = _frames + i;
            if (frame->Storage != storage || frame->Database != database || frame->ReadPointRaw != 0)
                continue;
            SpinWait spin = default;
            while (true)
            {
                uint state = Volatile.Read(ref frame->State);
                bool match = frame->Storage == storage && frame->Database == database && frame->ReadPointRaw == 0 &&
                    (fork is null || (frame->Fork == (uint)fork && frame->Block >= fromBlock));
                if (!match || (state & Frame.Claimed) != 0)
                    break;
                if ((state & Frame.PinMask) == 0 && Interlocked.CompareExchange(ref frame->State, Frame.Claimed, state) == state)
                {
                    if (frame->Storage == storage && frame->Database == database && frame->ReadPointRaw == 0)
                    {
                        Unlink(i, remember: false);
                        PutFree(i);
                        break;
                    }
                    // Another page took the frame between the look and the claim.
                    Volatile.Write(ref frame->State, state);
                    break;
                }
                // A scan's read-ahead or a last reader: it lets go soon.
                spin.SpinOnce();
            }
        }
    }

    /// <summary>Raises the last-written LSN of every page that is not in the pool, e.g. to the first record of this compute's term.</summary>
    public void AdvanceNotBefore(Lsn lsn) => _lastWritten.Forget(lsn);

    /// <summary>
    /// Closes the pool: pages can't be pinned any more (<see cref="ObjectDisposedException"/>). The memory goes back when nobody refers to the pool, so a session that is being
    /// ended in another thread reads valid memory to its last step.
    /// </summary>
    public void Dispose() => Volatile.Write(ref _closed, true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Frame* FrameAt(int frame) => _frames + frame;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* PageAt(int frame) => _pages + (nuint)frame * PageFormat.PageSizeBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal object ParkOf(int frame) => _parks[frame & (ParkObjects - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Unpin(int frame)
    {
        uint left = Interlocked.Decrement(ref _frames[frame].State);
        Invariant.Check((left & Frame.PinMask) != Frame.PinMask);
    }

    /// <summary>Number of pins over all frames: tests check that none leaks.</summary>
    internal long CountPins()
    {
        long pins = 0;
        int used = Math.Min(Volatile.Read(ref _neverUsed), _frameCount);
        for (int i = 0; i < used; i++)
            pins += Volatile.Read(ref _frames[i].State) & Frame.PinMask;
        return pins;
    }

    private static ulong Hash(in PageKey key, ulong readPoint)
    {
        ulong hash = key.Storage * 0x9E37_79B9_7F4A_7C15 + key.Block;
        hash ^= readPoint + ((ulong)key.Database << 8) + (byte)key.Fork;
        hash *= 0xD6E8_FEB8_6659_FD93;
        hash ^= hash >> 32;
        hash *= 0xD6E8_FEB8_6659_FD93;
        return hash ^ (hash >> 32);
    }

    private Lsn NotBefore(ReadPoint readPoint, ulong hash) => readPoint.IsLive ? _lastWritten.Get(hash) : Lsn.Zero;

    /// <summary>Finds and pins a page whose bytes are there, without a lock; -1 when that does not work out at once.</summary>
    private int TryPinResident(in PageKey key, ulong readPoint, ulong hash)
    {
        int index = Volatile.Read(ref _buckets[(int)hash & _bucketMask]);
        for (int step = 0; index != 0 && step < MaxChainSteps; step++)
        {
            Frame* frame = _frames + (index - 1);
            if (frame->Holds(key, readPoint))
                return TryPinFrame(frame, key, readPoint) ? index - 1 : -1;
            // The chain may change under us and lead astray: then we find nothing, and the slow path looks again under the lock.
            index = Volatile.Read(ref frame->HashNext);
        }
        return -1;
    }

    private bool TryPinFrame(Frame* frame, in PageKey key, ulong readPoint)
    {
        uint state = Volatile.Read(ref frame->State);
        while ((state & (Frame.Claimed | Frame.Loading | Frame.Failed)) == 0)
        {
            uint wanted = state + 1;
            if ((state & Frame.UseMask) < Frame.UseMax)
                wanted += Frame.UseOne;
            uint before = Interlocked.CompareExchange(ref frame->State, wanted, state);
            if (before == state)
            {
                if (frame->Holds(key, readPoint))
                    return true;
                Interlocked.Decrement(ref frame->State);
                return false;
            }
            state = before;
        }
        return false;
    }

    private bool IsResident(in PageKey key, ulong readPoint, ulong hash)
    {
        // Nearly always it is there and found without the lock; a chain that changes meanwhile only costs the slower look.
        int index = Volatile.Read(ref _buckets[(int)hash & _bucketMask]);
        for (int step = 0; index != 0 && step < MaxChainSteps; step++)
        {
            if (_frames[index - 1].Holds(key, readPoint))
                return true;
            index = Volatile.Read(ref _frames[index - 1].HashNext);
        }

        lock (_partitions[PartitionOf(hash)])
            return Find(key, readPoint, hash) >= 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PinSlow(in PageKey key, ReadPoint readPoint, ulong hash, bool isNew, CancellationToken cancellation)
    {
        SpinWait spin = default;
        while (true)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
            int frame = PinInTable(key, readPoint.Raw, hash, out bool claimed);
            if (frame >= 0)
            {
                if (WaitLoaded(frame, cancellation))
                    return frame;
                continue;
            }
            if (claimed)
            {
                // On its way out: its evictor holds it for a moment (longer in checked builds).
                cancellation.ThrowIfCancellationRequested();
                spin.SpinOnce();
                continue;
            }
            int fresh = ClaimFrame(cancellation);
            frame = TryInsert(fresh, key, readPoint, hash, Frame.Loading);
            if (frame != fresh)
                continue;
            if (isNew)
            {
                new Span<byte>(PageAt(frame), PageFormat.PageSizeBytes).Clear();
                FinishLoading(frame, keepPin: true);
                return frame;
            }
            Interlocked.Increment(ref _misses);
            var read = new PageRead(key, NotBefore(readPoint, hash), (nint)PageAt(frame));
            ReadInto(&read, &frame, 1, readPoint, keepPins: true, cancellation);
            return frame;
        }
    }

    private static int PartitionOf(ulong hash) => (int)hash & (Partitions - 1);

    /// <summary>The frame that holds the page, or -1. Needs the partition lock.</summary>
    private int Find(in PageKey key, ulong readPoint, ulong hash)
    {
        for (int index = _buckets[(int)hash & _bucketMask]; index != 0; index = _frames[index - 1].HashNext)
        {
            if (_frames[index - 1].Holds(key, readPoint))
                return index - 1;
        }
        return -1;
    }

    private int PinInTable(in PageKey key, ulong readPoint, ulong hash, out bool claimed)
    {
        claimed = false;
        lock (_partitions[PartitionOf(hash)])
        {
            int frame = Find(key, readPoint, hash);
            if (frame < 0)
                return -1;
            uint state = Volatile.Read(ref _frames[frame].State);
            while ((state & (Frame.Claimed | Frame.Failed)) == 0)
            {
                uint wanted = state + 1;
                if ((state & Frame.UseMask) < Frame.UseMax)
                    wanted += Frame.UseOne;
                uint before = Interlocked.CompareExchange(ref _frames[frame].State, wanted, state);
                if (before == state)
                    return frame;
                state = before;
            }
            claimed = true;
            return -1;
        }
    }

    /// <summary>
    /// Puts a claimed frame into the table under a key, pinned once. If the page came meanwhile, frees the frame and returns -1.
    /// </summary>
    private int TryInsert(int index, in PageKey key, ReadPoint readPoint, ulong hash, uint flags)
    {
        Frame* frame = _frames + index;
        lock (_partitions[PartitionOf(hash)])
        {
            if (Find(key, readPoint.Raw, hash) < 0)
            {
                frame->Database = key.Database;
                frame->Storage = key.Storage;
                frame->Fork = (uint)key.Fork;
                frame->Block = key.Block;
                frame->ReadPointRaw = readPoint.Raw;
                frame->ModifiedLsn = 0;
                Invariant.Check(!FrameLatch.IsHeld(&frame->Latch));
                int* bucket = _buckets + ((int)hash & _bucketMask);
                frame->HashNext = *bucket;
                Volatile.Write(ref frame->State, 1 | Frame.UseOne | flags);
                Volatile.Write(ref *bucket, index + 1);
                return index;
            }
        }
        PutFree(index);
        return -1;
    }

    private void ReadInto(PageRead* reads, int* frames, int count, ReadPoint readPoint, bool keepPins, CancellationToken cancellation)
    {
        bool done = false;
        try
        {
            _source.Read(new ReadOnlySpan<PageRead>(reads, count), readPoint.Lsn, cancellation);
            ResourceUsage.CountReads(count);
            for (int i = 0; i < count; i++)
                CountRead(reads[i].Key);
            done = true;
        }
        finally
        {
            for (int i = 0; i < count; i++)
            {
                if (done)
                    FinishLoading(frames[i], keepPins);
                else
                    FailLoading(frames[i]);
            }
        }
    }

    private void FinishLoading(int index, bool keepPin)
    {
        Interlocked.And(ref _frames[index].State, ~Frame.Loading);
        if (!keepPin)
            Unpin(index);
        object park = ParkOf(index);
        lock (park)
            Monitor.PulseAll(park);
    }

    /// <summary>Takes a frame whose read failed out of the table; the last one to let go of it frees it.</summary>
    private void FailLoading(int index)
    {
        Interlocked.Or(ref _frames[index].State, Frame.Failed);
        Unlink(index, remember: false);
        Interlocked.And(ref _frames[index].State, ~Frame.Loading);
        object park = ParkOf(index);
        lock (park)
            Monitor.PulseAll(park);
        LetGoOfFailed(index);
    }

    private void LetGoOfFailed(int index)
    {
        if ((Interlocked.Decrement(ref _frames[index].State) & Frame.PinMask) == 0)
        {
            Volatile.Write(ref _frames[index].State, Frame.Claimed);
            PutFree(index);
        }
    }

    /// <summary>Waits for a pinned page's read. False when it failed: the pin is gone. On cancellation the pin is gone too.</summary>
    private bool WaitLoaded(int index, CancellationToken cancellation)
    {
        Frame* frame = _frames + index;
        if ((Volatile.Read(ref frame->State) & Frame.Loading) != 0)
        {
            object park = ParkOf(index);
            lock (park)
            {
                while ((Volatile.Read(ref frame->State) & Frame.Loading) != 0 && !cancellation.IsCancellationRequested)
                    Monitor.Wait(park, LoadWaitMilliseconds);
            }
            if ((Volatile.Read(ref frame->State) & Frame.Loading) != 0)
            {
                // The reader still has its own pin, so this one is not the last.
                Unpin(index);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        if ((Volatile.Read(ref frame->State) & Frame.Failed) == 0)
            return true;
        LetGoOfFailed(index);
        cancellation.ThrowIfCancellationRequested();
        return false;
    }

    private int ClaimFrame(CancellationToken cancellation)
    {
        while (true)
        {
            if (TryClaimFrame(out int frame, out Lsn firstNotDurable))
                return frame;
            if (firstNotDurable.IsZero)
                throw new SqlException(SqlState.OutOfMemory, "no unpinned buffers available");
            if (_wal.WaitDurable(firstNotDurable, cancellation) != DurabilityWait.Durable)
            {
                cancellation.ThrowIfCancellationRequested();
                throw new LostTermException("the log is closed and no page may leave the buffer pool");
            }
        }
    }

    /// <summary>Gets a claimed frame that is in no table; on failure, the lowest LSN whose durability would free one, or zero.</summary>
    private bool TryClaimFrame(out int frame, out Lsn firstNotDurable)
    {
        firstNotDurable = Lsn.Zero;
        if (Volatile.Read(ref _neverUsed) < _frameCount)
        {
            frame = Interlocked.Increment(ref _neverUsed) - 1;
            if (frame < _frameCount)
            {
                _frames[frame] = default;
                Volatile.Write(ref _frames[frame].State, Frame.Claimed);
                return true;
            }
            Volatile.Write(ref _neverUsed, _frameCount);
        }
        if (Volatile.Read(ref _freeCount) > 0)
        {
            lock (_freeLock)
            {
                if (_freeCount > 0)
                {
                    frame = _free[--_freeCount];
                    return true;
                }
            }
        }
        return TryEvict(out frame, out firstNotDurable);
    }

    private bool TryEvict(out int victim, out Lsn firstNotDurable)
    {
        firstNotDurable = Lsn.Zero;
        ulong durable = _wal.DurableLsn.Value;
        long steps = (long)_frameCount * ((Frame.UseMax / Frame.UseOne) + 2);
        for (long step = 0; step < steps; step++)
        {
            int index = (int)((Interlocked.Increment(ref _clockHand) - 1) % (uint)_frameCount);
            Frame* frame = _frames + index;
            uint state = Volatile.Read(ref frame->State);
            if ((state & (Frame.PinMask | Frame.Claimed | Frame.Loading | Frame.Failed)) != 0)
                continue;
            if ((state & Frame.UseMask) != 0)
            {
                Interlocked.CompareExchange(ref frame->State, state - Frame.UseOne, state);
                continue;
            }
            if (Interlocked.CompareExchange(ref frame->State, Frame.Claimed, state) != state)
                continue;
            ulong modified = frame->ModifiedLsn;
            if (modified > durable && modified > (durable = _wal.DurableLsn.Value))
            {
                if (firstNotDurable.IsZero || modified < firstNotDurable.Value)
                    firstNotDurable = new Lsn(modified);
                Volatile.Write(ref frame->State, state);
                continue;
            }
            if (_observer is not null && frame->ReadPointRaw == 0)
                _observer.Evicting(frame->Key, new ReadOnlySpan<byte>(PageAt(index), PageFormat.PageSizeBytes), new Lsn(modified));
            Unlink(index, remember: true);
            Interlocked.Increment(ref _evictions);
            victim = index;
            return true;
        }
        victim = -1;
        return false;
    }

    private void Unlink(int index, bool remember)
    {
        Frame* frame = _frames + index;
        ulong hash = Hash(frame->Key, frame->ReadPointRaw);
        lock (_partitions[PartitionOf(hash)])
        {
            if (remember && frame->ModifiedLsn != 0)
                _lastWritten.Set(hash, new Lsn(frame->ModifiedLsn));
            int* link = _buckets + ((int)hash & _bucketMask);
            while (*link != index + 1)
            {
                Invariant.Check(*link != 0);
                link = &_frames[*link - 1].HashNext;
            }
            Volatile.Write(ref *link, frame->HashNext);
        }
    }

    private void PutFree(int frame)
    {
        lock (_freeLock)
        {
            Volatile.Write(ref _frames[frame].State, Frame.Claimed);
            _free[_freeCount++] = frame;
        }
    }
}
