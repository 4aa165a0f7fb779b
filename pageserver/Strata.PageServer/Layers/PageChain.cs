using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>
/// What it takes to rebuild one page: entries collected newest first, down to a base. Payloads are copied into one buffer that is reused, so that no
/// layer stays locked while the page is rebuilt. Not thread-safe.
/// </summary>
internal sealed class PageChain
{
    private byte[] _bytes = new byte[64 << 10];
    private int _used;
    private Entry[] _entries = new Entry[256];

    internal readonly record struct Entry(Lsn Lsn, LayerEntryKind Kind, int Offset, int Length);

    public int Count { get; private set; }

    /// <summary>Payload bytes collected.</summary>
    public int Bytes => _used;

    /// <summary>Index 0 is the newest.</summary>
    public Entry this[int index] => _entries[index];

    public ReadOnlySpan<byte> Payload(int index) => _bytes.AsSpan(_entries[index].Offset, _entries[index].Length);

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    /// <summary>Forgets all entries but the newest <paramref name="count"/>.</summary>
    public void Truncate(int count)
    {
        Count = count;
        _used = count == 0 ? 0 : _entries[count - 1].Offset + _entries[count - 1].Length;
    }

    /// <summary>Adds the next older entry. Commit times never get here.</summary>
    public void AddOlder(Lsn lsn, LayerEntryKind kind, ReadOnlySpan<byte> payload)
    {
        Invariant.Check(Count == 0 || lsn < _entries[Count - 1].Lsn);
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        if (_bytes.Length - _used < payload.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + payload.Length));
        payload.CopyTo(_bytes.AsSpan(_used));
        _entries[Count++] = new Entry(lsn, kind, _used, payload.Length);
        _used += payload.Length;
    }
}
