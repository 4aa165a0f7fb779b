using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Types;

/// <summary>What a numeric is. The order of the values is not their SQL order.</summary>
public enum NumericKind : byte
{
    Finite,
    NaN,
    PositiveInfinity,
    NegativeInfinity,
}

/// <summary>
/// An exact decimal: mantissa × 10^-scale, with the scale shown kept ("display scale"), or NaN or an infinity. Mantissas below 2^127 take
/// the fast path; beyond that <see cref="BigInteger"/> gives the same results. Immutable.
/// <code>
/// as bytes (in vectors and rows), little-endian:
/// 0      1      2         4
/// | kind | zero | scale:2 | mantissa, two's complement, 8, 16 or a multiple of 8 bytes, the shortest that holds it |
/// 12 bytes (mantissa within 64 bits) stay inside a ByteView.
/// </code>
/// </summary>
public readonly struct NumericValue : IEquatable<NumericValue>, IComparable<NumericValue>
{
    private const int HeaderBytes = 4;

    /// <summary>Most digits after the point.</summary>
    public const int ScaleMax = 16383;

    private const int IntegerDigitsMax = 131072;

    private readonly Int128 _small;
    private readonly BigInteger _big;
    private readonly bool _isBig;
    private readonly ushort _scale;

    private NumericValue(NumericKind kind, Int128 small, BigInteger big, bool isBig, int scale)
    {
        Kind = kind;
        _small = small;
        _big = big;
        _isBig = isBig;
        _scale = (ushort)scale;
    }

    public NumericValue(Int128 mantissa, int scale)
        : this(NumericKind.Finite, mantissa, default, false, scale)
    {
    }

    public NumericValue(BigInteger mantissa, int scale)
    {
        Kind = NumericKind.Finite;
        _scale = (ushort)scale;
        if (mantissa >= (BigInteger)Int128.MinValue && mantissa <= (BigInteger)Int128.MaxValue)
        {
            _small = (Int128)mantissa;
        }
        else
        {
            _big = mantissa;
            _isBig = true;
        }
    }

    public static readonly NumericValue NaN = new(NumericKind.NaN, 0, default, false, 0);
    public static readonly NumericValue PositiveInfinity = new(NumericKind.PositiveInfinity, 0, default, false, 0);
    public static readonly NumericValue NegativeInfinity = new(NumericKind.NegativeInfinity, 0, default, false, 0);
    public static readonly NumericValue Zero = new(0, 0);
    public static readonly NumericValue One = new(1, 0);

    public NumericKind Kind { get; }

    public bool IsFinite => Kind == NumericKind.Finite;

    public bool IsNaN => Kind == NumericKind.NaN;

    /// <summary>Digits after the point that are shown.</summary>
    public int Scale => _scale;

    public BigInteger Mantissa => _isBig ? _big : _small;

    /// <summary>-1, 0, 1; of infinities too; 1 for NaN.</summary>
    public int Sign => Kind switch
    {
        NumericKind.Finite => _isBig ? _big.Sign : Int128.Sign(_small),
        NumericKind.NegativeInfinity => -1,
        _ => 1,
    };

    /// <summary>The mantissa when it is below 2^127.</summary>
    public bool TryGetSmall(out Int128 mantissa)
    {
        mantissa = _small;
        return !_isBig && Kind == NumericKind.Finite;
    }

    public static NumericValue FromInt64(long value) => new(value, 0);

    /// <summary>Reads the byte form. The bytes must be well-formed (own writer).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumericValue Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 12 && bytes[0] == 0)
            return new NumericValue(BinaryPrimitives.ReadInt64LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        return DecodeLarge(bytes);
    }

    private static NumericValue DecodeLarge(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes)
            return default;
        if (bytes[0] != 0)
            return new NumericValue((NumericKind)bytes[0], 0, default, false, 0);
        int scale = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        return bytes.Length == 20
            ? new NumericValue(BinaryPrimitives.ReadInt128LittleEndian(bytes[4..]), scale)
            : new NumericValue(new BigInteger(bytes[4..]), scale);
    }

    /// <summary>Length of the byte form.</summary>
    public int EncodedLength
    {
        get
        {
            if (!_isBig)
                return _small == (long)_small ? 12 : 20;
            return HeaderBytes + ((_big.GetByteCount() + 7) & ~7);
        }
    }

    /// <summary>Writes the byte form; <paramref name="destination"/> has <see cref="EncodedLength"/> bytes.</summary>
    public void Encode(Span<byte> destination)
    {
        destination[0] = (byte)Kind;
        destination[1] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], _scale);
        Span<byte> mantissa = destination[HeaderBytes..];
        if (_isBig)
        {
            mantissa.Fill(_big.Sign < 0 ? (byte)0xFF : (byte)0);
            _big.TryWriteBytes(mantissa, out _);
        }
        else if (mantissa.Length == 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(mantissa, (long)_small);
        }
        else
        {
            BinaryPrimitives.WriteInt128LittleEndian(mantissa, _small);
        }
    }

    /// <summary>Stores the value in a row of a flat vector.</summary>
    public unsafe void Store(Vector vector, int row)
    {
        int length = EncodedLength;
        if (length <= ByteView.InlineMaxBytes)
        {
            Span<byte> bytes = stackalloc byte[ByteView.InlineMaxBytes];
            Encode(bytes);
            vector.Set(row, ByteView.Inline(bytes));
            return;
        }

        byte* target = vector.Strings.Allocate(length);
        Encode(new Span<byte>(target, length));
        vector.Set(row, new ByteView(target, length));
    }

    /// <summary>SQL order: -Infinity, finite, Infinity, NaN; NaN equals itself; the display scale is ignored.</summary>
    public int CompareTo(NumericValue other)
    {
        if (!IsFinite || !other.IsFinite)
            return Order(Kind).CompareTo(Order(other.Kind));
        if (!_isBig && !other._isBig)
        {
            if (_scale == other._scale)
                return _small.CompareTo(other._small);
            int difference = _scale - other._scale;
            if (NumericMath.TryScaleUp(difference < 0 ? _small : other._small, Math.Abs(difference), out Int128 scaled))
                return difference < 0 ? scaled.CompareTo(other._small) : _small.CompareTo(scaled);
        }

        int sign = Sign, otherSign = other.Sign;
        if (sign != otherSign)
            return sign.CompareTo(otherSign);
        int scale = Math.Max(_scale, other._scale);
        return NumericMath.MantissaAt(this, scale).CompareTo(NumericMath.MantissaAt(other, scale));

        static int Order(NumericKind kind) => kind switch
        {
            NumericKind.NegativeInfinity => 0,
            NumericKind.Finite => 1,
            NumericKind.PositiveInfinity => 2,
            _ => 3,
        };
    }

    public bool Equals(NumericValue other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is NumericValue other && Equals(other);

    public override int GetHashCode() => (int)Hash();

    /// <summary>A hash that ignores trailing zeros, as equality does.</summary>
    public ulong Hash()
    {
        if (!IsFinite)
            return VectorHash.Int64((ulong)Kind + 77);
        if (_isBig)
        {
            BigInteger mantissa = _big;
            int scale = _scale;
            while (true)
            {
                BigInteger quotient = BigInteger.DivRem(mantissa, 10, out BigInteger remainder);
                if (!remainder.IsZero || scale <= -IntegerDigitsMax)
                    break;
                mantissa = quotient;
                scale--;
            }

            if (mantissa < (BigInteger)Int128.MinValue || mantissa > (BigInteger)Int128.MaxValue)
                return VectorHash.Combine(VectorHash.Bytes(mantissa.ToByteArray()), (ulong)scale);
            return HashSmall((Int128)mantissa, scale);
        }

        Int128 small = _small;
        int smallScale = _scale;
        if (small == 0)
            return HashSmall(0, 0);
        while (small % 10 == 0)
        {
            small /= 10;
            smallScale--;
        }

        return HashSmall(small, smallScale);
    }

    private static ulong HashSmall(Int128 mantissa, int scale) =>
        VectorHash.Combine(VectorHash.Int64((ulong)mantissa), VectorHash.Combine((ulong)(mantissa >> 64), (ulong)scale));
}
