using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Compute.Protocol;

/// <summary>A cursor over one message's body. Anything malformed is <see cref="SqlException"/> 08P01, as PostgreSQL reports it.</summary>
public ref struct MessageReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte Byte() => Take(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>The bytes of a zero-terminated string, without its zero.</summary>
    public ReadOnlySpan<byte> CString()
    {
        int end = _rest.IndexOf((byte)0);
        if (end < 0)
            throw Malformed("invalid string in message");
        ReadOnlySpan<byte> text = _rest[..end];
        _rest = _rest[(end + 1)..];
        return text;
    }

    /// <summary>A zero-terminated string; 22021 when it is not UTF-8.</summary>
    public string String()
    {
        ReadOnlySpan<byte> bytes = CString();
        return bytes.IsEmpty ? "" : Utf8Text.Decode(bytes);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
            throw Malformed("insufficient data left in message");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Every message must be read to its end.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
            throw Malformed("invalid message format");
    }

    private static SqlException Malformed(string message) => new(SqlState.ProtocolViolation, message);
}
