using Strata.Engine.Execution.Keys;

namespace Strata.Engine.Execution.Entries;

// An entry of a GIN, GiST or SP-GiST index is a key of a B-tree:
//
//   0   1          number of the key column
//   1   1          category (EntryCategory)
//   2   …          of parts: bytes of the operator class, prefix-free among the column's entries
//
// and the row's TID behind it, so the rows of a part stand in the order of the table.

/// <summary>The entries of one row (or of a query), in one buffer that is reused. Not thread-safe.</summary>
internal sealed class EntryList
{
    /// <summary>Longer parts are cut: what they find is checked against the rows anyway.</summary>
    public const int PartBytesMax = 512;

    private readonly KeyBuffer _buffer = new();
    private (int Start, int Length)[] _entries = new (int, int)[16];
    private byte _column;
    private int _start;

    private readonly struct ByBytes(KeyBuffer buffer) : IComparer<(int Start, int Length)>
    {
        public int Compare((int Start, int Length) a, (int Start, int Length) b) =>
            buffer.Written.Slice(a.Start, a.Length).SequenceCompareTo(buffer.Written.Slice(b.Start, b.Length));
    }

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>An entry's bytes. Valid until the next change.</summary>
    public ReadOnlySpan<byte> this[int index] => _buffer.Written.Slice(_entries[index].Start, _entries[index].Length);

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        _buffer.Clear();
        Count = 0;
    }

    /// <summary>Says which key column (0-based) the following entries belong to.</summary>
    public void BeginColumn(int column) => _column = (byte)column;

    /// <summary>Adds an entry that is a category alone.</summary>
    public void Add(EntryCategory category)
    {
        Begin(category);
        End();
    }

    /// <summary>The column that entries are added for.</summary>
    public int Column => _column;

    /// <summary>Rows that have all entries of the list; null when it is empty.</summary>
    public EntryQuery? ToAnd() => EntryQuery.And(Queries());

    /// <summary>Rows that have any entry of the list.</summary>
    public EntryQuery ToOr() => EntryQuery.Or(Queries())!;

    /// <summary>Rows that have at least so many entries of the list.</summary>
    public EntryQuery ToAtLeast(int count) => EntryQuery.AtLeast(Queries(), count);

    private EntryQuery[] Queries()
    {
        var queries = new EntryQuery[Count];
        for (int i = 0; i < queries.Length; i++)
            queries[i] = EntryQuery.Exact(this[i]);
        return queries;
    }

    /// <summary>Begins an entry; its bytes are written to the buffer that is returned.</summary>
    public KeyBuffer Begin(EntryCategory category = EntryCategory.Part)
    {
        _start = _buffer.Length;
        _buffer.Write(_column);
        _buffer.Write((byte)category);
        return _buffer;
    }

    /// <summary>Ends the entry begun last. One that is too long is cut, which leaves entries prefix-free: a shorter one is no prefix of it, or it would be one of the whole.</summary>
    public void End()
    {
        _buffer.Length = Math.Min(_buffer.Length, _start + 2 + PartBytesMax);
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        _entries[Count++] = (_start, _buffer.Length - _start);
    }

    /// <summary>Sorts the entries and drops those that are there twice.</summary>
    public void SortUnique()
    {
        if (Count < 2)
            return;
        _entries.AsSpan(0, Count).Sort(new ByBytes(_buffer));
        int kept = 1;
        for (int i = 1; i < Count; i++)
        {
            if (!this[i].SequenceEqual(this[kept - 1]))
                _entries[kept++] = _entries[i];
        }

        Count = kept;
    }
}
