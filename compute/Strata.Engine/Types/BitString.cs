using System.Buffers.Binary;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// bit and bit varying. Stored: number of bits in 4 bytes, little-endian, then the bits from the highest of the first byte on; the last
/// byte is filled with zeros. Source: PostgreSQL 15, "Bit String Types".
/// </summary>
internal sealed class BitString : TypeCodec
{
    private const int HeaderBytes = 4;
    private const int BitsMax = 268_435_455;

    public static readonly BitString Instance = new();

    public static int Length(ReadOnlySpan<byte> stored) => BinaryPrimitives.ReadInt32LittleEndian(stored);

    public static ReadOnlySpan<byte> Bits(ReadOnlySpan<byte> stored) => stored[HeaderBytes..];

    public static bool Get(ReadOnlySpan<byte> stored, int bit) => (stored[HeaderBytes + (bit >> 3)] & (0x80 >> (bit & 7))) != 0;

    public static void Set(Span<byte> stored, int bit) => stored[HeaderBytes + (bit >> 3)] |= (byte)(0x80 >> (bit & 7));

    /// <summary>Zeros.</summary>
    public static byte[] Make(long bits)
    {
        if (bits > BitsMax * 8L)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"bit string length exceeds the maximum allowed ({BitsMax * 8L})");
        var stored = new byte[HeaderBytes + (int)((bits + 7) / 8)];
        BinaryPrimitives.WriteInt32LittleEndian(stored, (int)bits);
        return stored;
    }

    /// <summary>The first bits, filled with zeros at the end.</summary>
    public static byte[] Resize(ReadOnlySpan<byte> stored, int bits)
    {
        byte[] result = Make(bits);
        Span<byte> target = result.AsSpan(HeaderBytes);
        ReadOnlySpan<byte> source = Bits(stored);
        source[..Math.Min(source.Length, target.Length)].CopyTo(target);
        ClearTail(result);
        return result;
    }

    /// <summary>Clears the bits behind the last one.</summary>
    public static void ClearTail(Span<byte> stored)
    {
        int used = Length(stored) & 7;
        if (used != 0)
            stored[^1] &= (byte)(0xFF << (8 - used));
    }

    /// <summary>Copies bits; the target's are zero.</summary>
    public static void Copy(ReadOnlySpan<byte> source, int from, Span<byte> target, int to, int count)
    {
        if ((from & 7) == 0 && (to & 7) == 0)
        {
            // Whole bytes first: bits behind the last byte's end are copied one by one.
            int bytes = count >> 3;
            source.Slice(HeaderBytes + (from >> 3), bytes).CopyTo(target[(HeaderBytes + (to >> 3))..]);
            from += bytes * 8;
            to += bytes * 8;
            count -= bytes * 8;
        }

        for (int i = 0; i < count; i++)
        {
            if (Get(source, from + i))
                Set(target, to + i);
        }
    }

    /// <summary>Reads digits: hexadecimal ones or bits.</summary>
    public static byte[] ParseDigits(ReadOnlySpan<byte> digits, bool isHexadecimal)
    {
        byte[] stored = Make((long)digits.Length * (isHexadecimal ? 4 : 1));
        for (int i = 0; i < digits.Length;)
        {
            if (isHexadecimal)
            {
                int digit = digits[i] < 0x80 && char.IsAsciiHexDigit((char)digits[i]) ? Convert.ToInt32(((char)digits[i]).ToString(), 16) : throw BadDigit(digits[i..], "hexadecimal");
                stored[HeaderBytes + (i >> 1)] |= (byte)((i & 1) == 0 ? digit << 4 : digit);
            }
            else if (digits[i] == (byte)'1')
            {
                Set(stored, i);
            }
            else if (digits[i] != (byte)'0')
            {
                throw BadDigit(digits[i..], "binary");
            }

            i++;
        }

        return stored;
    }

    private static SqlException BadDigit(ReadOnlySpan<byte> rest, string kind)
    {
        System.Text.Rune.DecodeFromUtf8(rest, out System.Text.Rune rune, out _);
        return new SqlException(SqlState.InvalidTextRepresentation, $"\"{rune}\" is not a valid {kind} digit");
    }

    /// <summary>A length beyond this is none, as in PostgreSQL.</summary>
    private const int LengthMax = int.MaxValue - 7;

    /// <summary>Fits a value to bit(n) or bit varying(n); a cast that is not explicit neither cuts nor fills.</summary>
    public static byte[] Fit(SqlType type, byte[] stored, int typmod, bool isExplicit)
    {
        int length = Length(stored);
        if (type.Oid == TypeOid.Bit)
        {
            if (typmod is <= 0 or > LengthMax || length == typmod)
                return stored;
            return isExplicit ? Resize(stored, typmod)
                : throw new SqlException(SqlState.StringDataLengthMismatch, $"bit string length {length} does not match type bit({typmod})");
        }

        if (typmod <= 0 || length <= typmod)
            return stored;
        return isExplicit ? Resize(stored, typmod)
            : throw new SqlException(SqlState.StringDataRightTruncation, $"bit string too long for type bit varying({typmod})");
    }

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        bool hasPrefix = text.Length > 0 && text[0] is (byte)'b' or (byte)'B' or (byte)'x' or (byte)'X';
        bool isHexadecimal = hasPrefix && text[0] is (byte)'x' or (byte)'X';
        result.SetBytes(row, Fit(type, ParseDigits(hasPrefix ? text[1..] : text, isHexadecimal), type.Typmod, isExplicit: false));
    }

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        int length = Length(stored);
        Span<byte> digits = buffer.Reserve(length);
        for (int i = 0; i < length; i++)
            digits[i] = Get(stored, i) ? (byte)'1' : (byte)'0';
        buffer.Advance(length);
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        buffer.WriteInt32(Length(stored));
        buffer.Write(Bits(stored));
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var reader = new BinaryCursor(bytes);
        int length = reader.Int32();
        if (length < 0)
            throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid length in external bit string");
        ReadOnlySpan<byte> bits = reader.Bytes((int)((length + 7L) / 8));
        reader.ExpectEnd();
        byte[] stored = Make(length);
        bits.CopyTo(stored.AsSpan(HeaderBytes));
        ClearTail(stored);
        result.SetBytes(row, Fit(type, stored, type.Typmod, isExplicit: false));
    }

    /// <summary>Order of bit strings: bytes, then length.</summary>
    internal sealed class Comparison : ValueComparison
    {
        public static readonly Comparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
        {
            ReadOnlySpan<byte> left = Bits(a), right = Bits(b);
            int shared = Math.Min(left.Length, right.Length);
            int order = left[..shared].SequenceCompareTo(right[..shared]);
            return order != 0 ? order : Length(a).CompareTo(Length(b));
        }

        public override bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.SequenceEqual(b);

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(value);
    }
}
