using System.IO.Compression;
using System.Runtime.InteropServices;
using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>How blocks of a layer file are compressed. Values are stored: they only grow.</summary>
internal enum BlockCodecId : byte
{
    None = 0,
    Lz4 = 1,
    Brotli = 2,
}

/// <summary>
/// Compresses and decompresses blocks: LZ4 by the system's <c>liblz4.so.1</c>; where that is missing, new files are written with Brotli at its
/// fastest level, and LZ4 files can't be read. Thread-safe.
/// </summary>
internal static partial class BlockCodec
{
    /// <summary>The codec of new files.</summary>
    public static BlockCodecId Preferred { get; } = Lz4IsPresent() ? BlockCodecId.Lz4 : BlockCodecId.Brotli;

    /// <summary>Most bytes that <see cref="Compress"/> writes for a block of <paramref name="rawBytes"/>.</summary>
    public static int CompressedBytesMax(int rawBytes) =>
        Math.Max(rawBytes + rawBytes / 255 + 16, BrotliEncoder.GetMaxCompressedLength(rawBytes));

    /// <summary>Compresses into <paramref name="destination"/>; returns the bytes written, or 0 when that would not be smaller than the input.</summary>
    public static int Compress(BlockCodecId codec, ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        int written = codec switch
        {
            BlockCodecId.Lz4 => CompressLz4(raw, destination),
            BlockCodecId.Brotli => BrotliEncoder.TryCompress(raw, destination, out int bytes, quality: 1, window: 18) ? bytes : 0,
            _ => 0,
        };
        return written < raw.Length ? written : 0;
    }

    /// <summary>Decompresses exactly <paramref name="raw"/>.Length bytes. False: not what this codec wrote.</summary>
    public static bool Decompress(BlockCodecId codec, ReadOnlySpan<byte> stored, Span<byte> raw) => codec switch
    {
        BlockCodecId.Lz4 => DecompressLz4(stored, raw),
        BlockCodecId.Brotli => BrotliDecoder.TryDecompress(stored, raw, out int bytes) && bytes == raw.Length,
        _ => false,
    };

    private static unsafe int CompressLz4(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        fixed (byte* source = raw)
        fixed (byte* target = destination)
            return LZ4_compress_default(source, target, raw.Length, destination.Length);
    }

    private static unsafe bool DecompressLz4(ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        if (Preferred != BlockCodecId.Lz4)
            throw new CorruptPageException("layer block is LZ4-compressed, but liblz4.so.1 is not installed");
        fixed (byte* source = stored)
        fixed (byte* target = raw)
            return LZ4_decompress_safe(source, target, stored.Length, raw.Length) == raw.Length;
    }

    private static bool Lz4IsPresent()
    {
        try
        {
            return LZ4_versionNumber() > 0;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("liblz4.so.1")]
    private static partial int LZ4_versionNumber();

    [LibraryImport("liblz4.so.1")]
    private static unsafe partial int LZ4_compress_default(byte* source, byte* destination, int sourceBytes, int destinationBytes);

    [LibraryImport("liblz4.so.1")]
    private static unsafe partial int LZ4_decompress_safe(byte* source, byte* destination, int sourceBytes, int destinationBytes);
}
