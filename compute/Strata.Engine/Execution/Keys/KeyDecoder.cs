using System.Buffers.Binary;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Keys;

/// <summary>
/// Reads columns back out of index keys (<see cref="KeyEncoder"/>), for types whose key gives the value as it was stored. Immutable but for a buffer; not thread-safe.
/// </summary>
internal sealed class KeyDecoder
{
    private readonly SqlType[] _types;
    private readonly bool[] _descending;
    private readonly int[] _targets;
    private byte[] _buffer = new byte[64];

    /// <summary>Key columns of these types; <paramref name="targets"/> lists for each the column of the batch that it goes to, or -1. Columns behind the last wanted one are not looked at.</summary>
    public KeyDecoder(SqlType[] types, bool[] descending, int[] targets)
    {
        int count = Array.FindLastIndex(targets, static target => target >= 0) + 1;
        _types = types[..count];
        _descending = descending[..count];
        _targets = targets[..count];
    }

    /// <summary>True when the key of a value of this type is the value itself in another form. Numerics lose their scale, floats the sign of zero.</summary>
    public static bool CanDecode(SqlType type) => type.Oid switch
    {
        TypeOid.Boolean or TypeOid.Char or TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Date or TypeOid.Time or TypeOid.Timestamp or TypeOid.TimestampTz
            or TypeOid.Money or TypeOid.Oid or TypeOid.Uuid or TypeOid.Text or TypeOid.VarChar or TypeOid.Name or TypeOid.Bytea => true,
        _ => false,
    };

    /// <summary>Stores the wanted columns of a key in a row of a batch's flat vectors, which have room.</summary>
    public void Decode(ReadOnlySpan<byte> key, Batch batch, int row)
    {
        for (int i = 0; i < _types.Length; i++)
        {
            Vector? target = _targets[i] < 0 ? null : batch[_targets[i]];
            bool isNull = key[0] != 1;
            key = key[1..];
            if (isNull)
            {
                target?.SetNull(row);
                continue;
            }

            key = key[Read(key, _types[i], _descending[i], target, row)..];
            target?.SetValid(row);
        }
    }

    /// <summary>Stores a value, if there is a target; returns the bytes that it takes in the key.</summary>
    private int Read(ReadOnlySpan<byte> key, SqlType type, bool descending, Vector? target, int row)
    {
        if (type.Physical == PhysicalType.Bytes)
            return ReadBytes(key, descending, target, row);
        int width = type.Physical.WidthBytes();
        if (target is null)
            return width;
        ulong mask = descending ? ulong.MaxValue : 0;
        switch (type.Physical)
        {
            case PhysicalType.Int16:
                target.Set(row, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(key) ^ mask ^ 0x8000));
                break;
            case PhysicalType.Int32:
                target.Set(row, (uint)(BinaryPrimitives.ReadUInt32BigEndian(key) ^ mask ^ (type.Oid is TypeOid.Int4 or TypeOid.Date ? 0x8000_0000 : 0)));
                break;
            case PhysicalType.Int64:
                target.Set(row, BinaryPrimitives.ReadUInt64BigEndian(key) ^ mask ^ (1UL << 63));
                break;
            case PhysicalType.Fixed16:
                Span<byte> wide = stackalloc byte[16];
                for (int i = 0; i < wide.Length; i++)
                    wide[i] = (byte)(key[i] ^ mask);
                target.SetStored(row, wide);
                break;
            default:
                target.Set(row, (byte)(key[0] ^ mask));
                break;
        }

        return width;
    }

    private int ReadBytes(ReadOnlySpan<byte> key, bool descending, Vector? target, int row)
    {
        // 00 stands as 00 FF, and 00 00 ends the value; all inverted in a descending column.
        byte zero = descending ? (byte)0xFF : (byte)0;
        int length = 0;
        int at = 0;
        while (true)
        {
            int next = key[at..].IndexOf(zero);
            Format.Invariant.Check(next >= 0);
            Append(key.Slice(at, next), ref length);
            at += next;
            if (key[at + 1] == zero)
                break;
            Append([zero], ref length);
            at += 2;
        }

        if (target is not null)
        {
            Span<byte> value = _buffer.AsSpan(0, length);
            if (descending)
            {
                for (int i = 0; i < value.Length; i++)
                    value[i] = (byte)~value[i];
            }

            target.SetBytes(row, value);
        }

        return at + 2;
    }

    private void Append(ReadOnlySpan<byte> bytes, ref int length)
    {
        if (_buffer.Length < length + bytes.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, length + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(length));
        length += bytes.Length;
    }
}
