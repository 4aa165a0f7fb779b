using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Ops;
using Xunit;

namespace Strata.Tests.Format;

public class BTreePageTests
{
    [Fact]
    public void Random_inserts_and_deletes_equal_a_sorted_list()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            byte[] page = Leaf([]);
            var model = new List<byte[]>();
            for (int step = 0; step < 400; step++)
            {
                byte[] item = Item(random.Next(0, 500), random.Next(1, 4));
                if (random.Next(4) != 0 && BTreePage.CanFit(page, item.Length))
                {
                    int slot = BTreePage.LowerBound(page, item);
                    Assert.Equal(model.Count(m => m.AsSpan().SequenceCompareTo(item) < 0), slot);
                    page.Apply((ref ByteWriter w) => BTreeInsert.EncodeLeaf(ref w, page, slot, item));
                    model.Insert(slot, item);
                }
                else if (model.Count > 0)
                {
                    ushort[] slots = [.. Enumerable.Range(0, model.Count).Where(_ => random.Next(5) == 0).Select(i => (ushort)i)];
                    page.Apply((ref ByteWriter w) => BTreeDeleteItems.Encode(ref w, slots));
                    foreach (ushort slot in slots.Reverse())
                        model.RemoveAt(slot);
                }
                AssertItems(model, page);
            }
        }
    }

    [Fact]
    public void A_split_keeps_every_item_and_bounds_both_halves()
    {
        for (int slot = 0; slot <= 10; slot++)
        {
            List<byte[]> items = [.. Enumerable.Range(0, 10).Select(i => Item(i * 10, 1))];
            byte[] page = Leaf(items);
            byte[] added = Item(slot * 10 - 5, 1);
            byte[] highKey = items[6];
            bool left = slot <= 6;
            page.Apply((ref ByteWriter w) =>
            {
                BTreeSplitLeft.Encode(ref w, 6, 99, highKey);
                if (left)
                    BTreeSplitLeft.AddItem(ref w, page, slot, 0, added);
            });
            List<byte[]> expected = items[..6];
            if (left)
                expected.Insert(slot, added);
            AssertItems(expected, page);
            Assert.True(BTreePage.IsIncompleteSplit(page));
            Assert.Equal(99u, BTreePage.GetRight(page));
            Assert.Equal(5u, BTreePage.GetLeft(page));
            Assert.Equal(highKey, BTreePage.HighKey(page).ToArray());
            page.Apply((ref ByteWriter w) => BTreeSetFlags.EncodeSplitComplete(ref w));
            Assert.False(BTreePage.IsIncompleteSplit(page));
        }
    }

    [Fact]
    public void A_key_is_looked_up_in_the_last_child_whose_separator_is_at_or_below_it()
    {
        byte[] page = Change.NewPage((ref ByteWriter w) =>
        {
            BTreeInit.Begin(ref w, 9, level: 1, false, 0, 0, false, default);
            BTreeInit.AddChild(ref w, default, 101, default);
            BTreeInit.AddChild(ref w, default, 102, "f"u8);
            BTreeInit.AddChild(ref w, "f"u8, 103, "fo"u8);
            BTreeInit.AddChild(ref w, "fo"u8, 104, "p"u8);
        });
        Assert.Equal(101u, BTreePage.Child(page, BTreePage.ChildSlot(page, ""u8)));
        Assert.Equal(101u, BTreePage.Child(page, BTreePage.ChildSlot(page, "ez"u8)));
        Assert.Equal(102u, BTreePage.Child(page, BTreePage.ChildSlot(page, "f"u8)));
        Assert.Equal(103u, BTreePage.Child(page, BTreePage.ChildSlot(page, "foo"u8)));
        Assert.Equal(104u, BTreePage.Child(page, BTreePage.ChildSlot(page, "z"u8)));

        page.Apply((ref ByteWriter w) => BTreeRemoveChild.Encode(ref w, 1));
        Assert.Equal(3, BTreePage.Count(page));
        Assert.Equal(103u, BTreePage.Child(page, BTreePage.ChildSlot(page, "f"u8)));
        page.Apply((ref ByteWriter w) => BTreeInsert.EncodeChild(ref w, page, 2, 105, "g"u8));
        Assert.Equal(105u, BTreePage.Child(page, BTreePage.ChildSlot(page, "gg"u8)));
        Assert.Equal(104u, BTreePage.Child(page, BTreePage.ChildSlot(page, "p"u8)));
    }

    [Fact]
    public void Dead_hints_do_not_count_and_die_with_a_rewrite()
    {
        List<byte[]> items = [.. Enumerable.Range(0, 10).Select(i => Item(i * 10, 1))];
        byte[] page = Leaf(items), hinted = Leaf(items);
        BTreePage.SetDeadHint(hinted, 4);
        Assert.True(BTreePage.IsDeadHint(hinted, 4));
        Assert.True(PageCompare.AreEqual(page, hinted));
        AssertItems(items, hinted);
        byte[] change = Change.Of((ref ByteWriter w) => BTreeDeleteItems.Encode(ref w, [1]));
        PageOps.Apply(page, change, new Lsn(100));
        PageOps.Apply(hinted, change, new Lsn(100));
        Assert.Equal(page, hinted);
    }

    [Fact]
    public void A_deleted_page_keeps_its_links()
    {
        byte[] page = Leaf([Item(1, 1)]);
        page.Apply((ref ByteWriter w) => BTreeMarkDeleted.Encode(ref w, 1234));
        Assert.True(BTreePage.IsDeleted(page));
        Assert.Equal((0, 5u, 6u, 1234ul), (BTreePage.Count(page), BTreePage.GetLeft(page), BTreePage.GetRight(page), BTreePage.GetSafeXid(page)));
    }

    private static byte[] Leaf(List<byte[]> items) => Change.NewPage((ref ByteWriter w) =>
    {
        BTreeInit.Begin(ref w, 3, 0, false, 5, 6, true, [0xFF]);
        for (int i = 0; i < items.Count; i++)
            BTreeInit.AddLeafItem(ref w, i == 0 ? default : items[i - 1], items[i]);
    });

    private static byte[] Item(int key, int slot)
    {
        var item = new byte[4 + Tid.SizeBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(item, (uint)(key + 1000));
        new Tid((uint)key, (ushort)slot).Write(item.AsSpan(4));
        return item;
    }

    private static void AssertItems(List<byte[]> expected, byte[] page)
    {
        Assert.Equal(expected.Count, BTreePage.Count(page));
        for (int i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], BTreePage.Item(page, i).ToArray());
    }
}
