using System.Buffers.Binary;
using System.Text;

namespace Strata.Format.Messages;

/// <summary>Writes a message into a span that is large enough; a cursor over bytes.</summary>
internal ref struct PageMessageWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Position { get; private set; }

    public void Header(PageMessageKind kind, ulong requestId)
    {
        Byte((byte)kind);
        Byte(PageProtocol.Version);
        UInt64(requestId);
    }

    public void Byte(byte value) => _buffer[Position++] = value;

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Position..], value);
        Position += 2;
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[Position..], value);
        Position += 4;
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Position..], value);
        Position += 8;
    }

    public void Id(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(_buffer[Position..], value);
        Position += 16;
    }

    public void Key(PageKey key)
    {
        key.Write(_buffer[Position..]);
        Position += PageKey.SizeBytes;
    }

    public void Text(string value)
    {
        int bytes = Encoding.UTF8.GetBytes(value, _buffer[(Position + 2)..]);
        Invariant.Check(bytes <= PageProtocol.TextBytesMax);
        UInt16((ushort)bytes);
        Position += bytes;
    }
}

/// <summary>
/// Reads a message from bytes that may be garbage: a read past the end yields zero and sets <see cref="Failed"/>, so that decoders test once, at the end.
/// </summary>
internal ref struct PageMessageReader(ReadOnlySpan<byte> buffer)
{
    private readonly ReadOnlySpan<byte> _buffer = buffer;
    private int _position;

    public bool Failed { get; private set; }

    /// <summary>True when everything decoded and no byte is left over.</summary>
    public readonly bool AtEnd => !Failed && _position == _buffer.Length;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (Failed || count < 0 || count > _buffer.Length - _position)
        {
            Failed = true;
            return default;
        }
        ReadOnlySpan<byte> bytes = _buffer.Slice(_position, count);
        _position += count;
        return bytes;
    }

    public byte Byte()
    {
        ReadOnlySpan<byte> bytes = Bytes(1);
        return bytes.IsEmpty ? (byte)0 : bytes[0];
    }

    public ushort UInt16()
    {
        ReadOnlySpan<byte> bytes = Bytes(2);
        return bytes.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public uint UInt32()
    {
        ReadOnlySpan<byte> bytes = Bytes(4);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong UInt64()
    {
        ReadOnlySpan<byte> bytes = Bytes(8);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public UInt128 Id()
    {
        ReadOnlySpan<byte> bytes = Bytes(16);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public PageKey Key()
    {
        ReadOnlySpan<byte> bytes = Bytes(PageKey.SizeBytes);
        return bytes.IsEmpty ? default : PageKey.Read(bytes);
    }

    public string Text()
    {
        int length = UInt16();
        if (length > PageProtocol.TextBytesMax)
            Failed = true;
        return Encoding.UTF8.GetString(Bytes(length));
    }
}
