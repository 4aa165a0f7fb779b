using Strata.Format;
using Strata.Format.Pages;
using Strata.PageServer.Layers;

namespace Strata.PageServer.Pages;

/// <summary>
/// Rebuilt pages, so that a long chain is replayed once. An entry says: at every LSN from its page's version up to <c>CheckedTo</c> the page is this. Only the newest
/// state of a page is kept. A clock hand evicts. Thread-safe.
/// </summary>
internal sealed class PageCache
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(TimelineId Timeline, PageKey Key), int> _slots;
    private readonly Slot[] _entries;
    private int _used;
    private int _hand;

    private struct Slot
    {
        public (TimelineId Timeline, PageKey Key) Owner;
        public Lsn Version;
        public Lsn CheckedTo;
        public bool Referenced;
        public byte[] Page;
    }

    private sealed class OwnerComparer : IEqualityComparer<(TimelineId Timeline, PageKey Key)>
    {
        public bool Equals((TimelineId Timeline, PageKey Key) left, (TimelineId Timeline, PageKey Key) right) => left == right;

        public int GetHashCode((TimelineId Timeline, PageKey Key) owner) =>
            (int)(BloomFilter.Hash(owner.Key) ^ (ulong)owner.Timeline.Value * 0x9E37_79B9_7F4A_7C15 >> 17);
    }

    public PageCache(long bytesMax)
    {
        _entries = new Slot[Math.Max(16, bytesMax / PageFormat.PageSizeBytes)];
        _slots = new Dictionary<(TimelineId, PageKey), int>(new OwnerComparer());
    }

    public long Hits { get; private set; }

    /// <summary>Copies the page if an entry is good at or below <paramref name="at"/>; what is newer than <paramref name="checkedTo"/> must still be applied.</summary>
    public bool TryGet(TimelineId timeline, PageKey key, Lsn at, Span<byte> page, out Lsn version, out Lsn checkedTo)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue((timeline, key), out int index) && _entries[index].Version <= at)
            {
                ref Slot slot = ref _entries[index];
                slot.Referenced = true;
                slot.Page.CopyTo(page);
                version = slot.Version;
                checkedTo = Lsn.Min(slot.CheckedTo, at);
                Hits++;
                return true;
            }
        }
        version = checkedTo = default;
        return false;
    }

    /// <summary>Keeps the page as of <paramref name="checkedTo"/>, whose last change is at <paramref name="version"/>.</summary>
    public void Put(TimelineId timeline, PageKey key, ReadOnlySpan<byte> page, Lsn version, Lsn checkedTo)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue((timeline, key), out int index))
            {
                if (_entries[index].CheckedTo >= checkedTo)
                    return;
            }
            else
            {
                index = _used < _entries.Length ? _used++ : Evict();
                _slots.Add((timeline, key), index);
                _entries[index].Owner = (timeline, key);
                _entries[index].Page ??= new byte[PageFormat.PageSizeBytes];
            }
            ref Slot slot = ref _entries[index];
            Invariant.Check(version <= checkedTo);
            slot.Version = version;
            slot.CheckedTo = checkedTo;
            slot.Referenced = false;
            page.CopyTo(slot.Page);
        }
    }

    private int Evict()
    {
        while (true)
        {
            _hand = (_hand + 1) % _entries.Length;
            ref Slot slot = ref _entries[_hand];
            if (!slot.Referenced)
            {
                _slots.Remove(slot.Owner);
                return _hand;
            }
            slot.Referenced = false;
        }
    }
}
