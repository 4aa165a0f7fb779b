using Strata.Format;

namespace Strata.Engine.Storage.BTree;

/// <summary>Entries for one index, to be inserted together in ascending order (<see cref="BTreeIndex.InsertMany"/>). Reused; not thread-safe.</summary>
public sealed class BTreeEntryBatch
{
    private const int InitialBytes = 128;
    private const int KeptBytesMax = 1 << 20;

    private byte[] _bytes = new byte[InitialBytes];
    private Entry[] _entries = new Entry[8];
    private int _used;
    private bool _isSorted = true;

    private readonly record struct Entry(int Start, int Length, int Position);

    /// <summary>Entries so far.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Count = _used = 0;
        _isSorted = true;
        if (_bytes.Length > KeptBytesMax)
            _bytes = new byte[InitialBytes];
    }

    /// <summary>Adds an entry. <paramref name="position"/> comes back with it. Throws 54000 when the key is too long.</summary>
    public void Add(ReadOnlySpan<byte> key, Tid tid, int position)
    {
        BTreeIndex.CheckKeyLength(key);
        int length = key.Length + Tid.SizeBytes;
        if (_bytes.Length - _used < length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + length));
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        Span<byte> item = _bytes.AsSpan(_used, length);
        key.CopyTo(item);
        tid.Write(item[key.Length..]);
        if (Count > 0 && _isSorted)
            _isSorted = Item(Count - 1).SequenceCompareTo(item) < 0;
        _entries[Count++] = new Entry(_used, length, position);
        _used += length;
    }

    /// <summary>Puts the entries in the order of their items.</summary>
    public void Sort()
    {
        if (!_isSorted)
            _entries.AsSpan(0, Count).Sort(new EntryComparer(_bytes));
        _isSorted = true;
    }

    private readonly struct EntryComparer(byte[] bytes) : IComparer<Entry>
    {
        public int Compare(Entry a, Entry b) => bytes.AsSpan(a.Start, a.Length).SequenceCompareTo(bytes.AsSpan(b.Start, b.Length));
    }

    /// <summary>Key and TID as one string.</summary>
    public ReadOnlySpan<byte> Item(int index) => _bytes.AsSpan(_entries[index].Start, _entries[index].Length);

    /// <summary>The key of an entry.</summary>
    public ReadOnlySpan<byte> Key(int index) => _bytes.AsSpan(_entries[index].Start, _entries[index].Length - Tid.SizeBytes);

    /// <summary>What was given with the entry.</summary>
    public int Position(int index) => _entries[index].Position;
}
