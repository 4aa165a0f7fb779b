using System.Runtime.CompilerServices;
using Strata.Format;

namespace Strata.Engine.Storage.Buffers;

/// <summary>
/// A shared/exclusive latch in one native 32-bit word: spin, then park on a managed object shared by several words.
/// </summary>
/// <remarks>
/// <code>
/// bit 31     held exclusively
/// bit 30     somebody is parked: the one who frees the word wakes all
/// bit 29     a parked one wants it exclusively: new readers queue behind it
/// bits 0-23  number of shared holders
/// </code>
/// Not re-entrant in any mode. A parked thread is not cancellable: latches are held only for the time of a few memory writes.
/// </remarks>
internal static unsafe class FrameLatch
{
    private const uint ExclusiveHeld = 1u << 31;
    private const uint Parked = 1u << 30;
    private const uint WriterParked = 1u << 29;
    private const uint SharedMask = (1u << 24) - 1;
    private const int SpinCount = 30;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AcquireShared(uint* word, object park)
    {
        uint seen = Volatile.Read(ref *word);
        if ((seen & (ExclusiveHeld | WriterParked)) != 0 || Interlocked.CompareExchange(ref *word, seen + 1, seen) != seen)
            AcquireSlow(word, park, exclusive: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AcquireExclusive(uint* word, object park)
    {
        uint seen = Volatile.Read(ref *word);
        if ((seen & (ExclusiveHeld | SharedMask)) != 0 || Interlocked.CompareExchange(ref *word, seen | ExclusiveHeld, seen) != seen)
            AcquireSlow(word, park, exclusive: true);
    }

    public static bool TryAcquireExclusive(uint* word)
    {
        uint seen = Volatile.Read(ref *word);
        return (seen & (ExclusiveHeld | SharedMask)) == 0 && Interlocked.CompareExchange(ref *word, seen | ExclusiveHeld, seen) == seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReleaseShared(uint* word, object park)
    {
        uint left = Interlocked.Decrement(ref *word);
        Invariant.Check((left & SharedMask) != SharedMask);
        if ((left & Parked) != 0 && (left & SharedMask) == 0)
            WakeAll(word, park);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReleaseExclusive(uint* word, object park)
    {
        uint before = Interlocked.And(ref *word, ~ExclusiveHeld);
        Invariant.Check((before & ExclusiveHeld) != 0);
        if ((before & Parked) != 0)
            WakeAll(word, park);
    }

    public static bool IsHeld(uint* word) => (Volatile.Read(ref *word) & (ExclusiveHeld | SharedMask)) != 0;

    private static bool TryAcquire(uint* word, uint seen, bool exclusive, bool behindWriters)
    {
        uint blockers = exclusive ? ExclusiveHeld | SharedMask : behindWriters ? ExclusiveHeld | WriterParked : ExclusiveHeld;
        if ((seen & blockers) != 0)
            return false;
        uint wanted = exclusive ? seen | ExclusiveHeld : seen + 1;
        return Interlocked.CompareExchange(ref *word, wanted, seen) == seen;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AcquireSlow(uint* word, object park, bool exclusive)
    {
        SpinWait spin = default;
        for (int i = 0; i < SpinCount; i++)
        {
            if (TryAcquire(word, Volatile.Read(ref *word), exclusive, behindWriters: true))
                return;
            spin.SpinOnce(sleep1Threshold: -1);
        }
        lock (park)
        {
            // A woken reader no longer queues behind writers, or readers and writers could wake each other for ever.
            bool woken = false;
            while (true)
            {
                uint seen = Volatile.Read(ref *word);
                if (TryAcquire(word, seen, exclusive, behindWriters: !woken))
                    return;
                uint marked = seen | Parked | (exclusive ? WriterParked : 0);
                // Only mark a word that is held (or queued for): else nobody would come to wake us.
                if ((seen & (ExclusiveHeld | SharedMask)) == 0 && (seen & WriterParked) == 0)
                    continue;
                if (Interlocked.CompareExchange(ref *word, marked, seen) != seen)
                    continue;
                if ((seen & (ExclusiveHeld | SharedMask)) == 0)
                {
                    // Free, but a woken writer has not come yet: let it go first.
                    Interlocked.And(ref *word, ~(Parked | WriterParked));
                    Monitor.PulseAll(park);
                    woken = true;
                    continue;
                }
                Monitor.Wait(park);
                woken = true;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WakeAll(uint* word, object park)
    {
        lock (park)
        {
            Interlocked.And(ref *word, ~(Parked | WriterParked));
            Monitor.PulseAll(park);
        }
    }
}
