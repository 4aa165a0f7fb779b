using System.Runtime.CompilerServices;
using Strata.Format;
using Strata.Format.Pages;

namespace Strata.Engine.Storage.Buffers;

/// <summary>
/// A pinned page. While it is pinned the page stays where it is; reading needs the shared latch and changing the exclusive one, with one exception: bytes
/// of rows seen visible under the latch may be read after unlatching for as long as the pin is held, because bytes of rows are moved or reused only under the cleanup
/// latch (exclusive, and nobody else has a pin), and what changes in place are header fields only.
/// </summary>
/// <remarks>
/// A value: whoever has it calls <see cref="Unpin"/> exactly once. Latches are not re-entrant. Pages are latched in ascending <see cref="PageKey"/> order
/// within a record, and no thread waits for I/O, WAL room or a lock while it holds one.
/// </remarks>
public readonly unsafe struct PageHandle
{
    private readonly BufferPool _pool;
    private readonly int _frame;

    internal PageHandle(BufferPool pool, int frame)
    {
        _pool = pool;
        _frame = frame;
    }

    /// <summary>False for <c>default</c>: no page.</summary>
    public bool IsValid => _pool != null;

    public PageKey Key => _pool.FrameAt(_frame)->Key;

    /// <summary>The page's bytes.</summary>
    public byte* Page
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pool.PageAt(_frame);
    }

    /// <summary>The page's bytes.</summary>
    public Span<byte> Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(_pool.PageAt(_frame), PageFormat.PageSizeBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LatchShared() => FrameLatch.AcquireShared(&_pool.FrameAt(_frame)->Latch, _pool.ParkOf(_frame));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void UnlatchShared() => FrameLatch.ReleaseShared(&_pool.FrameAt(_frame)->Latch, _pool.ParkOf(_frame));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LatchExclusive()
    {
        Invariant.Check(_pool.FrameAt(_frame)->ReadPointRaw == 0);
        FrameLatch.AcquireExclusive(&_pool.FrameAt(_frame)->Latch, _pool.ParkOf(_frame));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void UnlatchExclusive() => FrameLatch.ReleaseExclusive(&_pool.FrameAt(_frame)->Latch, _pool.ParkOf(_frame));

    /// <summary>Latches in the mode given.</summary>
    public void Latch(LatchMode mode)
    {
        if (mode == LatchMode.Shared)
            LatchShared();
        else
            LatchExclusive();
    }

    /// <summary>Unlatches from the mode given.</summary>
    public void Unlatch(LatchMode mode)
    {
        if (mode == LatchMode.Shared)
            UnlatchShared();
        else
            UnlatchExclusive();
    }

    /// <summary>
    /// Takes the exclusive latch if it is free and this pin is the only one: only then may rows be moved or their bytes reused. Never waits.
    /// </summary>
    public bool TryLatchForCleanup()
    {
        Frame* frame = _pool.FrameAt(_frame);
        if ((Volatile.Read(ref frame->State) & Frame.PinMask) != 1 || !FrameLatch.TryAcquireExclusive(&frame->Latch))
            return false;
        // Whoever pins from now on has no row pointers yet and gets none before we unlatch.
        if ((Volatile.Read(ref frame->State) & Frame.PinMask) == 1)
            return true;
        UnlatchExclusive();
        return false;
    }

    /// <summary>With the exclusive latch held: is this pin the only one, so that rows may be moved? See <see cref="TryLatchForCleanup"/>.</summary>
    public bool MayCleanUp => (Volatile.Read(ref _pool.FrameAt(_frame)->State) & Frame.PinMask) == 1;

    /// <summary>LSN of the newest change made to the page in the pool; zero when it is as it was read. Needs a latch.</summary>
    public Lsn ModifiedLsn => new(_pool.FrameAt(_frame)->ModifiedLsn);

    /// <summary>Records that the page was changed by the record ending at <paramref name="lsn"/>. Needs the exclusive latch.</summary>
    internal void MarkModified(Lsn lsn)
    {
        Frame* frame = _pool.FrameAt(_frame);
        Invariant.Check(lsn.Value > frame->ModifiedLsn);
        if (frame->ModifiedLsn == 0)
            ResourceUsage.CountDirtied();
        Volatile.Write(ref frame->ModifiedLsn, lsn.Value);
    }

    /// <summary>Another pin on the same page, to be released on its own.</summary>
    public PageHandle PinAgain()
    {
        uint before = Interlocked.Increment(ref _pool.FrameAt(_frame)->State) - 1;
        Invariant.Check((before & Frame.PinMask) is > 0 and < Frame.PinMask);
        return this;
    }

    /// <summary>Gives the pin back; the handle and all pointers from it are dead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Unpin() => _pool.Unpin(_frame);
}
