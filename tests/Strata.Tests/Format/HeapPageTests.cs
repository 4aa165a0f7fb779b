using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Ops;
using Xunit;

namespace Strata.Tests.Format;

public class HeapPageTests
{
    private sealed record Row(ulong Xmin, uint Cmin, ulong Xmax, uint Cmax, Tid Next, RowFlags Flags, ushort Layout, int Columns, byte[] Body);

    [Fact]
    public void Random_changes_equal_a_model()
    {
        for (int seed = 0; seed < 10; seed++)
            RunAgainstModel(seed);
    }

    [Fact]
    public void A_row_reads_back_through_its_layout()
    {
        var layout = new RowLayout(3, [4, RowLayout.Variable, 8, RowLayout.Variable, 1]);
        Span<byte> body = new byte[100];
        var writer = new RowBodyWriter(layout, body, hasNulls: true);
        writer.Fixed(0).Fill(1);
        writer.AddVariable("hello"u8);
        writer.AddNull(2);
        writer.AddVariable(default);
        writer.Fixed(4)[0] = 9;
        int length = writer.Finish();
        Assert.Equal(layout.BodyBytes(hasNulls: true, variableBytes: 5), length);
        byte[] encoded = body[..length].ToArray();
        byte[] page = Change.NewPage((ref ByteWriter w) => HeapInsert.EncodeInit(ref w, 4, 10, 2, RowFlags.HasNulls, 3, 5, encoded));

        ReadOnlySpan<byte> row = HeapPage.Row(page, 1);
        Assert.Equal(3, HeapRow.GetLayoutVersion(row));
        Assert.Equal([1, 1, 1, 1], layout.Column(row, 0).ToArray());
        Assert.Equal("hello"u8.ToArray(), layout.Column(row, 1).ToArray());
        Assert.True(RowLayout.IsNull(row, 2));
        Assert.False(RowLayout.IsNull(row, 3));
        Assert.Equal(0, layout.Column(row, 3).Length);
        Assert.Equal([9], layout.Column(row, 4).ToArray());
        Assert.Equal(4u, PageFormat.GetBlock(page));
    }

    [Fact]
    public void An_update_of_one_column_logs_a_few_bytes_only()
    {
        var body = new byte[100];
        byte[] page = Change.NewPage((ref ByteWriter w) => HeapInsert.EncodeInit(ref w, 0, 10, 0, 0, 1, 4, body));
        var changed = (byte[])body.Clone();
        changed[9] = 77;
        byte[] change = Change.Of((ref ByteWriter w) =>
            HeapUpdate.Encode(ref w, page, 1, 2, 5_000_000, 0, hot: true, keysUpdated: false, 0, 1, 4, changed));
        Assert.InRange(change.Length, 8, 16);
        PageOps.Apply(page, change, new Lsn(99));
        Assert.Equal(changed, HeapRow.GetBody(HeapPage.Row(page, 2)).ToArray());
        Assert.Equal(RowFlags.HeapOnly, HeapRow.GetFlags(HeapPage.Row(page, 2)));
        Assert.Equal(new Tid(0, 2), HeapRow.GetNext(HeapPage.Row(page, 1)));
        Assert.Equal(5_000_000ul, HeapPage.GetPruneXid(page));
    }

    [Fact]
    public void Hints_do_not_count_and_are_not_copied()
    {
        byte[] page = Change.NewPage((ref ByteWriter w) => HeapInsert.EncodeInit(ref w, 0, 10, 0, 0, 1, 4, new byte[20]));
        var hinted = (byte[])page.Clone();
        hinted[HeapPage.RowOffset(hinted, 1) + HeapRow.FlagsOffset + 1] |= (byte)((ushort)RowFlags.XminCommitted >> 8);
        Assert.NotEqual(page, hinted);
        Assert.True(PageCompare.AreEqual(page, hinted));
        Change.Encoder update = (ref ByteWriter w) => HeapUpdate.Encode(ref w, hinted, 1, 2, 50, 0, true, false, 0, 1, 4, new byte[21]);
        byte[] change = Change.Of(update);
        PageOps.Apply(page, change, new Lsn(50));
        PageOps.Apply(hinted, change, new Lsn(50));
        Assert.True(PageCompare.AreEqual(page, hinted));
        Assert.Equal(RowFlags.HeapOnly, HeapRow.GetFlags(HeapPage.Row(hinted, 2)));
        page[^1] ^= 1;
        Assert.False(PageCompare.AreEqual(page, hinted));
    }

    [Fact]
    public void A_change_is_refused_at_or_below_the_pages_lsn()
    {
        byte[] page = Change.NewPage((ref ByteWriter w) => PageInit.Encode(ref w, PageKind.Heap, 0));
        byte[] change = Change.Of((ref ByteWriter w) => HeapInsert.Encode(ref w, 1, 10, 0, 0, 1, 1, new byte[4]));
        Assert.Throws<CorruptPageException>(() => PageOps.Apply(page, change, new Lsn(16)));
        PageOps.Apply(page, change, new Lsn(17));
        Assert.Equal(new Lsn(17), PageFormat.GetLsn(page));
    }

    [Fact]
    public void Checksum_finds_every_flipped_bit()
    {
        byte[] page = Change.NewPage((ref ByteWriter w) => HeapInsert.EncodeInit(ref w, 0, 10, 0, 0, 1, 4, new byte[20]));
        PageFormat.SealChecksum(page);
        Assert.True(PageFormat.VerifyChecksum(page));
        for (int bit = 0; bit < page.Length * 8; bit += 7)
        {
            page[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(PageFormat.VerifyChecksum(page));
            page[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static void RunAgainstModel(int seed)
    {
        var random = new Random(seed);
        byte[] page = Change.NewPage((ref ByteWriter w) => PageInit.Encode(ref w, PageKind.Heap, 77));
        var model = new SortedDictionary<int, Row?>();
        for (int step = 0; step < 300; step++)
        {
            ulong xid = (ulong)random.NextInt64(1, 1L << random.Next(4, 60));
            uint cid = (uint)random.Next(0, 5);
            int[] live = [.. model.Where(p => p.Value != null).Select(p => p.Key)];
            var body = new byte[random.Next(0, 120)];
            random.NextBytes(body);
            int slot = HeapPage.FindSlotForInsert(page);
            bool fits = HeapPage.CanFit(page, HeapRow.HeaderBytes + body.Length);
            switch (random.Next(5))
            {
                case 0 when fits:
                    page.Apply((ref ByteWriter w) => HeapInsert.Encode(ref w, slot, xid, cid, 0, 2, 3, body));
                    model[slot] = new Row(xid, cid, 0, 0, default, 0, 2, 3, body);
                    break;
                case 1 when HeapPage.CanFit(page, 3 * (HeapRow.HeaderBytes + 16 + HeapPage.SlotBytes)):
                    int first = HeapPage.SlotCount(page) + 1;
                    page.Apply((ref ByteWriter w) =>
                    {
                        HeapMultiInsert.Begin(ref w, first, xid, cid, 1, 2);
                        HeapMultiInsert.AddRow(ref w, 0, new byte[8]);
                        HeapMultiInsert.AddRow(ref w, RowFlags.HasOutOfLine, new byte[9]);
                    });
                    model[first] = new Row(xid, cid, 0, 0, default, 0, 1, 2, new byte[8]);
                    model[first + 1] = new Row(xid, cid, 0, 0, default, RowFlags.HasOutOfLine, 1, 2, new byte[9]);
                    break;
                case 2 when live.Length > 0:
                    int deleted = live[random.Next(live.Length)];
                    Tid next = random.Next(2) == 0 ? default : new Tid(9999, 3);
                    bool keys = random.Next(2) == 0;
                    page.Apply((ref ByteWriter w) => HeapDelete.EncodeUpdate(ref w, deleted, xid, cid, keys, next));
                    model[deleted] = model[deleted]! with
                    {
                        Xmax = xid,
                        Cmax = cid,
                        Next = next,
                        Flags = (model[deleted]!.Flags & ~RowFlags.OfXmax) | (keys ? RowFlags.KeysUpdated : 0),
                    };
                    break;
                case 3 when live.Length > 0 && fits:
                    int old = live[random.Next(live.Length)];
                    Row before = model[old]!;
                    bool hot = random.Next(2) == 0;
                    ushort layout = random.Next(3) == 0 ? (ushort)7 : before.Layout;
                    byte[] similar = (byte[])before.Body.Clone();
                    if (similar.Length > 0)
                        similar[random.Next(similar.Length)] ^= 5;
                    if (!HeapPage.CanFit(page, HeapRow.HeaderBytes + similar.Length) || random.Next(3) == 0)
                        similar = body;
                    page.Apply((ref ByteWriter w) =>
                        HeapUpdate.Encode(ref w, page, old, slot, xid, cid, hot, false, 0, layout, before.Columns, similar));
                    model[old] = before with
                    {
                        Xmax = xid,
                        Cmax = cid,
                        Next = new Tid(77, (ushort)slot),
                        Flags = (before.Flags & ~RowFlags.OfXmax) | (hot ? RowFlags.HotUpdated : 0),
                    };
                    model[slot] = new Row(xid, cid, 0, 0, default, hot ? RowFlags.HeapOnly : 0, layout, before.Columns, similar);
                    break;
                case 4 when live.Length > 2 && random.Next(4) == 0:
                    ushort dead = (ushort)live[0], unused = (ushort)live[1];
                    bool truncate = random.Next(2) == 0;
                    page.Apply((ref ByteWriter w) => HeapPrune.Encode(ref w, 0, [], [dead], [unused], truncate));
                    model[dead] = null;
                    model.Remove(unused);
                    Assert.Equal(HeapSlotState.Dead, HeapPage.SlotState(page, dead));
                    break;
            }
            AssertEqual(model, page);
        }
    }

    private static void AssertEqual(SortedDictionary<int, Row?> model, byte[] page)
    {
        int used = HeapPage.SlotCount(page) * HeapPage.SlotBytes + HeapPage.HeaderBytes;
        for (int slot = 1; slot <= HeapPage.SlotCount(page); slot++)
        {
            HeapSlotState state = HeapPage.SlotState(page, slot);
            Assert.Equal(model.TryGetValue(slot, out Row? row), state != HeapSlotState.Unused);
            if (row == null)
                continue;
            ReadOnlySpan<byte> bytes = HeapPage.Row(page, slot);
            used += HeapPage.Aligned(bytes.Length);
            Assert.Equal(0, HeapPage.RowOffset(page, slot) % 8);
            Assert.Equal(row.Body, HeapRow.GetBody(bytes).ToArray());
            Assert.Equal(
                (row.Xmin, row.Cmin, row.Xmax, row.Cmax, row.Next, row.Flags, row.Layout, row.Columns),
                (HeapRow.GetXmin(bytes), HeapRow.GetCmin(bytes), HeapRow.GetXmax(bytes), HeapRow.GetCmax(bytes), HeapRow.GetNext(bytes),
                    HeapRow.GetFlags(bytes), HeapRow.GetLayoutVersion(bytes), HeapRow.GetColumnCount(bytes)));
        }
        Assert.Equal(PageFormat.PageSizeBytes - used, HeapPage.FreeBytes(page));
    }
}
