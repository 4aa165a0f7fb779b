using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>Text forms of integers, floats and numeric.</summary>
public static class NumberText
{
    /// <summary>The number as C's %g writes it with so many digits.</summary>
    public static string General(double value, int digits) =>
        value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Replace('E', 'e');

    private enum Scan
    {
        Ok,
        Syntax,
        Range,
    }

    private static Scan ScanInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        text = TypeErrors.Trim(text);
        bool negative = false;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
        {
            negative = text[0] == (byte)'-';
            text = text[1..];
        }

        if (text.IsEmpty)
            return Scan.Syntax;
        // Counts down, because the most negative value has no positive counterpart.
        long total = 0;
        foreach (byte c in text)
        {
            int digit = c - '0';
            if ((uint)digit > 9)
                return Scan.Syntax;
            // Beyond the range it does not matter what follows.
            if (total < (long.MinValue + digit) / 10)
                return Scan.Range;
            else
                total = (total * 10) - digit;
        }

        if (!negative && total == long.MinValue)
            return Scan.Range;
        value = negative ? total : -total;
        return Scan.Ok;
    }

    private static long ParseInteger(ReadOnlySpan<byte> text, long min, long max, string type)
    {
        Scan scan = ScanInteger(text, out long value);
        if (scan == Scan.Syntax)
            throw TypeErrors.InvalidSyntax(type, text);
        if (scan == Scan.Range || value < min || value > max)
            throw TypeErrors.OutOfRange(type, text);
        return value;
    }

    public static short ParseInt16(ReadOnlySpan<byte> text) => (short)ParseInteger(text, short.MinValue, short.MaxValue, "smallint");

    public static int ParseInt32(ReadOnlySpan<byte> text) => (int)ParseInteger(text, int.MinValue, int.MaxValue, "integer");

    public static long ParseInt64(ReadOnlySpan<byte> text) => ParseInteger(text, long.MinValue, long.MaxValue, "bigint");

    /// <summary>oid and its like: an unsigned 32-bit number, negative ones wrap.</summary>
    public static uint ParseOid(ReadOnlySpan<byte> text, string type = "oid")
    {
        Scan scan = ScanInteger(text, out long value);
        if (scan == Scan.Syntax)
            throw TypeErrors.InvalidSyntax(type, text);
        if (scan == Scan.Range || value > uint.MaxValue || value < int.MinValue)
            throw TypeErrors.OutOfRange(type, text);
        return (uint)value;
    }

    public static double ParseFloat64(ReadOnlySpan<byte> text)
    {
        if (!TryParseFloat(text, "double precision", out double value, out ReadOnlySpan<byte> number))
            return value;
        if (double.IsInfinity(value) || (value == 0 && HasNonZeroDigit(number)))
            throw FloatRange(number, "double precision");
        return value;
    }

    public static float ParseFloat32(ReadOnlySpan<byte> text)
    {
        if (!TryParseFloat(text, "real", out double special, out ReadOnlySpan<byte> number))
            return (float)special;
        float value = float.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (float.IsInfinity(value) || (value == 0 && HasNonZeroDigit(number)))
            throw FloatRange(text, "real");
        return value;
    }

    private static SqlException FloatRange(ReadOnlySpan<byte> text, string type) =>
        new(SqlState.NumericValueOutOfRange, $"\"{Encoding.UTF8.GetString(text)}\" is out of range for type {type}");

    private static bool HasNonZeroDigit(ReadOnlySpan<byte> number)
    {
        foreach (byte c in number)
        {
            if (c is (byte)'e' or (byte)'E')
                return false;
            if (c is >= (byte)'1' and <= (byte)'9')
                return true;
        }

        return false;
    }

    /// <summary>False for NaN and infinities, which are then in <paramref name="value"/>.</summary>
    private static bool TryParseFloat(ReadOnlySpan<byte> text, string type, out double value, out ReadOnlySpan<byte> number)
    {
        number = TypeErrors.Trim(text);
        if (IsFloatSyntax(number) && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return true;
        if (TrySpecial(number, out value))
            return false;
        CheckRangeBeforeJunk(text, number, type);
        throw TypeErrors.InvalidSyntax(type, text);
    }

    /// <summary>PostgreSQL reads a number as far as it goes, and finds it out of range before it looks at what follows.</summary>
    private static void CheckRangeBeforeJunk(ReadOnlySpan<byte> text, ReadOnlySpan<byte> trimmed, string type)
    {
        ReadOnlySpan<byte> number = trimmed[..FloatLength(trimmed)];
        if (number.IsEmpty)
            return;
        double value = type == "real" ? float.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture) : double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value) || (value == 0 && HasNonZeroDigit(number)))
            throw FloatRange(type == "real" ? text : number, type);
    }

    /// <summary>The NaN that C's strtod makes; .NET's constant has the sign bit set, which binary forms show.</summary>
    private static readonly double QuietNaN = BitConverter.UInt64BitsToDouble(0x7FF8000000000000);

    private static bool TrySpecial(ReadOnlySpan<byte> text, out double value)
    {
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        ReadOnlySpan<byte> word = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        if (EqualsIgnoreCase(word, "nan"))
        {
            value = QuietNaN;
            return word.Length == text.Length;
        }

        value = negative ? double.NegativeInfinity : double.PositiveInfinity;
        return EqualsIgnoreCase(word, "inf") || EqualsIgnoreCase(word, "infinity");
    }

    internal static bool EqualsIgnoreCase(ReadOnlySpan<byte> text, string lower)
    {
        if (text.Length != lower.Length)
            return false;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[i] | 0x20) : text[i];
            if (c != lower[i])
                return false;
        }

        return true;
    }

    /// <summary>Digits with an optional point and exponent.</summary>
    private static bool IsFloatSyntax(ReadOnlySpan<byte> text) => !text.IsEmpty && FloatLength(text) == text.Length;

    /// <summary>How much of a text is a number; 0 when it does not begin with one.</summary>
    private static int FloatLength(ReadOnlySpan<byte> text)
    {
        int i = 0, digits = 0;
        if (i < text.Length && text[i] is (byte)'+' or (byte)'-')
            i++;
        for (; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
            digits++;
        if (i < text.Length && text[i] == (byte)'.')
        {
            for (i++; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
                digits++;
        }

        if (digits == 0)
            return 0;
        int end = i;
        if (i < text.Length && text[i] is (byte)'e' or (byte)'E')
        {
            i++;
            if (i < text.Length && text[i] is (byte)'+' or (byte)'-')
                i++;
            for (; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
                end = i + 1;
        }

        return end;
    }

    /// <summary>Shortest digits that read back as the same value, or fewer by extra_float_digits.</summary>
    public static void WriteFloat64(ByteBuffer buffer, double value, int extraFloatDigits)
    {
        if (WriteSpecial(buffer, value))
            return;
        Span<byte> digits = stackalloc byte[40];
        int precision = Math.Max(1, 15 + extraFloatDigits);
        int written;
        bool ok = extraFloatDigits > 0
            ? value.TryFormat(digits, out written, "R", CultureInfo.InvariantCulture)
            : value.TryFormat(digits, out written, ScientificFormat(precision), CultureInfo.InvariantCulture);
        Strata.Format.Invariant.Check(ok);
        if (extraFloatDigits > 0 && FloatMidpoint.MayBe(value) && FloatMidpoint.Is(value, digits[..written]))
            written = FloatMidpoint.Inside(value, digits);
        WriteDigits(buffer, digits[..written], extraFloatDigits > 0 ? 15 : precision);
    }

    public static void WriteFloat32(ByteBuffer buffer, float value, int extraFloatDigits)
    {
        if (WriteSpecial(buffer, value))
            return;
        Span<byte> digits = stackalloc byte[40];
        int precision = Math.Max(1, 6 + extraFloatDigits);
        int written;
        bool ok = extraFloatDigits > 0
            ? value.TryFormat(digits, out written, "R", CultureInfo.InvariantCulture)
            : value.TryFormat(digits, out written, ScientificFormat(precision), CultureInfo.InvariantCulture);
        Strata.Format.Invariant.Check(ok);
        WriteDigits(buffer, digits[..written], extraFloatDigits > 0 ? 6 : precision);
    }

    private static string ScientificFormat(int precision) => string.Create(CultureInfo.InvariantCulture, $"E{precision - 1}");

    private static bool WriteSpecial(ByteBuffer buffer, double value)
    {
        if (double.IsNaN(value))
            buffer.Write("NaN"u8);
        else if (double.IsInfinity(value))
            buffer.Write(value > 0 ? "Infinity"u8 : "-Infinity"u8);
        else
            return false;
        return true;
    }

    /// <summary>
    /// Rewrites .NET's digits to PostgreSQL's layout: positional for decimal exponents from -4 up to <paramref name="positionalDigits"/> - 1,
    /// otherwise scientific with at least two exponent digits; no trailing zeros.
    /// </summary>
    private static void WriteDigits(ByteBuffer buffer, ReadOnlySpan<byte> text, int positionalDigits)
    {
        if (text[0] == (byte)'-')
        {
            buffer.Write('-');
            text = text[1..];
        }

        Span<byte> digits = stackalloc byte[40];
        int count = 0, exponent = 0, pointAt = -1, at = 0;
        for (; at < text.Length && text[at] is not ((byte)'E' or (byte)'e'); at++)
        {
            if (text[at] == (byte)'.')
                pointAt = count;
            else
                digits[count++] = text[at];
        }

        if (pointAt < 0)
            pointAt = count;
        if (at < text.Length)
            Utf8Parser.TryParse(text[(at + 1)..], out exponent, out _);
        int leading = 0;
        while (leading < count - 1 && digits[leading] == (byte)'0')
            leading++;
        int decimalExponent = pointAt - 1 - leading + exponent;
        digits = digits[leading..count];
        while (digits.Length > 1 && digits[^1] == (byte)'0')
            digits = digits[..^1];
        if (digits[0] == (byte)'0')
        {
            buffer.Write('0');
            return;
        }

        if (decimalExponent < -4 || decimalExponent >= positionalDigits)
        {
            buffer.Write(digits[0]);
            if (digits.Length > 1)
            {
                buffer.Write('.');
                buffer.Write(digits[1..]);
            }

            buffer.Write('e');
            buffer.Write(decimalExponent < 0 ? '-' : '+');
            buffer.WritePadded(Math.Abs(decimalExponent), 2);
            return;
        }

        if (decimalExponent < 0)
        {
            buffer.Write("0."u8);
            for (int i = -1; i > decimalExponent; i--)
                buffer.Write('0');
            buffer.Write(digits);
            return;
        }

        for (int i = 0; i <= decimalExponent; i++)
            buffer.Write(i < digits.Length ? digits[i] : (byte)'0');
        if (digits.Length > decimalExponent + 1)
        {
            buffer.Write('.');
            buffer.Write(digits[(decimalExponent + 1)..]);
        }
    }

    /// <summary>Reads numeric's text form, without a modifier.</summary>
    public static NumericValue ParseNumeric(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> number = TypeErrors.Trim(text);
        if (!IsFloatSyntax(number))
        {
            if (!TrySpecial(number, out double special))
                throw TypeErrors.InvalidSyntax("numeric", text);
            return double.IsNaN(special) ? NumericValue.NaN
                : special > 0 ? NumericValue.PositiveInfinity : NumericValue.NegativeInfinity;
        }

        bool negative = number[0] == (byte)'-';
        if (number[0] is (byte)'-' or (byte)'+')
            number = number[1..];
        Int128 small = 0;
        BigInteger big = 0;
        bool isBig = false;
        int fractionDigits = 0, digitCount = 0, at = 0;
        bool inFraction = false;
        for (; at < number.Length && number[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            if (number[at] == (byte)'.')
            {
                inFraction = true;
                continue;
            }

            if (inFraction)
                fractionDigits++;
            if (++digitCount == 38)
            {
                isBig = true;
                break;
            }

            small = (small * 10) + (number[at] - '0');
        }

        if (isBig)
        {
            int end = number.IndexOfAny((byte)'e', (byte)'E');
            ReadOnlySpan<byte> mantissa = end < 0 ? number : number[..end];
            int point = mantissa.IndexOf((byte)'.');
            fractionDigits = point < 0 ? 0 : mantissa.Length - point - 1;
            string digits = Encoding.ASCII.GetString(mantissa).Replace(".", "", StringComparison.Ordinal);
            big = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
            at = mantissa.Length;
        }

        int exponent = 0;
        if (at < number.Length)
        {
            ReadOnlySpan<byte> exponentText = number[(at + 1)..];
            if (exponentText[0] == (byte)'+')
                exponentText = exponentText[1..];
            if (!Utf8Parser.TryParse(exponentText, out exponent, out int used) || used != exponentText.Length || Math.Abs((long)exponent) > int.MaxValue / 2)
                throw TypeErrors.InvalidSyntax("numeric", text);
        }

        int scale = fractionDigits - exponent;
        BigInteger signed = isBig ? (negative ? -big : big) : (negative ? -small : small);
        if (scale < 0)
        {
            if (-scale > 140_000 && !signed.IsZero)
                throw NumericMath.Overflow();
            return NumericMath.Checked(new NumericValue(signed.IsZero ? 0 : signed * NumericMath.PowerOfTen(-scale), 0));
        }

        if (scale > NumericValue.ScaleMax)
            throw NumericMath.Overflow();
        return isBig ? NumericMath.Checked(new NumericValue(signed, scale)) : new NumericValue(negative ? -small : small, scale);
    }

    public static void WriteNumeric(ByteBuffer buffer, in NumericValue value)
    {
        if (!value.IsFinite)
        {
            buffer.Write(value.IsNaN ? "NaN"u8 : value.Sign > 0 ? "Infinity"u8 : "-Infinity"u8);
            return;
        }

        if (value.TryGetSmall(out Int128 small) && small == (long)small && small != long.MinValue)
        {
            WriteSmall(buffer, (long)small, value.Scale);
            return;
        }

        string digits = BigInteger.Abs(value.Mantissa).ToString(CultureInfo.InvariantCulture);
        if (value.Sign < 0)
            buffer.Write('-');
        if (value.Scale == 0)
        {
            buffer.Write(digits);
            return;
        }

        if (digits.Length <= value.Scale)
            digits = new string('0', value.Scale - digits.Length + 1) + digits;
        buffer.Write(digits[..^value.Scale]);
        buffer.Write('.');
        buffer.Write(digits[^value.Scale..]);
    }

    private static void WriteSmall(ByteBuffer buffer, long mantissa, int scale)
    {
        if (mantissa < 0)
        {
            buffer.Write('-');
            mantissa = -mantissa;
        }

        if (scale == 0)
        {
            buffer.WriteNumber(mantissa);
            return;
        }

        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(mantissa, digits, out int count);
        if (count <= scale)
        {
            buffer.Write("0."u8);
            for (int i = count; i < scale; i++)
                buffer.Write('0');
            buffer.Write(digits[..count]);
            return;
        }

        buffer.Write(digits[..(count - scale)]);
        buffer.Write('.');
        buffer.Write(digits[(count - scale)..count]);
    }
}
