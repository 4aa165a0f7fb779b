using System.Globalization;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>
/// Text form of money as lc_monetary "C" has it: $1,234.50, -$1.00. Stored as a 64-bit number of cents. Source: PostgreSQL 15, "Monetary Types".
/// </summary>
internal static class MoneyText
{
    private const int FractionDigits = 2;

    /// <summary>Cents of one unit.</summary>
    public const int UnitCents = 100;

    /// <summary>Reads an amount; sign, currency symbol and parentheses may stand before and behind. 22P02, 22003.</summary>
    public static long Parse(ReadOnlySpan<byte> text)
    {
        int at = SkipSpace(text, 0);
        at = Skip(text, at, '$');
        bool isNegative = false;
        if (at < text.Length && text[at] is (byte)'-' or (byte)'(')
        {
            isNegative = true;
            at++;
        }
        else
        {
            at = Skip(text, at, '+');
        }

        at = Skip(text, SkipSpace(text, at), '$');
        // Gathered as a negative number, whose range is the larger one.
        Int128 value = 0;
        int decimals = 0, digits = 0;
        bool seenPoint = false;
        for (; at < text.Length; at++)
        {
            byte c = text[at];
            if (IsDigit(c) && (!seenPoint || decimals < FractionDigits))
            {
                value = (value * 10) - (c - '0');
                Check(value, text);
                decimals += seenPoint ? 1 : 0;
                digits++;
            }
            else if (c == (byte)'.' && !seenPoint)
            {
                seenPoint = true;
            }
            else if (c != (byte)',')
            {
                break;
            }
        }

        if (at < text.Length && text[at] is >= (byte)'5' and <= (byte)'9')
            value--;
        for (; decimals < FractionDigits; decimals++)
            value *= 10;
        Check(value, text);
        while (at < text.Length && IsDigit(text[at]))
            at++;
        for (; at < text.Length; at++)
        {
            byte c = text[at];
            if (c == (byte)'-')
                isNegative = true;
            else if (!TypeErrors.IsSpace(c) && c is not ((byte)')' or (byte)'+' or (byte)'$'))
                throw TypeErrors.InvalidSyntax("money", text);
        }

        value = isNegative ? value : -value;
        Check(value, text);
        return (long)value;
    }

    private static void Check(Int128 value, ReadOnlySpan<byte> text)
    {
        if (value < long.MinValue || value > long.MaxValue)
            throw TypeErrors.OutOfRange("money", text);
    }

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';

    private static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && TypeErrors.IsSpace(text[at]))
            at++;
        return at;
    }

    private static int Skip(ReadOnlySpan<byte> text, int at, char c) => at < text.Length && text[at] == c ? at + 1 : at;

    public static void Write(ByteBuffer buffer, long cents)
    {
        UInt128 magnitude = cents < 0 ? (UInt128)(-(Int128)cents) : (UInt128)cents;
        if (cents < 0)
            buffer.Write('-');
        buffer.Write('$');
        buffer.Write(((decimal)magnitude / UnitCents).ToString("#,##0.00", CultureInfo.InvariantCulture));
    }

    private static readonly string[] s_small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ];

    private static readonly string[] s_tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly string[] s_groups = [" quadrillion ", " trillion ", " billion ", " million ", " thousand ", ""];

    /// <summary>cash_words: "Twelve dollars and thirty four cents".</summary>
    public static string Words(long cents)
    {
        var words = new StringBuilder();
        UInt128 magnitude = cents < 0 ? (UInt128)(-(Int128)cents) : (UInt128)cents;
        if (cents < 0)
            words.Append("minus ");
        UInt128 dollars = magnitude / UnitCents;
        ulong divisor = 1_000_000_000_000_000;
        foreach (string group in s_groups)
        {
            int value = (int)(dollars / divisor % 1000);
            if (value != 0)
                words.Append(Words(value)).Append(group);
            divisor /= 1000;
        }

        if (dollars == 0)
            words.Append("zero");
        int rest = (int)(magnitude % UnitCents);
        words.Append(dollars == 1 ? " dollar and " : " dollars and ").Append(Words(rest)).Append(rest == 1 ? " cent" : " cents");
        words[0] = char.ToUpperInvariant(words[0]);
        return words.ToString();
    }

    /// <summary>A number below 1000.</summary>
    private static string Words(int value)
    {
        int tens = value % 100;
        if (value <= 20)
            return s_small[value];
        if (tens == 0)
            return s_small[value / 100] + " hundred";
        string hundreds = value > 99 ? s_small[value / 100] + " hundred " : "";
        if (value % 10 == 0 && tens > 10)
            return hundreds + s_tens[tens / 10];
        if (tens < 20)
            return (hundreds.Length > 0 ? hundreds + "and " : "") + s_small[tens];
        return hundreds + s_tens[tens / 10] + " " + s_small[tens % 10];
    }
}
