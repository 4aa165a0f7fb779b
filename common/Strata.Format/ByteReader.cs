using System.Buffers.Binary;

namespace Strata.Format;

/// <summary>
/// Reads what <see cref="ByteWriter"/> wrote, from untrusted bytes. It never throws: reading past the end or an overlong
/// varint yields zero (or an empty span) and sets <see cref="Failed"/>, which stays set, so a decoder reads all its fields
/// and asks once.
/// </summary>
public ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>True once any read went wrong.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes consumed.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    public byte ReadByte()
    {
        if ((uint)_position < (uint)_bytes.Length)
            return _bytes[_position++];
        Failed = true;
        return 0;
    }

    public ushort ReadUInt16() =>
        BinaryPrimitives.TryReadUInt16LittleEndian(ReadBytes(sizeof(ushort)), out ushort value) ? value : (ushort)0;

    public uint ReadUInt32() =>
        BinaryPrimitives.TryReadUInt32LittleEndian(ReadBytes(sizeof(uint)), out uint value) ? value : 0;

    public ulong ReadUInt64() =>
        BinaryPrimitives.TryReadUInt64LittleEndian(ReadBytes(sizeof(ulong)), out ulong value) ? value : 0;

    public long ReadInt64() => (long)ReadUInt64();

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            if (shift == 63 && next > 1)
                break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return Failed ? 0 : value;
        }
        Failed = true;
        return 0;
    }

    public long ReadSignedVarint()
    {
        ulong raw = ReadVarint();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    /// <summary>Reads a varint that must not exceed <paramref name="max"/>.</summary>
    public int ReadVarint(int max)
    {
        ulong value = ReadVarint();
        if (value <= (ulong)max)
            return (int)value;
        Failed = true;
        return 0;
    }

    /// <summary>Reads a varint that must fit 32 bits.</summary>
    public uint ReadVarint32()
    {
        ulong value = ReadVarint();
        if (value <= uint.MaxValue)
            return (uint)value;
        Failed = true;
        return 0;
    }

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count <= (uint)Remaining)
        {
            ReadOnlySpan<byte> taken = _bytes.Slice(_position, count);
            _position += count;
            return taken;
        }
        Failed = true;
        return default;
    }

    /// <summary>Reads a varint length and that many bytes.</summary>
    public ReadOnlySpan<byte> ReadSized() => ReadBytes(ReadVarint(int.MaxValue));

    /// <summary>Everything not read yet.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadBytes(Remaining);

    /// <summary>Throws <see cref="CorruptPageException"/> unless every read succeeded and nothing is left.</summary>
    public readonly void EnsureComplete(string what)
    {
        if (Failed || Remaining != 0)
            CorruptPageException.Throw(what);
    }

    /// <summary>Throws <see cref="CorruptPageException"/> unless every read so far succeeded.</summary>
    public readonly void EnsureValid(string what)
    {
        if (Failed)
            CorruptPageException.Throw(what);
    }
}
