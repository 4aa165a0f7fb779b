using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>A growing buffer of bytes for text and binary forms of values; reused by its owner. Not thread-safe.</summary>
public sealed class ByteBuffer
{
    private const int InitialBytes = 256;
    private const int KeptBytesMax = 1 << 20;

    // PostgreSQL's limit of a value (MaxAllocSize).
    private const int BytesMax = 0x3FFF_FFFF;

    private byte[] _bytes;

    public ByteBuffer()
        : this(InitialBytes)
    {
    }

    public ByteBuffer(int initialBytes) => _bytes = new byte[initialBytes];

    /// <summary>Bytes written so far. May be lowered to cut the end off.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public byte[] ToArray() => Written.ToArray();

    public override string ToString() => Encoding.UTF8.GetString(Written);

    /// <summary>Forgets the bytes, and a buffer that an exceptional value made large.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptBytesMax)
            _bytes = new byte[InitialBytes];
    }

    /// <summary>Room for at least <paramref name="bytes"/> bytes behind the written ones; <see cref="Advance"/> keeps what was written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - Length < bytes)
            Grow(bytes);
        return _bytes.AsSpan(Length);
    }

    private void Grow(int bytes)
    {
        long needed = (long)Length + bytes;
        if (needed > BytesMax)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, "out of memory")
            {
                Detail = $"Cannot enlarge string buffer containing {Length} bytes by {bytes} more bytes.",
            };
        }

        Array.Resize(ref _bytes, (int)Math.Min(BytesMax, Math.Max(_bytes.Length * 2L, needed)));
    }

    public void Advance(int bytes) => Length += bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void Write(char ascii) => Write((byte)ascii);

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Write(string text)
    {
        Span<byte> room = Reserve(text.Length > 1 << 20 ? Encoding.UTF8.GetByteCount(text) : Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, room);
    }

    /// <summary>Writes a number in decimal.</summary>
    public void WriteNumber(long value)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        Length += written;
    }

    public void WriteUnsigned(ulong value)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        Length += written;
    }

    /// <summary>Writes a number with at least <paramref name="digits"/> digits.</summary>
    public void WritePadded(long value, int digits)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(value, Reserve(20 + digits), out int written, new StandardFormat('D', (byte)digits));
        Length += written;
    }

    public void WriteInt16(short value)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);
        Length += 2;
    }

    public void WriteInt32(int value)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);
        Length += 4;
    }

    public void WriteInt64(long value)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);
        Length += 8;
    }

    /// <summary>Overwrites four bytes written before.</summary>
    public void PatchInt32(int at, int value) =>
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(at), value);
}
