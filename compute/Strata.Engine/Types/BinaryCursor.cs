using System.Buffers.Binary;

namespace Strata.Engine.Types;

/// <summary>A bounds-checked cursor over a value's binary form in network byte order.</summary>
internal ref struct BinaryCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Remaining => _rest.Length;

    public byte Byte() => Bytes(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Bytes(8));

    public double Float64() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    /// <summary>The bytes up to a zero byte, which is skipped.</summary>
    public ReadOnlySpan<byte> CString()
    {
        int end = _rest.IndexOf((byte)0);
        if (end < 0)
            throw new SqlException(SqlState.ProtocolViolation, "invalid string in message");
        ReadOnlySpan<byte> text = _rest[..end];
        _rest = _rest[(end + 1)..];
        return text;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)_rest.Length)
            throw new SqlException(SqlState.ProtocolViolation, "insufficient data left in message");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty)
            throw new SqlException(SqlState.InvalidBinaryRepresentation, "incorrect binary data format");
    }
}
