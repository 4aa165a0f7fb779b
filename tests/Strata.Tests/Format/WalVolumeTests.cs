using System.Buffers.Binary;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;
using Xunit;
using Xunit.Abstractions;

namespace Strata.Tests.Format;

/// <summary>Bytes of log per transaction of pgbench's tpcb-like script; PostgreSQL writes 600 to 700 without full-page images.</summary>
public class WalVolumeTests(ITestOutputHelper output)
{
    private const ulong Xid = 5_000_000;
    private const uint Database = 16_384;

    [Fact]
    public void A_tpcb_transaction_logs_at_most_400_bytes()
    {
        int account = UpdateBytes(storage: 16_400, block: 150_000, widths: [4, 4, 4, RowLayout.Variable], text: 84, column: 2);
        int teller = UpdateBytes(storage: 16_410, block: 3, widths: [4, 4, 4, RowLayout.Variable], text: 0, column: 2);
        int branch = UpdateBytes(storage: 16_420, block: 2, widths: [4, 4, RowLayout.Variable], text: 0, column: 1);
        int history = HistoryBytes();
        int prune = PruneBytes();
        int commit = CommitBytes();
        // Branch and teller pages hold about a hundred versions between two prunes.
        int total = account + teller + branch + history + commit + (prune + 49) / 50;
        output.WriteLine($"account {account}, teller {teller}, branch {branch}, history {history}, commit {commit}, prune {prune}, in all {total}");
        Assert.InRange(total, 150, 400);
    }

    private static int UpdateBytes(ulong storage, uint block, short[] widths, int text, int column)
    {
        var layout = new RowLayout(1, widths);
        byte[] page = new byte[PageFormat.PageSizeBytes];
        byte[] old = Body(layout, text, column, value: 12_345), updated = Body(layout, text, column, value: -3_988);
        PageOps.Apply(page, Change.Of((ref ByteWriter w) => HeapInsert.EncodeInit(ref w, block, 1000, 0, Flags(text), 1, widths.Length, old)), new Lsn(20));
        return RecordBytes(WalRecordKind.Change, new PageKey(Database, storage, Fork.Main, block), Change.Of((ref ByteWriter w) =>
            HeapUpdate.Encode(ref w, page, 1, 2, Xid, 2, hot: true, keysUpdated: false, Flags(text), 1, widths.Length, updated)));
    }

    private static int HistoryBytes()
    {
        var layout = new RowLayout(1, [4, 4, 4, 4, 8, RowLayout.Variable]);
        byte[] body = Body(layout, 0, 3, -3_988);
        return RecordBytes(WalRecordKind.Change, new PageKey(Database, 16_430, Fork.Main, 20_000), Change.Of((ref ByteWriter w) =>
            HeapInsert.Encode(ref w, 100, Xid, 3, RowFlags.HasNulls, 1, 6, body)));
    }

    private static int PruneBytes()
    {
        ushort[] unused = [.. Enumerable.Range(3, 100).Select(slot => (ushort)slot)];
        return RecordBytes(WalRecordKind.Change, new PageKey(Database, 16_420, Fork.Main, 2), Change.Of((ref ByteWriter w) =>
            HeapPrune.Encode(ref w, Xid, [1, 103], [], unused, truncateSlots: false)));
    }

    private static int CommitBytes()
    {
        var body = new ByteWriter(new byte[64]);
        CommitBody.Encode(ref body, 850_000_000_000_000, Xid, [], []);
        return RecordBytes(
            WalRecordKind.Commit, CommitLogPage.KeyOf(Xid), Change.Of((ref ByteWriter w) => CommitLogSet.Encode(ref w, CommitStatus.Committed, [Xid])), body.Written);
    }

    private static int RecordBytes(WalRecordKind kind, PageKey key, byte[] change, ReadOnlySpan<byte> body = default)
    {
        var writer = new WalRecordWriter(new byte[2000], kind, Xid);
        writer.AddChange(key, change);
        writer.AddBody(body);
        return writer.Finish();
    }

    private static RowFlags Flags(int text) => text == 0 ? RowFlags.HasNulls : RowFlags.None;

    private static byte[] Body(RowLayout layout, int text, int column, int value)
    {
        var body = new byte[200];
        var writer = new RowBodyWriter(layout, body, hasNulls: text == 0);
        for (int i = 0; i < layout.ColumnCount; i++)
        {
            if (layout.Width(i) == 4)
                BinaryPrimitives.WriteInt32LittleEndian(writer.Fixed(i), i == column ? value : 100_000 + i);
            else if (layout.Width(i) == 8)
                BinaryPrimitives.WriteInt64LittleEndian(writer.Fixed(i), 850_000_000_000_000);
            else if (text == 0)
                writer.AddNull(i);
            else
                writer.AddVariable(new byte[text]);
        }
        return body[..writer.Finish()];
    }
}
