using Strata.Format;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;
using Xunit;

namespace Strata.Tests.Format;

public class WalRecordTests
{
    [Fact]
    public void Reads_back_what_was_written()
    {
        var buffer = new byte[8192];
        var writer = new WalRecordWriter(buffer, WalRecordKind.Commit, xid: 123456789);
        PageKey[] keys =
        [
            new(5, 1000, Fork.Main, 0), new(5, 1000, Fork.Visibility, 7), new(0, 1, Fork.Main, 1), new(0, 1, Fork.Main, uint.MaxValue),
            new(uint.MaxValue, ulong.MaxValue, Fork.Meta, 3), new(5, 1000, Fork.FreeSpace, 300),
        ];
        for (int i = 0; i < keys.Length; i++)
            writer.AddChange(keys[i], Bytes(seed: i, length: 1 + i * 90));
        var body = new ByteWriter(new byte[200]);
        CommitBody.Encode(ref body, 42, 123456789, [123456790, 123456799, 223456799], [1, 2, 3]);
        writer.AddBody(body.Written);
        int length = writer.Finish();
        var start = new Lsn(777);
        WalRecordWriter.Seal(buffer.AsSpan(0, length), start, new Lsn(700));

        Assert.Equal(WalDecodeResult.Record, WalDecoder.TryDecode(buffer, start, out WalRecordReader record));
        Assert.Equal(start + (ulong)length, record.Lsn);
        Assert.Equal(new Lsn(700), record.PreviousStartLsn);
        Assert.Equal(WalRecordKind.Commit, record.Kind);
        Assert.Equal(123456789ul, record.Xid);
        int index = 0;
        foreach (BlockChange change in record.Changes)
        {
            Assert.Equal(keys[index], change.Key);
            Assert.Equal(Bytes(index, 1 + index * 90), change.Change.ToArray());
            Assert.Equal(change.Change.ToArray(), record.Bytes.Slice(change.OffsetInRecord, change.Change.Length).ToArray());
            index++;
        }
        Assert.Equal(keys.Length, index);
        CommitBody commit = CommitBody.Decode(record);
        var subXids = new ulong[commit.SubXidCount];
        commit.CopySubXids(subXids);
        Assert.Equal(42, commit.TimeMicroseconds);
        Assert.Equal([123456790ul, 123456799, 223456799], subXids);
        Assert.Equal([1, 2, 3], commit.Invalidations.ToArray());
    }

    [Fact]
    public void Term_start_body_reads_back()
    {
        var buffer = new byte[256];
        var body = new TermStartBody(-5, 17, 1_000_000_000_000);
        var encoded = new ByteWriter(new byte[64]);
        body.Encode(ref encoded);
        var writer = new WalRecordWriter(buffer, WalRecordKind.TermStart, 0);
        writer.AddBody(encoded.Written);
        int length = writer.Finish();
        WalRecordWriter.Seal(buffer.AsSpan(0, length), Lsn.First, Lsn.Zero);
        Assert.Equal(WalDecodeResult.Record, WalDecoder.TryDecode(buffer, Lsn.First, out WalRecordReader record));
        Assert.Equal(body, TermStartBody.Decode(record));
        Assert.Equal(Lsn.Zero, record.PreviousStartLsn);
    }

    [Fact]
    public void Any_flipped_bit_is_detected()
    {
        byte[] record = Record(new Lsn(4711), seed: 3);
        for (int bit = 0; bit < record.Length * 8; bit++)
        {
            var broken = (byte[])record.Clone();
            broken[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(WalDecodeResult.Record, WalDecoder.TryDecode(broken, new Lsn(4711), out _));
        }
    }

    [Fact]
    public void A_record_at_another_position_is_not_a_record()
    {
        byte[] record = Record(new Lsn(4711), seed: 4);
        Assert.Equal(WalDecodeResult.Record, WalDecoder.TryDecode(record, new Lsn(4711), out _));
        Assert.Equal(WalDecodeResult.Corrupt, WalDecoder.TryDecode(record, new Lsn(4712), out _));
        Assert.Equal(WalDecodeResult.Corrupt, WalDecoder.TryDecode(record, new Lsn(4711 + WalFormat.SegmentBytes), out _));
    }

    [Fact]
    public void Zeros_and_a_torn_tail_are_not_records()
    {
        Assert.Equal(WalDecodeResult.Corrupt, WalDecoder.TryDecode(new byte[100], new Lsn(16), out _));
        Assert.Equal(WalDecodeResult.NeedMore, WalDecoder.TryDecode(new byte[3], new Lsn(16), out _));
        byte[] record = Record(new Lsn(16), seed: 5);
        for (int kept = 4; kept < record.Length; kept++)
        {
            Assert.Equal(WalDecodeResult.NeedMore, WalDecoder.TryDecode(record.AsSpan(0, kept), new Lsn(16), out _));
            var torn = new byte[record.Length];
            record.AsSpan(0, kept).CopyTo(torn);
            if (!torn.AsSpan().SequenceEqual(record))
                Assert.Equal(WalDecodeResult.Corrupt, WalDecoder.TryDecode(torn, new Lsn(16), out _));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void The_decoder_cuts_chunks_of_any_size_into_the_same_records(int chunkBytes)
    {
        var log = new List<byte>();
        var ends = new List<Lsn>();
        var start = new Lsn(1 << 20);
        for (int i = 0; i < 50; i++)
        {
            log.AddRange(Record(start + (ulong)log.Count, seed: i));
            ends.Add(start + (ulong)log.Count);
        }
        log.AddRange(new byte[1000]);

        var decoder = new WalDecoder(start);
        var found = new List<Lsn>();
        var last = WalDecodeResult.NeedMore;
        byte[] bytes = [.. log];
        for (int at = 0; at < bytes.Length; at += chunkBytes)
        {
            decoder.Append(bytes.AsSpan(at, Math.Min(chunkBytes, bytes.Length - at)));
            while ((last = decoder.TryRead(out WalRecordReader record)) == WalDecodeResult.Record)
                found.Add(record.Lsn);
        }
        Assert.Equal(ends, found);
        Assert.Equal(WalDecodeResult.Corrupt, last);
        Assert.Equal(ends[^1], decoder.NextLsn);
    }

    [Fact]
    public void Garbage_never_throws_and_never_is_a_record()
    {
        var random = new Random(1);
        for (int i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(0, 300)];
            random.NextBytes(bytes);
            if (bytes.Length > 4 && i % 2 == 0)
                BitConverter.TryWriteBytes(bytes, random.Next(0, bytes.Length + 1));
            Assert.NotEqual(WalDecodeResult.Record, WalDecoder.TryDecode(bytes, new Lsn((ulong)random.NextInt64()), out _));
        }
    }

    [Fact]
    public void A_record_with_a_right_checksum_and_a_wrong_structure_is_corrupt()
    {
        var random = new Random(2);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] record = Record(new Lsn(16), seed: i % 7);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                record[random.Next(WalFormat.FixedHeaderBytes, record.Length)] = (byte)random.Next(256);
            WalRecordWriter.Seal(record, new Lsn(16), Lsn.Zero);
            if (WalDecoder.TryDecode(record, new Lsn(16), out WalRecordReader read) != WalDecodeResult.Record)
                continue;
            int total = 0;
            foreach (BlockChange change in read.Changes)
                total += change.Change.Length;
            Assert.True(total + read.Body.Length < record.Length);
        }
    }

    [Fact]
    public void Dropped_storages_read_back()
    {
        var buffer = new byte[512];
        var writer = new WalRecordWriter(buffer, WalRecordKind.Commit, 9);
        Tombstone.AddDropStorages(ref writer, 5, [1000, 1001, 70_000]);
        Tombstone.AddTruncate(ref writer, new PageKey(5, 4000, Fork.Main, 12));
        int length = writer.Finish();
        WalRecordWriter.Seal(buffer.AsSpan(0, length), new Lsn(16), Lsn.Zero);
        Assert.Equal(WalDecodeResult.Record, WalDecoder.TryDecode(buffer, new Lsn(16), out WalRecordReader record));
        BlockChangeEnumerator changes = record.Changes;
        Assert.True(changes.MoveNext());
        Assert.Equal([1000ul, 1001, 70_000], Tombstone.ReadDroppedStorages(changes.Current.Key, changes.Current.Change));
        Assert.True(changes.MoveNext());
        Assert.Equal(PageOp.Truncate, Strata.Format.Pages.PageOps.OpOf(changes.Current.Change));
        Assert.Equal(12u, changes.Current.Key.Block);
    }

    [Fact]
    public void The_commit_record_of_a_small_transaction_is_small()
    {
        var buffer = new byte[512];
        const ulong xid = 3_000_000;
        var writer = new WalRecordWriter(buffer, WalRecordKind.Commit, xid);
        ByteWriter change = writer.BeginChange(CommitLogPage.KeyOf(xid));
        CommitLogSet.Encode(ref change, CommitStatus.Committed, [xid]);
        writer.EndChange(in change);
        var body = new ByteWriter(new byte[64]);
        CommitBody.Encode(ref body, 800_000_000_000_000, xid, [], []);
        writer.AddBody(body.Written);
        Assert.InRange(writer.Finish(), 1, 48);
    }

    private static byte[] Record(Lsn start, int seed)
    {
        var buffer = new byte[4096];
        var writer = new WalRecordWriter(buffer, WalRecordKind.Change, (ulong)seed * 1000);
        for (int i = 0; i <= seed % 4; i++)
            writer.AddChange(new PageKey(5, (ulong)(1000 + i), Fork.Main, (uint)(seed * 13)), Bytes(seed + i, 5 + seed * 7 % 200));
        writer.AddBody(Bytes(seed, seed % 11));
        int length = writer.Finish();
        WalRecordWriter.Seal(buffer.AsSpan(0, length), start, Lsn.Zero);
        return buffer[..length];
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
