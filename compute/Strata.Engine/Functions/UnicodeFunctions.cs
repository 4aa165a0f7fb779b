using System.Globalization;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>normalize, IS NORMALIZED and unistr.</summary>
internal static class UnicodeFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("unicode_normalize_func", static (ref FunctionCall c) => c.Return(Normalize(c.String(0), c.String(1))));
        t.Add("unicode_is_normalized", static (ref FunctionCall c) => c.Return(Normalize(c.String(0), c.String(1)) == c.String(0)));
        t.Add("unistr", static (ref FunctionCall c) => c.Return(Unescape(c.String(0))));
    }

    private static string Normalize(string text, string form) => form.ToUpperInvariant() switch
    {
        "NFC" => UnicodeNormalization.Normalize(text, compose: true, compatibility: false),
        "NFD" => UnicodeNormalization.Normalize(text, compose: false, compatibility: false),
        "NFKC" => UnicodeNormalization.Normalize(text, compose: true, compatibility: true),
        "NFKD" => UnicodeNormalization.Normalize(text, compose: false, compatibility: true),
        _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid normalization form: {form}"),
    };

    private static SqlException BadEscape() => new(SqlState.SyntaxError, "invalid Unicode escape") { Hint = "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX." };

    private static SqlException BadPair() => new(SqlState.SyntaxError, "invalid Unicode surrogate pair");

    /// <summary>\XXXX, \+XXXXXX, \uXXXX and \UXXXXXXXX become characters, \\ a backslash.</summary>
    private static string Unescape(string text)
    {
        var result = new StringBuilder(text.Length);
        int high = 0;
        for (int i = 0; i < text.Length;)
        {
            if (text[i] != '\\' || (i + 1 < text.Length && text[i + 1] == '\\'))
            {
                if (high != 0)
                    throw BadPair();
                result.Append(text[i]);
                i += text[i] == '\\' ? 2 : 1;
                continue;
            }

            char kind = i + 1 < text.Length ? text[i + 1] : '\0';
            (int skip, int digits) = kind switch { '+' => (2, 6), 'u' => (2, 4), 'U' => (2, 8), _ => (1, 4) };
            if (i + skip + digits > text.Length
                || !int.TryParse(text.AsSpan(i + skip, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
                throw BadEscape();
            i += skip + digits;
            if (code is <= 0 or > 0x10FFFF)
                throw new SqlException(SqlState.InvalidParameterValue, string.Create(CultureInfo.InvariantCulture, $"invalid Unicode code point: {code:X4}"));
            if (high != 0)
            {
                if (code is < 0xDC00 or > 0xDFFF)
                    throw BadPair();
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00);
                high = 0;
            }
            else if (code is >= 0xD800 and <= 0xDBFF)
            {
                high = code;
                continue;
            }
            else if (code is >= 0xDC00 and <= 0xDFFF)
            {
                throw BadPair();
            }

            result.Append(char.ConvertFromUtf32(code));
        }

        return high != 0 ? throw BadPair() : result.ToString();
    }
}
