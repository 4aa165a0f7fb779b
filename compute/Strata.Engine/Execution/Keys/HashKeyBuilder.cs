using System.Numerics;
using System.Runtime.CompilerServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Execution.Keys;

// A hash key: one part per column. Equal values give equal bytes and parts are prefix-free, but the order of the bytes means nothing.
//
//   marker     1 byte: 00 = null, 01 = a value follows, 02 = a value of variable length follows, 03 = in the form of KeyEncoder
//   01         integers, booleans, dates, times, oids: their stored bytes; uuid 16; numeric: the mantissa without trailing zeros 8 and its scale 2
//   02         length 4, bytes; character(n) without trailing blanks
//
// Numeric values take form 01 exactly when their shortest mantissa has 64 bits, so each value has one form.

/// <summary>Builds keys for hash tables: cheaper than <see cref="KeyBuilder"/>, which also keeps the order. Reused; not thread-safe.</summary>
internal sealed unsafe class HashKeyBuilder
{
    private const int MarkerAndLengthBytes = 1 + sizeof(int);
    private const int NumericBytes = 10;

    private enum Form : byte
    {
        Fixed1,
        Fixed2,
        Fixed4,
        Fixed8,
        Fixed16,
        Bytes,
        Padded,
        Numeric,
        Encoded,
    }

    private readonly int[] _slots;
    private readonly KeyBuffer _encoded = new();
    private Form[]? _forms;
    private byte[] _buffer = new byte[64];
    private int _length;

    public HashKeyBuilder(IReadOnlyList<int> slots) => _slots = [.. slots];

    /// <summary>The columns.</summary>
    public ReadOnlySpan<int> Slots => _slots;

    /// <summary>True when a column of the last key was null.</summary>
    public bool HasNull { get; private set; }

    /// <summary>The bytes that the columns take when all are integers without an order of their own; -1 when some are not.</summary>
    public static int PackedBytes(ReadOnlySpan<SqlType> types)
    {
        int bytes = 0;
        foreach (SqlType type in types)
        {
            if (FormOf(type) > Form.Fixed8)
                return -1;
            bytes += type.Physical.WidthBytes();
        }

        return bytes;
    }

    /// <summary>The key of a row; valid until the next call.</summary>
    public ReadOnlySpan<byte> Build(Batch batch, int row)
    {
        Form[] forms = _forms ??= FormsOf(batch);
        _length = 0;
        bool hasNull = false;
        for (int i = 0; i < _slots.Length; i++)
            hasNull |= !Append(batch.Columns[_slots[i]], row, forms[i]);
        HasNull = hasNull;
        return _buffer.AsSpan(0, _length);
    }

    private Form[] FormsOf(Batch batch)
    {
        var forms = new Form[_slots.Length];
        for (int i = 0; i < forms.Length; i++)
            forms[i] = FormOf(batch.Columns[_slots[i]].Type);
        return forms;
    }

    private static Form FormOf(SqlType type) => type.Physical switch
    {
        PhysicalType.Boolean or PhysicalType.Int8 => Form.Fixed1,
        PhysicalType.Int16 => Form.Fixed2,
        PhysicalType.Int32 => Form.Fixed4,
        PhysicalType.Int64 => Form.Fixed8,
        PhysicalType.Fixed16 when type.Oid == TypeOid.Uuid => Form.Fixed16,
        PhysicalType.Bytes => type.Oid switch
        {
            TypeOid.Text or TypeOid.VarChar or TypeOid.Name or TypeOid.Bytea => Form.Bytes,
            TypeOid.BpChar => Form.Padded,
            TypeOid.Numeric => Form.Numeric,
            _ => Form.Encoded,
        },
        _ => Form.Encoded,
    };

    private bool Append(Vector vector, int row, Form form)
    {
        if (vector.IsNull(row))
        {
            Reserve(1)[0] = 0;
            _length++;
            return false;
        }

        switch (form)
        {
            case Form.Fixed1:
                Write(vector.Get<byte>(row));
                break;
            case Form.Fixed2:
                Write(vector.Get<ushort>(row));
                break;
            case Form.Fixed4:
                Write(vector.Get<uint>(row));
                break;
            case Form.Fixed8:
                Write(vector.Get<ulong>(row));
                break;
            case Form.Fixed16:
                Write(vector.Get<UInt128>(row));
                break;
            case Form.Bytes:
                WriteBytes(vector.GetBytes(row), 2);
                break;
            case Form.Padded:
                WriteBytes(CharacterTypes.TrimBpChar(vector.GetBytes(row)), 2);
                break;
            case Form.Numeric:
                WriteNumeric(vector, row);
                break;
            default:
                WriteEncoded(vector, row);
                break;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        return _buffer.AsSpan(_length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write<T>(T value)
        where T : unmanaged
    {
        Span<byte> target = Reserve(1 + sizeof(T));
        target[0] = 1;
        Unsafe.WriteUnaligned(ref target[1], value);
        _length += 1 + sizeof(T);
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes, byte marker)
    {
        Span<byte> target = Reserve(MarkerAndLengthBytes + bytes.Length);
        target[0] = marker;
        Unsafe.WriteUnaligned(ref target[1], bytes.Length);
        bytes.CopyTo(target[MarkerAndLengthBytes..]);
        _length += MarkerAndLengthBytes + bytes.Length;
    }

    private void WriteEncoded(Vector vector, int row)
    {
        _encoded.Clear();
        KeyEncoder.Append(vector, row, descending: false, nullsFirst: false, _encoded);
        WriteBytes(_encoded.Written, 3);
    }

    private void WriteNumeric(Vector vector, int row)
    {
        NumericValue value = NumericValue.Decode(vector.GetBytes(row));
        if (!value.IsFinite || !TryShorten(value, out long mantissa, out int scale))
        {
            WriteEncoded(vector, row);
            return;
        }

        Span<byte> target = Reserve(1 + NumericBytes);
        target[0] = 1;
        Unsafe.WriteUnaligned(ref target[1], mantissa);
        Unsafe.WriteUnaligned(ref target[9], (ushort)scale);
        _length += 1 + NumericBytes;
    }

    /// <summary>The mantissa without trailing zeros behind the point, when it has 64 bits.</summary>
    private static bool TryShorten(in NumericValue value, out long mantissa, out int scale)
    {
        scale = value.Scale;
        mantissa = 0;
        if (!value.TryGetSmall(out Int128 small))
        {
            BigInteger big = value.Mantissa;
            while (scale > 0 && big % 10 == 0)
            {
                big /= 10;
                scale--;
            }

            if (big < long.MinValue || big > long.MaxValue)
                return false;
            mantissa = (long)big;
            return true;
        }

        while (scale > 0 && small != (long)small && small % 10 == 0)
        {
            small /= 10;
            scale--;
        }

        if (small != (long)small)
            return false;
        mantissa = (long)small;
        while (scale > 0)
        {
            (long quotient, long remainder) = Math.DivRem(mantissa, 10);
            if (remainder != 0)
                break;
            mantissa = quotient;
            scale--;
        }

        return true;
    }
}
