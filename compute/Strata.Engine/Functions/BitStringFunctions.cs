using System.Numerics;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Operators and functions of bit and bit varying. Source: PostgreSQL 15, "Bit String Functions and Operators".</summary>
internal static class BitStringFunctions
{
    public static void Register(FunctionTable t)
    {
        const uint bitLength = 1812;
        t.Add("bitlength", static (ref FunctionCall c) => c.Return(BitString.Length(c.Bytes(0))));
        t.Add(bitLength, static (ref FunctionCall c) => c.Return(BitString.Length(c.Bytes(0))));
        t.Add("bitoctetlength", static (ref FunctionCall c) => c.Return((BitString.Length(c.Bytes(0)) + 7) / 8));
        t.Add("bitcmp", static (ref FunctionCall c) => c.Return(BitString.Comparison.Instance.Compare(c.Bytes(0), c.Bytes(1))));
        t.Add("bit_bit_count", static (ref FunctionCall c) =>
        {
            long count = 0;
            foreach (byte b in BitString.Bits(c.Bytes(0)))
                count += BitOperations.PopCount(b);
            c.Return(count);
        });
        RegisterLogic(t);
        RegisterCasts(t);
        RegisterParts(t);
    }

    private static void RegisterLogic(FunctionTable t)
    {
        t.Add("bit_and", static (ref FunctionCall c) => c.Return(Combine(c.Bytes(0), c.Bytes(1), "AND")));
        t.Add("bit_or", static (ref FunctionCall c) => c.Return(Combine(c.Bytes(0), c.Bytes(1), "OR")));
        t.Add("bitxor", static (ref FunctionCall c) => c.Return(Combine(c.Bytes(0), c.Bytes(1), "XOR")));
        t.Add("bitnot", static (ref FunctionCall c) =>
        {
            byte[] result = c.Bytes(0).ToArray();
            foreach (ref byte b in result.AsSpan(4))
                b = (byte)~b;
            BitString.ClearTail(result);
            c.Return(result);
        });
        t.Add("bitshiftleft", static (ref FunctionCall c) => c.Return(Shift(c.Bytes(0), c.Int32(1))));
        t.Add("bitshiftright", static (ref FunctionCall c) => c.Return(Shift(c.Bytes(0), -(long)c.Int32(1))));
        t.Add("bitcat", static (ref FunctionCall c) => c.Return(Concatenate(c.Bytes(0), c.Bytes(1))));
    }

    internal static byte[] Combine(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, string operation)
    {
        if (BitString.Length(a) != BitString.Length(b))
            throw new SqlException(SqlState.StringDataLengthMismatch, $"cannot {operation} bit strings of different sizes");
        byte[] result = a.ToArray();
        for (int i = 4; i < result.Length; i++)
        {
            result[i] = operation switch
            {
                "AND" => (byte)(a[i] & b[i]),
                "OR" => (byte)(a[i] | b[i]),
                _ => (byte)(a[i] ^ b[i]),
            };
        }

        return result;
    }

    private static byte[] Shift(ReadOnlySpan<byte> bits, long left)
    {
        int length = BitString.Length(bits);
        byte[] result = BitString.Make(length);
        if (left >= 0 && left < length)
            BitString.Copy(bits, (int)left, result, 0, length - (int)left);
        else if (left < 0 && -left < length)
            BitString.Copy(bits, 0, result, (int)-left, length + (int)left);
        return result;
    }

    private static byte[] Concatenate(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int first = BitString.Length(a), second = BitString.Length(b);
        byte[] result = BitString.Make((long)first + second);
        BitString.Copy(a, 0, result, 0, first);
        BitString.Copy(b, 0, result, first, second);
        return result;
    }

    private static void RegisterCasts(FunctionTable t)
    {
        t.Add("bit", static (ref FunctionCall c) => c.Return(BitString.Fit(c.ArgumentType(0), c.Bytes(0).ToArray(), c.Int32(1), c.Boolean(2))));
        t.Add("varbit", static (ref FunctionCall c) => c.Return(BitString.Fit(c.ArgumentType(0), c.Bytes(0).ToArray(), c.Int32(1), c.Boolean(2))));
        t.Add("bitfromint4", static (ref FunctionCall c) => c.Return(FromInteger(c.Int32(0), c.Int32(1))));
        t.Add("bitfromint8", static (ref FunctionCall c) => c.Return(FromInteger(c.Int64(0), c.Int32(1))));
        t.Add("bittoint4", static (ref FunctionCall c) => c.Return((int)(uint)ToInteger(c.Bytes(0), 32, "integer")));
        t.Add("bittoint8", static (ref FunctionCall c) => c.Return((long)ToInteger(c.Bytes(0), 64, "bigint")));
    }

    private const int TypmodMax = int.MaxValue - 7;
    private const int TextLengthMax = 0x3FFFFFFF;

    /// <summary>The lowest bits, with the sign in front.</summary>
    private static byte[] FromInteger(long value, int typmod)
    {
        int length = typmod is <= 0 or > TypmodMax ? 1 : typmod;
        // PostgreSQL makes such a bit string, and then finds no room for its text.
        if (length >= TextLengthMax)
            throw new SqlException(SqlState.InternalError, $"invalid memory alloc request size {length + 1}");
        byte[] result = BitString.Make(length);
        for (int i = 0; i < length; i++)
        {
            if ((value >> Math.Min(i, 63) & 1) != 0)
                BitString.Set(result, length - 1 - i);
        }

        return result;
    }

    private static ulong ToInteger(ReadOnlySpan<byte> bits, int bitsMax, string type)
    {
        int length = BitString.Length(bits);
        if (length > bitsMax)
            throw TypeErrors.OutOfRange(type);
        ulong value = 0;
        for (int i = 0; i < length; i++)
            value = (value << 1) | (BitString.Get(bits, i) ? 1u : 0u);
        return value;
    }

    private static void RegisterParts(FunctionTable t)
    {
        t.Add("bitsubstr", static (ref FunctionCall c) =>
        {
            if (c.Int32(2) < 0)
                throw NegativeLength();
            c.Return(Substring(c.Bytes(0), c.Int32(1), (long)c.Int32(1) + c.Int32(2)));
        });
        t.Add("bitsubstr_no_len", static (ref FunctionCall c) => c.Return(Substring(c.Bytes(0), c.Int32(1), long.MaxValue)));
        t.Add("bitoverlay", static (ref FunctionCall c) => c.Return(Overlay(c.Bytes(0), c.Bytes(1), c.Int32(2), c.Int32(3))));
        t.Add("bitoverlay_no_len", static (ref FunctionCall c) => c.Return(Overlay(c.Bytes(0), c.Bytes(1), c.Int32(2), BitString.Length(c.Bytes(1)))));
        t.Add("bitposition", static (ref FunctionCall c) => c.Return(Position(c.Bytes(0), c.Bytes(1))));
        t.Add("bitgetbit", static (ref FunctionCall c) =>
        {
            CheckIndex(c.Bytes(0), c.Int32(1));
            c.Return(BitString.Get(c.Bytes(0), c.Int32(1)) ? 1 : 0);
        });
        t.Add("bitsetbit", static (ref FunctionCall c) =>
        {
            int index = c.Int32(1);
            CheckIndex(c.Bytes(0), index);
            if (c.Int32(2) is not (0 or 1))
                throw new SqlException(SqlState.InvalidParameterValue, "new bit must be 0 or 1");
            byte[] result = c.Bytes(0).ToArray();
            result[4 + (index >> 3)] &= (byte)~(0x80 >> (index & 7));
            if (c.Int32(2) == 1)
                BitString.Set(result, index);
            c.Return(result);
        });
    }

    private static SqlException NegativeLength() => new(SqlState.SubstringError, "negative substring length not allowed");

    private static void CheckIndex(ReadOnlySpan<byte> bits, int index)
    {
        if (index < 0 || index >= BitString.Length(bits))
            throw new SqlException(SqlState.ArraySubscriptError, $"bit index {index} out of valid range (0..{BitString.Length(bits) - 1})");
    }

    /// <summary>Bits from <paramref name="start"/> (1-based) to before <paramref name="end"/>, as far as there are any.</summary>
    private static byte[] Substring(ReadOnlySpan<byte> bits, long start, long end)
    {
        long first = Math.Max(start, 1), last = Math.Min(end, BitString.Length(bits) + 1L);
        if (last <= first)
            return BitString.Make(0);
        byte[] result = BitString.Make(last - first);
        BitString.Copy(bits, (int)first - 1, result, 0, (int)(last - first));
        return result;
    }

    private static byte[] Overlay(ReadOnlySpan<byte> bits, ReadOnlySpan<byte> insert, int start, int length)
    {
        if (start <= 0)
            throw NegativeLength();
        long end = (long)start + length;
        if (end > int.MaxValue)
            throw TypeErrors.OutOfRange("integer");
        return Concatenate(Concatenate(Substring(bits, 1, start), insert), Substring(bits, end, long.MaxValue));
    }

    private static int Position(ReadOnlySpan<byte> text, ReadOnlySpan<byte> sought)
    {
        int length = BitString.Length(text), count = BitString.Length(sought);
        for (int start = 0; start + count <= length; start++)
        {
            int i = 0;
            while (i < count && BitString.Get(text, start + i) == BitString.Get(sought, i))
                i++;
            if (i == count)
                return length == 0 ? 0 : start + 1;
        }

        return 0;
    }
}
