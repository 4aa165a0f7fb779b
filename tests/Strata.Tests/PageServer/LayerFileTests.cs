using Strata.Format;
using Strata.PageServer.Layers;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.PageServer;

public class LayerFileTests
{
    private static readonly ProjectId Project = new(1);
    private static readonly TimelineId Timeline = new(2);

    [Fact]
    public void Returns_entries_in_the_order_written()
    {
        var files = new MemoryFileSystem();
        List<(PageKey Key, Lsn Lsn, LayerEntryKind Kind, byte[] Payload)> entries = RandomEntries(new SeededRandom(1), keys: 40, perKey: 30, payloadMax: 900);
        LayerFileSummary summary = Write(files, "layer", entries);
        using LayerFileReader reader = LayerFileReader.Open(files.Open("layer", FileOpenMode.Read));
        Assert.True(reader.BlockCount > 5);
        Assert.Equal(entries.Count, reader.Entries);
        Assert.Equal(entries[0].Key, summary.MinKey);
        Assert.Equal(entries[^1].Key, summary.MaxKey);
        var iterator = new LayerFileIterator([reader]);
        foreach ((PageKey key, Lsn lsn, LayerEntryKind kind, byte[] payload) in entries)
        {
            Assert.True(iterator.MoveNext());
            Assert.Equal((key, lsn, kind), (iterator.Key, iterator.Lsn, iterator.Kind));
            Assert.Equal(payload, iterator.Payload.ToArray());
        }
        Assert.False(iterator.MoveNext());
    }

    [Fact]
    public void Checksum_in_the_summary_is_that_of_the_file()
    {
        var files = new MemoryFileSystem();
        LayerFileSummary summary = Write(files, "layer", RandomEntries(new SeededRandom(2), 20, 20, 333));
        byte[] bytes = ReadAll(files, "layer");
        Assert.Equal(bytes.Length, summary.SizeBytes);
        Assert.Equal(Crc32C.Compute(bytes), summary.Checksum);
    }

    [Fact]
    public void Detects_a_flipped_bit_anywhere()
    {
        var files = new MemoryFileSystem();
        Write(files, "layer", RandomEntries(new SeededRandom(3), 6, 4, 200));
        byte[] good = ReadAll(files, "layer");
        var random = new SeededRandom(4);
        for (int position = 0; position < good.Length; position++)
        {
            byte[] bad = [.. good];
            bad[position] ^= (byte)(1 << random.Next(8));
            Assert.Throws<CorruptPageException>(() => ReadWhole(bad));
        }
    }

    [Fact]
    public void Detects_a_cut_off_file()
    {
        var files = new MemoryFileSystem();
        Write(files, "layer", RandomEntries(new SeededRandom(5), 6, 4, 200));
        byte[] good = ReadAll(files, "layer");
        for (int length = 0; length < good.Length; length += 7)
            Assert.Throws<CorruptPageException>(() => ReadWhole(good[..length]));
    }

    [Fact]
    public void Finds_the_block_that_holds_a_key_at_an_lsn()
    {
        var files = new MemoryFileSystem();
        var entries = RandomEntries(new SeededRandom(6), keys: 10, perKey: 200, payloadMax: 600);
        Write(files, "layer", entries);
        using LayerFileReader reader = LayerFileReader.Open(files.Open("layer", FileOpenMode.Read));
        foreach ((PageKey key, Lsn lsn, LayerEntryKind kind, byte[] payload) in entries)
        {
            Assert.True(reader.MayContain(BloomFilter.Hash(key)));
            byte[]? found = null;
            // An image may stand in the block after that of its change.
            for (int block = reader.FindBlock(key, lsn), tries = 0; found is null && tries < 2; block--, tries++)
            {
                var cursor = new LayerBlockCursor(reader.ReadBlock(block), reader.FirstLsn);
                Assert.True(cursor.SeekGroup(key));
                while (cursor.MoveNextInGroup())
                {
                    if (cursor.Lsn == lsn && cursor.Kind == kind)
                        found = cursor.Payload.ToArray();
                }
            }
            Assert.Equal(payload, found);
        }
    }

    [Fact]
    public void Filter_refuses_most_absent_keys()
    {
        var filter = new BloomFilter(10_000);
        for (uint block = 0; block < 10_000; block++)
            filter.Add(BloomFilter.Hash(new PageKey(5, 1000, Fork.Main, block)));
        int hits = 0;
        for (uint block = 10_000; block < 20_000; block++)
            hits += filter.MayContain(BloomFilter.Hash(new PageKey(5, 1000, Fork.Main, block))) ? 1 : 0;
        Assert.InRange(hits, 0, 300);
    }

    [Theory]
    [InlineData(BlockCodecId.Lz4)]
    [InlineData(BlockCodecId.Brotli)]
    internal void Codec_restores_what_it_compressed(BlockCodecId codec)
    {
        if (codec == BlockCodecId.Lz4 && BlockCodec.Preferred != BlockCodecId.Lz4)
            return;
        byte[] raw = new byte[20_000];
        for (int i = 0; i < raw.Length; i++)
            raw[i] = (byte)(i / 100);
        byte[] stored = new byte[BlockCodec.CompressedBytesMax(raw.Length)];
        int written = BlockCodec.Compress(codec, raw, stored);
        Assert.InRange(written, 1, raw.Length / 4);
        byte[] back = new byte[raw.Length];
        Assert.True(BlockCodec.Decompress(codec, stored.AsSpan(0, written), back));
        Assert.Equal(raw, back);
        Assert.False(BlockCodec.Decompress(codec, stored.AsSpan(0, written / 2), back));
    }

    private static void ReadWhole(byte[] bytes)
    {
        var files = new MemoryFileSystem();
        using (IFile file = files.Open("copy", FileOpenMode.CreateNew))
            file.Write(0, bytes);
        using LayerFileReader reader = LayerFileReader.Open(files.Open("copy", FileOpenMode.Read));
        var iterator = new LayerFileIterator([reader]);
        while (iterator.MoveNext())
        {
        }
    }

    private static LayerFileSummary Write(
        MemoryFileSystem files, string name, List<(PageKey Key, Lsn Lsn, LayerEntryKind Kind, byte[] Payload)> entries)
    {
        using IFile file = files.Open(name, FileOpenMode.CreateNew);
        var writer = new LayerFileWriter(file, Project, Timeline, 0, new Lsn(100), new Lsn(1_000_000), new SeededRandom(9));
        foreach ((PageKey key, Lsn lsn, LayerEntryKind kind, byte[] payload) in entries)
            writer.Add(key, lsn, kind, payload);
        return writer.Finish();
    }

    private static byte[] ReadAll(MemoryFileSystem files, string name)
    {
        using IFile file = files.Open(name, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static List<(PageKey, Lsn, LayerEntryKind, byte[])> RandomEntries(SeededRandom random, int keys, int perKey, int payloadMax)
    {
        var entries = new List<(PageKey, Lsn, LayerEntryKind, byte[])>();
        for (uint block = 0; block < keys; block++)
        {
            var key = new PageKey(5, 1000 + block / 7, Fork.Main, block);
            ulong lsn = 100;
            for (int i = 0; i < perKey; i++)
            {
                lsn += 1 + (ulong)random.Next(500);
                byte[] payload = new byte[random.Next(payloadMax)];
                random.Fill(payload.AsSpan(0, payload.Length / 2));
                entries.Add((key, new Lsn(lsn), LayerEntryKind.Change, payload));
                if (random.Next(10) == 0)
                    entries.Add((key, new Lsn(lsn), LayerEntryKind.Image, new byte[8192]));
            }
        }
        return entries;
    }
}
