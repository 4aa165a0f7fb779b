using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Strata.Format;

/// <summary>
/// Appends integers and bytes to a caller-owned span, allocating nothing. Unsigned variable-length integers are
/// little-endian base 128 (7 bits per byte, high bit = more follows), at most 10 bytes. Running past the end throws
/// <see cref="InvariantViolationException"/>: the caller sizes its buffer by the format's constants.
/// </summary>
public ref struct ByteWriter(Span<byte> buffer)
{
    /// <summary>Most bytes that <see cref="WriteVarint"/> writes.</summary>
    public const int MaxVarintBytes = 10;

    private readonly Span<byte> _buffer = buffer;
    private int _position;

    /// <summary>Bytes written.</summary>
    public readonly int Length => _position;

    /// <summary>What was written.</summary>
    public readonly Span<byte> Written => _buffer[.._position];

    public void WriteByte(byte value)
    {
        if ((uint)_position >= (uint)_buffer.Length)
            Overflow();
        _buffer[_position++] = value;
    }

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value);

    public void WriteBytes(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes an unsigned integer in as few bytes as it needs.</summary>
    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }
        WriteByte((byte)value);
    }

    /// <summary>Writes a signed integer so that small magnitudes of either sign are short.</summary>
    public void WriteSignedVarint(long value) => WriteVarint((ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>Writes a length as a varint and then the bytes.</summary>
    public void WriteSized(scoped ReadOnlySpan<byte> bytes)
    {
        WriteVarint((ulong)bytes.Length);
        WriteBytes(bytes);
    }

    /// <summary>Hands out the next <paramref name="count"/> bytes to be filled by the caller.</summary>
    public Span<byte> Take(int count)
    {
        if ((uint)count > (uint)(_buffer.Length - _position))
            Overflow();
        Span<byte> taken = _buffer.Slice(_position, count);
        _position += count;
        return taken;
    }

    /// <summary>Bytes that <see cref="WriteVarint"/> needs for a value.</summary>
    public static int VarintBytes(ulong value)
    {
        int bytes = 1;
        while ((value >>= 7) != 0)
            bytes++;
        return bytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Overflow() => Invariant.Fail("write past the end of an encode buffer");
}
