using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.BTree;

/// <summary>
/// Builds an index from entries in ascending order, bottom-up: each page is written once, 90% full. The index was just created, is empty and not
/// visible to anybody else. If the build fails, the index's storage is dropped with its transaction.
/// </summary>
public sealed class BTreeBuilder
{
    private const int CapacityBytes = PageFormat.PageSizeBytes - BTreePage.HeaderBytes;
    private const int FillBytes = CapacityBytes * 9 / 10;
    private const int PageRecordBytes = 12 * 1024;

    /// <summary>The page of a level that is being filled. Items lie behind each other; a separator stands before its child's block.</summary>
    private sealed class Level
    {
        public readonly byte[] Keys = new byte[PageFormat.PageSizeBytes];
        public readonly List<(int End, uint Child)> Items = [];
        public int UsedBytes;
        public uint Block;
        public uint Left;

        /// <summary>Above every key to the left of the page, at or below all of its own: its separator in the parent.</summary>
        public byte[] LowKey = [];

        public ReadOnlySpan<byte> Key(int index) => Keys.AsSpan((index == 0 ? 0 : Items[index - 1].End)..Items[index].End);
    }

    private readonly BTreeIndex _index;
    private readonly ulong _xid;
    private readonly CancellationToken _cancellation;
    private readonly List<Level> _levels = [];
    private readonly byte[] _item = new byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];

    public BTreeBuilder(BTreeIndex index, ulong xid, CancellationToken cancellation = default)
    {
        _index = index;
        _xid = xid;
        _cancellation = cancellation;
        _levels.Add(new Level { Block = BTreeIndex.FirstLeafBlock });
    }

    /// <summary>Adds an entry, which must be above the one added before (key, then TID). Throws 54000 when the key is too long.</summary>
    public void Add(ReadOnlySpan<byte> key, Tid tid)
    {
        BTreeIndex.CheckKeyLength(key);
        key.CopyTo(_item);
        tid.Write(_item.AsSpan(key.Length));
        AddItem(0, _item.AsSpan(0, key.Length + Tid.SizeBytes), 0);
    }

    /// <summary>Writes the last pages and makes the tree's root known.</summary>
    public void Finish()
    {
        for (int level = 0; ; level++)
        {
            Level last = _levels[level];
            bool isRoot = level == _levels.Count - 1;
            if (!isRoot)
                AddItem(level + 1, last.LowKey, last.Block);
            WritePage(last, level, right: 0, default);
            if (!isRoot)
                continue;
            SetRoot(last.Block, level);
            return;
        }
    }

    private void AddItem(int levelNumber, ReadOnlySpan<byte> key, uint child)
    {
        Level level = _levels[levelNumber];
        int bytes = key.Length + BTreePage.SlotBytes + (levelNumber == 0 ? 0 : BTreePage.ChildBytes);
        if (level.Items.Count > 0)
        {
            ReadOnlySpan<byte> last = level.Key(level.Items.Count - 1);
            Invariant.Check(last.SequenceCompareTo(key) < 0);
            ReadOnlySpan<byte> cut = levelNumber == 0 ? key[..(last.CommonPrefixLength(key) + 1)] : key;
            // Room for the high key: the cut after a leaf item is at most one byte longer than it, a separator is as long as it likes.
            int reserved = levelNumber == 0 ? key.Length + 1 : BTreePage.MaxKeyBytes + Tid.SizeBytes;
            if (level.UsedBytes + bytes > FillBytes || level.UsedBytes + bytes + reserved > CapacityBytes)
                StartPage(level, levelNumber, cut);
        }
        // The first separator of an internal page is never looked at; the page's own low key stands for it above.
        bool firstChild = levelNumber > 0 && level.Items.Count == 0;
        int begin = level.Items.Count == 0 ? 0 : level.Items[^1].End;
        if (!firstChild)
            key.CopyTo(level.Keys.AsSpan(begin));
        level.Items.Add((begin + (firstChild ? 0 : key.Length), child));
        level.UsedBytes += firstChild ? bytes - key.Length : bytes;
    }

    /// <summary>Writes the page of a level, tells the parent, and begins the next page at <paramref name="lowKey"/>.</summary>
    private void StartPage(Level level, int levelNumber, ReadOnlySpan<byte> lowKey)
    {
        uint next = _index.File.Allocate(Fork.Main, _cancellation);
        WritePage(level, levelNumber, next, lowKey);
        if (levelNumber == _levels.Count - 1)
            _levels.Add(new Level { Block = _index.File.Allocate(Fork.Main, _cancellation) });
        AddItem(levelNumber + 1, level.LowKey, level.Block);
        level.LowKey = lowKey.ToArray();
        level.Left = level.Block;
        level.Block = next;
        level.Items.Clear();
        level.UsedBytes = 0;
    }

    private void WritePage(Level level, int levelNumber, uint right, ReadOnlySpan<byte> highKey)
    {
        _index.Wal.EnsureRoom(PageRecordBytes, _cancellation);
        PageHandle page = _index.Pool.PinNew(_index.File.KeyOf(Fork.Main, level.Block), _cancellation);
        page.LatchExclusive();
        WalRecordBuilder record = _index.Wal.Begin(WalRecordKind.Change, _xid);
        ByteWriter change = record.BeginChange(page);
        BTreeInit.Begin(ref change, level.Block, levelNumber, incompleteSplit: false, level.Left, right, right != 0, highKey);
        for (int i = 0; i < level.Items.Count; i++)
        {
            ReadOnlySpan<byte> before = i == 0 ? default : level.Key(i - 1);
            if (levelNumber == 0)
                BTreeInit.AddLeafItem(ref change, before, level.Key(i));
            else
                BTreeInit.AddChild(ref change, before, level.Items[i].Child, level.Key(i));
        }
        record.EndChange(in change);
        record.Insert();
        page.UnlatchExclusive();
        page.Unpin();
    }

    private void SetRoot(uint block, int level)
    {
        _index.Wal.EnsureRoom(PageRecordBytes, _cancellation);
        PageHandle meta = _index.Pin(BTreeMetaPage.Block, ReadPoint.Live, _cancellation);
        meta.LatchExclusive();
        WalRecordBuilder record = _index.Wal.Begin(WalRecordKind.Change, _xid);
        ByteWriter change = record.BeginChange(meta);
        BTreeMetaSet.Encode(ref change, block, level);
        record.EndChange(in change);
        record.Insert();
        _index.NoteRoot(block, level);
        meta.UnlatchExclusive();
        meta.Unpin();
    }
}
