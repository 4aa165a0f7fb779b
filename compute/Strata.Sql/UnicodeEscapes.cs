using System.Text;

namespace Strata.Sql;

/// <summary>Decodes <c>U&amp;'…'</c> bodies: <c>\XXXX</c>, <c>\+XXXXXX</c> and the doubled escape character.</summary>
internal static class UnicodeEscapes
{
    private const string Hint = "Unicode escapes must be \\XXXX or \\+XXXXXX.";

    /// <summary>Decodes <paramref name="body"/>; errors point into <paramref name="sql"/>, where the body starts at <paramref name="bodyStart"/>.</summary>
    public static string Decode(string body, char escape, string sql, int tokenStart, int bodyStart)
    {
        if (!body.Contains(escape))
        {
            return body;
        }

        var result = new StringBuilder(body.Length);
        int pendingHigh = 0;
        int i = 0;
        while (i < body.Length)
        {
            if (body[i] != escape)
            {
                ThrowIfPending(pendingHigh, sql, bodyStart + i);
                result.Append(body[i++]);
                continue;
            }

            if (i + 1 < body.Length && body[i + 1] == escape)
            {
                ThrowIfPending(pendingHigh, sql, bodyStart + i);
                result.Append(escape);
                i += 2;
                continue;
            }

            int length = i + 1 < body.Length && body[i + 1] == '+' ? 6 : 4;
            int digits = i + (length == 6 ? 2 : 1);
            int value = ReadHex(body, digits, length);
            if (value < 0)
            {
                throw SyntaxErrors.At(sql, SqlStates.SyntaxError, "invalid Unicode escape", bodyStart + i, null, Hint);
            }

            if (value == 0 || value > 0x10FFFF)
            {
                throw SyntaxErrors.At(sql, SqlStates.SyntaxError, "invalid Unicode escape value", bodyStart + i);
            }

            if (pendingHigh != 0)
            {
                if (value is < 0xDC00 or > 0xDFFF)
                {
                    ThrowIfPending(pendingHigh, sql, bodyStart + i);
                }

                result.Append((char)pendingHigh).Append((char)value);
                pendingHigh = 0;
            }
            else if (value is >= 0xD800 and <= 0xDBFF)
            {
                pendingHigh = value;
            }
            else if (value is >= 0xDC00 and <= 0xDFFF)
            {
                ThrowIfPending(value, sql, bodyStart + i);
            }
            else
            {
                result.Append(char.ConvertFromUtf32(value));
            }

            i = digits + length;
        }

        ThrowIfPending(pendingHigh, sql, bodyStart + i);
        return result.ToString();
    }

    /// <summary>The value of <paramref name="length"/> hexadecimal digits, or -1.</summary>
    public static int ReadHex(string text, int start, int length)
    {
        if (start + length > text.Length)
        {
            return -1;
        }

        int value = 0;
        for (int i = start; i < start + length; i++)
        {
            if (!char.IsAsciiHexDigit(text[i]) || value >= 1 << 26)
            {
                return -1;
            }

            value = (value << 4) | Convert.ToInt32(text.Substring(i, 1), 16);
        }

        return value;
    }

    private static void ThrowIfPending(int pending, string sql, int offset)
    {
        if (pending != 0)
        {
            throw SyntaxErrors.At(sql, SqlStates.SyntaxError, "invalid Unicode surrogate pair", offset);
        }
    }
}
