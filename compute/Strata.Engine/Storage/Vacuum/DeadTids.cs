using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Vacuum;

/// <summary>
/// Dead line pointers that vacuum found, to be removed from indexes: blocks in order, each with a bit per line pointer, so that a page full of dead rows takes some 30 bytes. Filled in TID order; lookups are thread-safe
/// once filled.
/// </summary>
/// <param name="capacity">Units of 8 bytes that it may take.</param>
public sealed class DeadTids(int capacity)
{
    private const int WordBits = 64;
    private const int WordsPerBlockMax = (HeapPage.MaxSlots / WordBits) + 1;

    private uint[] _blocks = new uint[16];
    private int[] _starts = new int[16];
    private ulong[] _words = new ulong[64];
    private int _wordCount;

    /// <summary>Line pointers.</summary>
    public int Count { get; private set; }

    /// <summary>Blocks that have any.</summary>
    public int BlockCount { get; private set; }

    /// <summary>No more fits: then the indexes are cleaned and vacuum goes on. Asked between blocks.</summary>
    public bool IsFull => BlockCount + _wordCount + WordsPerBlockMax >= capacity;

    /// <summary>Adds a TID above all that were added.</summary>
    public void Add(Tid tid)
    {
        if (BlockCount == 0 || _blocks[BlockCount - 1] != tid.Block)
            BeginBlock(tid.Block);
        int word = _starts[BlockCount - 1] + (tid.Slot / WordBits);
        if (word >= _words.Length)
            Array.Resize(ref _words, Math.Max(word + 1, _words.Length * 2));
        while (_wordCount <= word)
            _words[_wordCount++] = 0;
        Invariant.Check(word == _wordCount - 1 && _words[word] >> (tid.Slot % WordBits) == 0);
        _words[word] |= 1UL << (tid.Slot % WordBits);
        Count++;
    }

    /// <summary>A block by its place among those that have any.</summary>
    public uint BlockAt(int index) => _blocks[index];

    public bool Contains(Tid tid)
    {
        int index = _blocks.AsSpan(0, BlockCount).BinarySearch(tid.Block);
        if (index < 0)
            return false;
        int word = _starts[index] + (tid.Slot / WordBits), end = index + 1 < BlockCount ? _starts[index + 1] : _wordCount;
        return word < end && (_words[word] >> (tid.Slot % WordBits) & 1) != 0;
    }

    public void Clear() => Count = BlockCount = _wordCount = 0;

    private void BeginBlock(uint block)
    {
        Invariant.Check(BlockCount == 0 || _blocks[BlockCount - 1] < block);
        if (BlockCount == _blocks.Length)
        {
            Array.Resize(ref _blocks, BlockCount * 2);
            Array.Resize(ref _starts, BlockCount * 2);
        }

        _blocks[BlockCount] = block;
        _starts[BlockCount++] = _wordCount;
    }
}
