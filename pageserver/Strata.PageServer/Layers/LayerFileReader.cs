using System.Buffers.Binary;
using Strata.Format;
using Strata.Platform;

namespace Strata.PageServer.Layers;

/// <summary>
/// Reads one layer file. Everything is checked before it is believed; what fails raises <see cref="CorruptPageException"/>, and the owner fetches the
/// file again from the object store. Thread-safe; owns the file.
/// </summary>
internal sealed class LayerFileReader : IDisposable
{
    private readonly IFile _file;
    private readonly ulong _nonce;
    private readonly BlockCodecId _codec;
    private readonly BloomFilter _filter;
    private readonly PageKey[] _firstKeys;
    private readonly Lsn[] _firstLsns;
    private readonly long[] _offsets;
    private readonly int[] _sizes;

    private LayerFileReader(
        IFile file, ulong nonce, BlockCodecId codec, Lsn first, Lsn last, long entries, BloomFilter filter,
        PageKey[] firstKeys, Lsn[] firstLsns, long[] offsets, int[] sizes)
    {
        _file = file;
        _nonce = nonce;
        _codec = codec;
        FirstLsn = first;
        LastLsn = last;
        Entries = entries;
        _filter = filter;
        _firstKeys = firstKeys;
        _firstLsns = firstLsns;
        _offsets = offsets;
        _sizes = sizes;
    }

    /// <summary>Exclusive.</summary>
    public Lsn FirstLsn { get; }

    /// <summary>Inclusive.</summary>
    public Lsn LastLsn { get; }

    public long Entries { get; }

    public int BlockCount => _offsets.Length;

    /// <summary>Bytes of memory that the index and filter take.</summary>
    public long MemoryBytes => _offsets.Length * 56L + _filter.Words.Length * 8L;

    public void Dispose() => _file.Dispose();

    /// <summary>Opens and checks header, trailer and footer. The blocks are checked as they are read. On failure the file stays the caller's.</summary>
    public static LayerFileReader Open(IFile file)
    {
        Span<byte> header = stackalloc byte[LayerFileFormat.HeaderBytes];
        Span<byte> trailer = stackalloc byte[LayerFileFormat.TrailerBytes];
        long length = file.Length;
        Require(length >= LayerFileFormat.HeaderBytes + LayerFileFormat.TrailerBytes, "layer file is too short");
        Require(file.Read(0, header) == header.Length, "layer header");
        Require(Crc32C.Compute(header[..124]) == BinaryPrimitives.ReadUInt32LittleEndian(header[124..]), "layer header checksum");
        Require(BinaryPrimitives.ReadUInt64LittleEndian(header) == LayerFileFormat.Magic, "layer magic");
        Require(BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == LayerFileFormat.Version, "layer format version");
        Require(header[10] == LayerFileFormat.ChecksumCrc32C && header[11] <= (byte)BlockCodecId.Brotli, "layer checksum or codec id");
        Require(header.Slice(16, 16).IndexOfAnyExcept((byte)0) < 0, "layer is encrypted with a key that this server does not hold");
        ulong nonce = LayerFileFormat.NonceOf(header);

        Require(file.Read(length - trailer.Length, trailer) == trailer.Length, "layer trailer");
        Require(LayerFileFormat.Checksum(nonce, trailer[..92]) == BinaryPrimitives.ReadUInt32LittleEndian(trailer[92..]), "layer trailer checksum");
        Require(BinaryPrimitives.ReadInt64LittleEndian(trailer[24..]) == length, "layer length");
        long footerPosition = BinaryPrimitives.ReadInt64LittleEndian(trailer);
        int footerBytes = BinaryPrimitives.ReadInt32LittleEndian(trailer[8..]);
        Require(
            footerBytes is >= 12 and <= LayerFileFormat.FooterBytesMax && footerPosition + footerBytes == length - trailer.Length,
            "layer footer position");
        byte[] footer = new byte[footerBytes];
        Require(file.Read(footerPosition, footer) == footerBytes, "layer footer");
        Require(LayerFileFormat.Checksum(nonce, footer) == BinaryPrimitives.ReadUInt32LittleEndian(trailer[12..]), "layer footer checksum");
        return Decode(file, header, footer, BinaryPrimitives.ReadInt64LittleEndian(trailer[16..]));
    }

    private static LayerFileReader Decode(IFile file, ReadOnlySpan<byte> header, ReadOnlySpan<byte> footer, long entries)
    {
        var reader = new ByteReader(footer);
        ulong blocks = reader.ReadUInt64();
        Require(blocks <= (ulong)(footer.Length / LayerFileFormat.BlockIndexEntryBytes), "layer block count");
        var firstKeys = new PageKey[blocks];
        var firstLsns = new Lsn[blocks];
        long[] offsets = new long[blocks];
        int[] sizes = new int[blocks];
        for (int i = 0; i < offsets.Length; i++)
        {
            firstKeys[i] = PageKey.Read(reader.ReadBytes(PageKey.SizeBytes));
            firstLsns[i] = new Lsn(reader.ReadUInt64());
            offsets[i] = reader.ReadInt64();
            sizes[i] = (int)reader.ReadUInt32();
            Require(sizes[i] is > LayerFileFormat.BlockHeaderBytes and <= LayerFileFormat.BlockBytesMax * 2, "layer block size");
        }
        ulong[] words = new ulong[Math.Min(reader.ReadUInt32(), (uint)(footer.Length / 8))];
        Require(words.Length > 0, "layer filter");
        for (int i = 0; i < words.Length; i++)
            words[i] = reader.ReadUInt64();
        reader.EnsureComplete("layer footer");
        return new LayerFileReader(
            file,
            LayerFileFormat.NonceOf(header),
            (BlockCodecId)header[11],
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(header[80..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(header[88..])),
            entries,
            new BloomFilter(words),
            firstKeys,
            firstLsns,
            offsets,
            sizes);
    }

    /// <summary>False when the file surely has no entry of a key with this hash.</summary>
    public bool MayContain(ulong keyHash) => _filter.MayContain(keyHash);

    /// <summary>Index of the last block that may hold entries of <paramref name="key"/> at or below <paramref name="lsn"/>; -1 for none.</summary>
    public int FindBlock(PageKey key, Lsn lsn)
    {
        int low = 0;
        int high = _firstKeys.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            int order = _firstKeys[middle].CompareTo(key);
            if (order < 0 || (order == 0 && _firstLsns[middle] <= lsn))
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    /// <summary>True when the block before <paramref name="block"/> may hold entries of the key too.</summary>
    public bool ContinuesBackward(int block, PageKey key) => block > 0 && _firstKeys[block] >= key;

    /// <summary>Reads, checks and decompresses a block into an array of exactly its raw size.</summary>
    public byte[] ReadBlock(int index)
    {
        byte[] stored = System.Buffers.ArrayPool<byte>.Shared.Rent(_sizes[index]);
        try
        {
            Span<byte> block = stored.AsSpan(0, _sizes[index]);
            Require(_file.Read(_offsets[index], block) == block.Length, "layer block is cut off");
            int storedBytes = BinaryPrimitives.ReadInt32LittleEndian(block);
            int rawBytes = BinaryPrimitives.ReadInt32LittleEndian(block[4..]);
            Require(storedBytes == block.Length - LayerFileFormat.BlockHeaderBytes, "layer block length");
            ReadOnlySpan<byte> payload = block[LayerFileFormat.BlockHeaderBytes..];
            uint checksum = LayerFileFormat.BlockChecksum(_nonce, _offsets[index], block[..8], payload);
            Require(checksum == BinaryPrimitives.ReadUInt32LittleEndian(block[8..]), "layer block checksum");
            Require(rawBytes is > 0 and <= LayerFileFormat.BlockBytesMax && rawBytes >= storedBytes, "layer block raw length");
            byte[] raw = new byte[rawBytes];
            if (rawBytes == storedBytes)
                payload.CopyTo(raw);
            else
                Require(BlockCodec.Decompress(_codec, payload, raw), "layer block does not decompress");
            return raw;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(stored);
        }
    }

    internal static void Require(bool condition, string what)
    {
        if (!condition)
            throw new CorruptPageException(what);
    }
}
