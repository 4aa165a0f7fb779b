using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Keys;

/// <summary>
/// Remembers the groups of rows seen lately by the bits of their key columns as they stand in the vectors, in front of a table by encoded keys: few groups over short texts are found without encoding
/// a key. Values that are equal without having equal bits are found by the table; rows with nulls or long values are left to it. Not thread-safe.
/// </summary>
internal sealed unsafe class GroupCache
{
    private const int Entries = 1024;
    private const int WordsMax = 4;

    // With more groups than entries the cache only costs: after this many rows it is judged.
    private const int RowsToJudge = 16 * 1024;

    private readonly int _words;
    private readonly ulong[] _known;
    private readonly int[] _groups = new int[Entries];
    private readonly ulong[] _rowWords;
    private readonly ulong[] _hashes = new ulong[Batch.RowsMax];
    private readonly bool[] _isPlain = new bool[Batch.RowsMax];
    private long _asked;
    private long _found;

    private GroupCache(int words)
    {
        _words = words;
        _known = new ulong[Entries * words];
        _rowWords = new ulong[Batch.RowsMax * words];
        Array.Fill(_groups, -1);
    }

    /// <summary>A cache for key columns of these types, or null when they are too wide.</summary>
    public static GroupCache? For(IReadOnlyList<SqlType> types)
    {
        int words = types.Sum(type => type.Physical is PhysicalType.Bytes or PhysicalType.Fixed16 ? 2 : 1);
        return words is > 0 and <= WordsMax ? new GroupCache(words) : null;
    }

    /// <summary>True while asking is worth it.</summary>
    public bool IsUseful => _asked < RowsToJudge || _found * 4 > _asked * 3;

    /// <summary>Forgets all groups.</summary>
    public void Clear()
    {
        Array.Fill(_groups, -1);
        _asked = 0;
        _found = 0;
    }

    /// <summary>Takes the key columns of a batch: the rows of its selection, by position.</summary>
    public void Read(Batch batch, ReadOnlySpan<int> slots)
    {
        Selection selection = batch.Selection;
        Array.Clear(_hashes, 0, selection.Count);
        Array.Fill(_isPlain, true, 0, selection.Count);
        int word = 0;
        foreach (int slot in slots)
        {
            Vector column = batch[slot];
            switch (column.Physical.WidthBytes())
            {
                case 16:
                    ReadWide(column, selection, word);
                    word += 2;
                    break;
                case 8:
                    ReadNarrow<ulong>(column, selection, word++);
                    break;
                case 4:
                    ReadNarrow<uint>(column, selection, word++);
                    break;
                case 2:
                    ReadNarrow<ushort>(column, selection, word++);
                    break;
                default:
                    ReadNarrow<byte>(column, selection, word++);
                    break;
            }
        }

        _asked += selection.Count;
    }

    /// <summary>The group of the row at a position, or -1.</summary>
    public int Find(int position)
    {
        if (!_isPlain[position])
            return -1;
        int entry = EntryOf(position);
        int group = _groups[entry];
        if (group < 0)
            return -1;
        ReadOnlySpan<ulong> known = _known.AsSpan(entry * _words, _words);
        ReadOnlySpan<ulong> words = _rowWords.AsSpan(position * _words, _words);
        for (int i = 0; i < words.Length; i++)
        {
            if (known[i] != words[i])
                return -1;
        }

        _found++;
        return group;
    }

    /// <summary>Remembers the group of the row at a position.</summary>
    public void Add(int position, int group)
    {
        if (!_isPlain[position])
            return;
        int entry = EntryOf(position);
        _groups[entry] = group;
        Array.Copy(_rowWords, position * _words, _known, entry * _words, _words);
    }

    private int EntryOf(int position) => (int)(_hashes[position] >> 32) & (Entries - 1);

    private void ReadNarrow<T>(Vector column, Selection selection, int word)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var data = (T*)column.Data;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (column.HasNulls && column.IsNull(row))
            {
                _isPlain[i] = false;
                continue;
            }

            Put(i, word, ulong.CreateTruncating(data[column.Position(row)]));
        }
    }

    private void ReadWide(Vector column, Selection selection, int word)
    {
        bool isBytes = column.Physical == PhysicalType.Bytes;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            ulong* value = (ulong*)column.Data + (2 * column.Position(row));
            if ((isBytes && (int)value[0] > ByteView.InlineMaxBytes) || (column.HasNulls && column.IsNull(row)))
            {
                _isPlain[i] = false;
                continue;
            }

            Put(i, word, value[0]);
            Put(i, word + 1, value[1]);
        }
    }

    private void Put(int position, int word, ulong value)
    {
        _rowWords[(position * _words) + word] = value;
        _hashes[position] = ((_hashes[position] << 5) ^ value ^ (_hashes[position] >> 59)) * 0x9E37_79B9_7F4A_7C15;
    }
}
