using System.Runtime.CompilerServices;
using System.Text;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Xunit;

namespace Strata.Tests.Format;

/// <summary>
/// The bytes of every change and the page that it makes, as they were first released: an (op, version) stays decodable for
/// ever. Golden/changes.txt holds: name, page before (a recipe below), bytes of the change, CRC32C of the page after.
/// New ops are added with STRATA_REWRITE=1; a changed line is a broken format.
/// </summary>
public class GoldenChangesTests
{
    private static readonly (string Name, Func<byte[]> Page, Change.Encoder Encode)[] Cases =
    [
        ("PageInit", Zero, (ref ByteWriter w) => PageInit.Encode(ref w, PageKind.Visibility, 7)),
        ("ByteRange", Empty(PageKind.Generic), (ref ByteWriter w) =>
        {
            ByteRange.Begin(ref w);
            ByteRange.Add(ref w, 24, [1, 2, 3]);
            ByteRange.Add(ref w, 8000, [4]);
        }),
        ("HeapInsert", Heap, (ref ByteWriter w) => HeapInsert.Encode(ref w, 3, 1000, 2, RowFlags.HasNulls, 4, 9, [1, 2, 3, 4, 5])),
        ("HeapInsertInit", Zero, (ref ByteWriter w) => HeapInsert.EncodeInit(ref w, 300, 1000, 2, 0, 4, 9, [1, 2, 3, 4, 5])),
        ("HeapMultiInsert", Heap, (ref ByteWriter w) =>
        {
            HeapMultiInsert.Begin(ref w, 3, 1000, 0, 1, 2);
            HeapMultiInsert.AddRow(ref w, 0, [1, 2]);
            HeapMultiInsert.AddRow(ref w, RowFlags.HasOutOfLine, [3]);
        }),
        ("HeapMultiInsertInit", Zero, (ref ByteWriter w) =>
        {
            HeapMultiInsert.BeginInit(ref w, 5, 1000, 0, 1, 2);
            HeapMultiInsert.AddRow(ref w, 0, [1, 2]);
        }),
        ("HeapDelete", Heap, (ref ByteWriter w) => HeapDelete.Encode(ref w, 1, 5000, 3)),
        ("HeapDelete-moved", Heap, (ref ByteWriter w) => HeapDelete.EncodeUpdate(ref w, 2, 5000, 3, false, new Tid(700, 8))),
        ("HeapUpdate", Heap, (ref ByteWriter w) =>
            HeapUpdate.Encode(ref w, Heap(), 1, 3, 5000, 1, true, false, 0, 1, 2, [0, 1, 2, 99, 4, 5, 6, 7, 8, 9])),
        ("HeapUpdate-shape", Heap, (ref ByteWriter w) =>
            HeapUpdate.Encode(ref w, Heap(), 1, 3, 5000, 1, false, true, RowFlags.HasNulls, 2, 3, [0, 1, 2, 99, 4, 5, 6, 7, 8, 9, 10])),
        ("HeapPrune", Heap, (ref ByteWriter w) => HeapPrune.Encode(ref w, 77, [1, 2], [], [], true)),
        ("HeapPrune-dead", Heap, (ref ByteWriter w) => HeapPrune.Encode(ref w, 0, [], [1], [2], true)),
        ("HeapSetAllVisible", Heap, (ref ByteWriter w) => HeapSetAllVisible.Encode(ref w)),
        ("BTreeInit", Zero, (ref ByteWriter w) => EncodeLeaf(ref w)),
        ("BTreeInit-internal", Zero, (ref ByteWriter w) => EncodeInternal(ref w)),
        ("BTreeInsert", Leaf, (ref ByteWriter w) => BTreeInsert.EncodeLeaf(ref w, Leaf(), 1, "abbx 000001"u8)),
        ("BTreeInsert-child", Internal, (ref ByteWriter w) => BTreeInsert.EncodeChild(ref w, Internal(), 2, 500, "az"u8)),
        ("BTreeInsertMany", Leaf, (ref ByteWriter w) =>
        {
            BTreeInsertMany.Begin(ref w, 2);
            BTreeInsertMany.Add(ref w, 1, BTreePage.Item(Leaf(), 0), "abbx 000001"u8);
            BTreeInsertMany.Add(ref w, 2, "abbx 000001"u8, "abby 000001"u8);
        }),
        ("BTreeSplitLeft", Leaf, (ref ByteWriter w) => BTreeSplitLeft.Encode(ref w, 1, 12, "ab"u8)),
        ("BTreeSplitLeft-item", Leaf, (ref ByteWriter w) =>
        {
            BTreeSplitLeft.Encode(ref w, 1, 12, "ac"u8);
            BTreeSplitLeft.AddItem(ref w, Leaf(), 1, 0, "abbx 000001"u8);
        }),
        ("BTreeSetLinks-left", Leaf, (ref ByteWriter w) => BTreeSetLinks.EncodeLeft(ref w, 800)),
        ("BTreeSetLinks-right", Leaf, (ref ByteWriter w) => BTreeSetLinks.EncodeRight(ref w, 800)),
        ("BTreeSetFlags", Leaf, (ref ByteWriter w) => BTreeSetFlags.EncodeSplitComplete(ref w)),
        ("BTreeDeleteItems", Leaf, (ref ByteWriter w) => BTreeDeleteItems.Encode(ref w, [0, 2])),
        ("BTreeRemoveChild", Internal, (ref ByteWriter w) => BTreeRemoveChild.Encode(ref w, 0)),
        ("BTreeMarkDeleted", Leaf, (ref ByteWriter w) => BTreeMarkDeleted.Encode(ref w, 123456)),
        ("BTreeMetaSet", Empty(PageKind.BTreeMeta), (ref ByteWriter w) => BTreeMetaSet.Encode(ref w, 400, 2)),
        ("BTreeMetaInit", Zero, (ref ByteWriter w) => BTreeMetaSet.Encode(ref w, 1, 0, init: true)),
        ("CommitLogSet", Empty(PageKind.CommitLog), (ref ByteWriter w) => CommitLogSet.Encode(ref w, CommitStatus.Committed, [40000, 40001, 40300])),
        ("SubtransactionSet", Empty(PageKind.Subtransactions), (ref ByteWriter w) => SubtransactionSet.Encode(ref w, 39990, [40000, 40001, 40002, 40300, 40302])),
        ("FreeSpaceSet", Empty(PageKind.FreeSpace), (ref ByteWriter w) =>
        {
            FreeSpaceSet.Begin(ref w);
            FreeSpaceSet.Add(ref w, 3, 200);
            FreeSpaceSet.Add(ref w, 10000, 1);
        }),
        ("VisibilitySet", Empty(PageKind.Visibility), (ref ByteWriter w) =>
        {
            VisibilitySet.Begin(ref w);
            VisibilitySet.Add(ref w, 3, VisibilityBits.AllVisible);
            VisibilitySet.Add(ref w, 40000, VisibilityBits.AllVisible | VisibilityBits.HasColumns);
        }),
        ("RelationMetaSet", Empty(PageKind.RelationMeta), (ref ByteWriter w) =>
        {
            RelationMetaSet.Begin(ref w);
            RelationMetaSet.Add(ref w, Fork.Main, 12345);
        }),
        ("RelationMetaInit", Zero, (ref ByteWriter w) =>
        {
            RelationMetaSet.Begin(ref w, init: true);
            RelationMetaSet.Add(ref w, Fork.Main, 1);
            RelationMetaSet.Add(ref w, Fork.Visibility, 2);
        }),
        ("CountersSet", Empty(PageKind.Counters), (ref ByteWriter w) =>
        {
            CountersSet.Begin(ref w);
            CountersSet.Add(ref w, CounterId.NextXid, 1_000_000);
        }),
        ("CountersInit", Zero, (ref ByteWriter w) =>
        {
            CountersSet.Begin(ref w, init: true);
            CountersSet.Add(ref w, CounterId.FormatLevel, 1);
        }),
        ("SequenceSet", Empty(PageKind.Sequence), (ref ByteWriter w) => SequenceSet.Encode(ref w, -33, true)),
        ("SequenceInit", Zero, (ref ByteWriter w) => SequenceSet.Encode(ref w, 1, false, init: true)),
        ("TimeIndexAppend", Empty(PageKind.TimeIndex), (ref ByteWriter w) => TimeIndexAppend.Encode(ref w, 123456789, new Lsn(5000))),
    ];

    [Fact]
    public void Every_change_has_the_bytes_and_the_effect_that_it_always_had()
    {
        var actual = new StringBuilder();
        foreach ((string name, Func<byte[]> before, Change.Encoder encode) in Cases)
        {
            byte[] change = Change.Of(encode), page = before();
            PageOps.Apply(page, change, new Lsn(1000));
            actual.Append($"{name} {Convert.ToHexString(change)} {Crc32C.Compute(page):X8}\n");
        }
        string path = GoldenPath();
        if (Environment.GetEnvironmentVariable("STRATA_REWRITE") == "1")
            File.WriteAllText(path, actual.ToString());
        Assert.Equal(File.ReadAllText(path), actual.ToString());
    }

    [Fact]
    public void Every_op_is_among_the_golden_ones()
    {
        var covered = Cases.Select(c => PageOps.OpOf(Change.Of(c.Encode))).ToHashSet();
        PageOp[] tombstones = [PageOp.None, PageOp.Truncate, PageOp.DropStorage, PageOp.DropDatabase];
        Assert.Equal([], Enum.GetValues<PageOp>().Except(tombstones).Where(op => !covered.Contains(op)));
    }

    [Fact]
    public void A_change_is_an_init_exactly_when_the_page_before_does_not_matter()
    {
        foreach ((string name, Func<byte[]> before, Change.Encoder encode) in Cases)
        {
            byte[] change = Change.Of(encode), page = before(), noise = new byte[PageFormat.PageSizeBytes];
            new Random(5).NextBytes(noise);
            PageOps.Apply(page, change, new Lsn(1000));
            Exception? failure = Record.Exception(() => PageOps.Apply(noise, change, new Lsn(1000)));
            Assert.True(PageOps.IsInit(change) == (failure == null), name);
            if (failure == null)
                Assert.Equal(page, noise);
            else
                Assert.IsType<CorruptPageException>(failure);
        }
    }

    [Fact]
    public void Garbage_never_leaves_the_page_and_fails_in_one_way_only()
    {
        var random = new Random(11);
        var page = new byte[PageFormat.PageSizeBytes];
        for (int round = 0; round < 4_000; round++)
        {
            (_, Func<byte[]> before, Change.Encoder encode) = Cases[random.Next(Cases.Length)];
            before().CopyTo(page, 0);
            byte[] change = Change.Of(encode);
            for (int i = random.Next(4); i > 0; i--)
                change[random.Next(change.Length)] = (byte)random.Next(256);
            if (random.Next(2) == 0)
            {
                for (int i = random.Next(1, 10); i > 0; i--)
                    page[random.Next(2) == 0 ? random.Next(12, 80) : random.Next(12, page.Length)] = (byte)random.Next(256);
            }
            Exception? failure = Record.Exception(() => PageOps.Apply(page, change, new Lsn(1000)));
            if (failure != null)
                Assert.IsType<CorruptPageException>(failure);
        }
    }

    private static byte[] Zero() => new byte[PageFormat.PageSizeBytes];

    private static Func<byte[]> Empty(PageKind kind) => () => Change.NewPage((ref ByteWriter w) => PageInit.Encode(ref w, kind, 0));

    private static byte[] Heap() => Change.NewPage((ref ByteWriter w) =>
    {
        HeapMultiInsert.BeginInit(ref w, 5, 900, 1, 1, 2);
        HeapMultiInsert.AddRow(ref w, 0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        HeapMultiInsert.AddRow(ref w, 0, [7, 7, 7]);
    });

    private static byte[] Leaf() => Change.NewPage(EncodeLeaf);

    private static byte[] Internal() => Change.NewPage(EncodeInternal);

    private static void EncodeLeaf(ref ByteWriter w)
    {
        BTreeInit.Begin(ref w, 9, 0, true, 3, 4, true, "b"u8);
        BTreeInit.AddLeafItem(ref w, default, "abb 000001"u8);
        BTreeInit.AddLeafItem(ref w, "abb 000001"u8, "abc 000001"u8);
        BTreeInit.AddLeafItem(ref w, "abc 000001"u8, "acc 000001"u8);
    }

    private static void EncodeInternal(ref ByteWriter w)
    {
        BTreeInit.Begin(ref w, 10, 1, false, 0, 0, false, default);
        BTreeInit.AddChild(ref w, default, 300, default);
        BTreeInit.AddChild(ref w, default, 301, "ab"u8);
    }

    private static string GoldenPath([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "Golden", "changes.txt");
}
