using System.Buffers.Binary;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;
using Strata.Tests.Engine;
using Xunit;

namespace Strata.Tests.BTree;

/// <summary>An index over an in-memory timeline, with the checks that every test ends with.</summary>
internal sealed class BTreeHarness : IDisposable
{
    public const ulong Storage = 20_000;

    public BTreeHarness(int frames = 512)
        : this(new TestEngine(frames: frames), create: true)
    {
    }

    private BTreeHarness(TestEngine engine, bool create)
    {
        Engine = engine;
        Files = new RelationFiles(Engine.Pool, Engine.Wal);
        File = Files.Get(TestEngine.Database, Storage);
        if (create)
        {
            RelationFile.Create(Engine.Pool, Engine.Wal, TestEngine.Database, Storage, xid: 0);
            BTreeIndex.Create(Engine.Pool, Engine.Wal, File, xid: 0);
        }
        Index = new BTreeIndex(Engine.Pool, Engine.Wal, File);
    }

    /// <summary>The next life after a crash that left the log up to <paramref name="end"/>.</summary>
    public BTreeHarness RestartAt(Lsn end) => new(new TestEngine(Engine.Timeline.CopyUntil(end)), create: false);

    public TestEngine Engine { get; }

    public RelationFiles Files { get; }

    public RelationFile File { get; }

    public BTreeIndex Index { get; }

    public static byte[] Key(int value)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, value ^ int.MinValue);
        return key;
    }

    /// <summary>A key of variable width: escaped and terminated, so prefix-free.</summary>
    public static byte[] Text(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text), 0];

    public List<(byte[] Key, Tid Tid)> Read(in BTreeRange range, ScanDirection direction = ScanDirection.Forward)
    {
        var scan = new BTreeScan();
        scan.Open(Index, range, direction, withKeys: true);
        var found = new List<(byte[], Tid)>();
        while (scan.NextBatch())
        {
            for (int i = 0; i < scan.Tids.Length; i++)
                found.Add((scan.Key(i).ToArray(), scan.Tids[i]));
        }
        return found;
    }

    /// <summary>
    /// Checks the whole tree: order, high keys, links, separators; that every page equals its replay from the log; that nothing is still pinned.
    /// </summary>
    public int CheckTree()
    {
        Assert.Null(Engine.Failure);
        Assert.Equal(0L, Engine.Pool.CountPins());
        byte[] meta = Page(BTreeMetaPage.Block);
        uint leftmost = BTreeMetaPage.GetRoot(meta);
        int entries = 0;
        var expected = new List<(uint Block, byte[] Low)> { (leftmost, []) };
        for (int level = BTreeMetaPage.GetLevel(meta); level >= 0; level--)
        {
            var below = new List<(uint, byte[])>();
            uint left = 0, block = leftmost;
            byte[] low = [];
            int position = 0;
            bool afterIncomplete = false;
            while (block != 0)
            {
                byte[] page = Page(block);
                Assert.Equal(level, BTreePage.GetLevel(page));
                Assert.Equal(left, BTreePage.GetLeft(page));
                Assert.Equal(block, PageFormat.GetBlock(page));
                Assert.False(BTreePage.IsDeleted(page));
                if (!afterIncomplete)
                {
                    Assert.Equal(block, expected[position].Block);
                    Assert.Equal(expected[position++].Low, low);
                }
                byte[] previous = low;
                for (int slot = 0; slot < BTreePage.Count(page); slot++)
                {
                    byte[] key = BTreePage.SortKey(page, slot).ToArray();
                    if (level > 0 && slot == 0)
                        key = low;
                    Assert.True(previous.AsSpan().SequenceCompareTo(key) <= 0);
                    Assert.True(level > 0 || slot == 0 || previous.AsSpan().SequenceCompareTo(key) < 0);
                    if (level > 0)
                        below.Add((BTreePage.Child(page, slot), key));
                    else
                        entries++;
                    previous = key;
                }
                Assert.Equal(BTreePage.GetRight(page) != 0, BTreePage.HasHighKey(page));
                if (BTreePage.HasHighKey(page))
                {
                    low = BTreePage.HighKey(page).ToArray();
                    Assert.True(BTreePage.Count(page) == 0 || previous.AsSpan().SequenceCompareTo(low) < 0);
                }
                afterIncomplete = BTreePage.IsIncompleteSplit(page);
                left = block;
                block = BTreePage.GetRight(page);
            }
            Assert.Equal(expected.Count, position);
            expected = below;
            if (below.Count > 0)
                leftmost = below[0].Item1;
        }
        CheckReplay();
        return entries;
    }

    /// <summary>Commits a transaction that changes something, so that the horizon moves.</summary>
    public void Commit()
    {
        Transaction transaction = Engine.Transactions.Begin();
        transaction.EnsureXid();
        Engine.Transactions.Commit(transaction);
    }

    /// <summary>Pages that were split at an LSN and whose parent did not know it yet.</summary>
    public int CountIncompleteSplits(Lsn lsn)
    {
        int count = 0;
        for (uint block = 1; block < File.Blocks(Fork.Main); block++)
            count += BTreePage.IsIncompleteSplit(Engine.Timeline.PageAt(File.KeyOf(Fork.Main, block), lsn)) ? 1 : 0;
        return count;
    }

    public byte[] Page(uint block)
    {
        var page = Engine.Pool.Pin(File.KeyOf(Fork.Main, block));
        byte[] copy = page.Bytes.ToArray();
        page.Unpin();
        return copy;
    }

    public void Dispose() => Engine.Dispose();

    private void CheckReplay()
    {
        for (uint block = 0; block < File.Blocks(Fork.Main); block++)
        {
            byte[] replayed = Engine.Timeline.PageAt(File.KeyOf(Fork.Main, block), Lsn.Max);
            Assert.Equal(-1, PageCompare.FirstDifference(replayed, Page(block)));
        }
    }
}
