using Strata.Format;

namespace Strata.Engine.Storage.Buffers;

/// <summary>
/// Remembers, for pages that left the pool, the LSN of their newest change: a later read of the page must not be answered from before it. Bounded: what
/// was forgotten is covered by one LSN, the highest of all forgotten. Thread-safe; native memory, no allocation after construction.
/// </summary>
/// <remarks>
/// Sets of four entries, found by a 64-bit hash that also stands for the page: two pages with one hash share an entry, which then holds the higher LSN.
/// A higher LSN than necessary is always right (it may make the page server wait for its ingest); a lower one never is.
/// </remarks>
internal sealed unsafe class LastWrittenCache
{
    private const int Ways = 4;
    private const int Stripes = 64;

    private struct Entry
    {
        public ulong Hash;
        public ulong Lsn;
    }

    private readonly int _setMask;
    private readonly Lock[] _locks = new Lock[Stripes];
    private readonly NativeMemoryOwner _memory = new();
    private readonly Entry* _entries;
    private ulong _forgotten;

    /// <param name="entries">Capacity.</param>
    /// <param name="start">End of the log when this compute began: all that was written before lies at or below it.</param>
    public LastWrittenCache(int entries, Lsn start)
    {
        int sets = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(Stripes, entries / Ways));
        _setMask = sets - 1;
        _entries = (Entry*)_memory.Allocate((nuint)sets * Ways * (nuint)sizeof(Entry));
        new Span<Entry>(_entries, sets * Ways).Clear();
        for (int i = 0; i < Stripes; i++)
            _locks[i] = new Lock();
        _forgotten = start.Value;
    }

    /// <summary>An LSN at or above the newest change of the page that was recorded (or made before this compute began).</summary>
    public Lsn Get(ulong hash)
    {
        int set = (int)(hash >> 32) & _setMask;
        lock (_locks[set & (Stripes - 1)])
        {
            Entry* entry = _entries + set * Ways;
            for (int i = 0; i < Ways; i++, entry++)
            {
                if (entry->Hash == hash && entry->Lsn != 0)
                    return new Lsn(entry->Lsn);
            }
            return new Lsn(Volatile.Read(ref _forgotten));
        }
    }

    /// <summary>Records a page's newest change; call it before the page can be missed in the pool.</summary>
    public void Set(ulong hash, Lsn lsn)
    {
        int set = (int)(hash >> 32) & _setMask;
        lock (_locks[set & (Stripes - 1)])
        {
            Entry* first = _entries + set * Ways;
            Entry* victim = first;
            for (int i = 0; i < Ways; i++)
            {
                Entry* entry = first + i;
                if (entry->Lsn != 0 && entry->Hash == hash)
                {
                    entry->Lsn = Math.Max(entry->Lsn, lsn.Value);
                    return;
                }
                if (entry->Lsn < victim->Lsn)
                    victim = entry;
            }
            if (victim->Lsn != 0)
                Forget(victim->Lsn);
            victim->Hash = hash;
            victim->Lsn = lsn.Value;
        }
    }

    /// <summary>Raises the LSN that stands for all pages without an entry.</summary>
    public void Forget(Lsn lsn) => Forget(lsn.Value);

    private void Forget(ulong lsn)
    {
        ulong seen = Volatile.Read(ref _forgotten);
        while (seen < lsn)
        {
            ulong before = Interlocked.CompareExchange(ref _forgotten, lsn, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
