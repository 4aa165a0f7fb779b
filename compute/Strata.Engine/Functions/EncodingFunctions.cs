using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>convert, convert_from, convert_to and length in an encoding. The server's encoding is UTF8.</summary>
internal static class EncodingFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("pg_convert", static (ref FunctionCall c) => c.Return((ReadOnlySpan<byte>)Convert(c.Bytes(0), c.String(1), c.String(2))));
        t.Add("pg_convert_to", static (ref FunctionCall c) => c.Return((ReadOnlySpan<byte>)Convert(c.Bytes(0), "UTF8", c.String(1))));
        t.Add("pg_convert_from", static (ref FunctionCall c) => c.Return((ReadOnlySpan<byte>)Convert(c.Bytes(0), c.String(1), "UTF8")));
        t.Add("length_in_encoding", static (ref FunctionCall c) =>
        {
            string name = c.String(1);
            string text = Decode(c.Bytes(0), Find(name) ?? throw new SqlException(SqlState.InvalidParameterValue, $"invalid encoding name \"{name}\""));
            c.Return(text.EnumerateRunes().Count());
        });
    }

    /// <summary>An encoding by PostgreSQL's name for it.</summary>
    private static (string Name, Encoding? Encoding)? Find(string name)
    {
        return CharacterEncodings.Plain(name) switch
        {
            "utf8" or "unicode" => ("UTF8", null),
            "sqlascii" => ("SQL_ASCII", null),
            "latin1" or "iso88591" => ("LATIN1", Get(28591)),
            "latin2" or "iso88592" => ("LATIN2", Get(28592)),
            "latin3" or "iso88593" => ("LATIN3", Get(28593)),
            "latin4" or "iso88594" => ("LATIN4", Get(28594)),
            "latin5" or "iso88599" => ("LATIN5", Get(28599)),
            "latin7" or "iso885913" => ("LATIN7", Get(28603)),
            "latin9" or "iso885915" => ("LATIN9", Get(28605)),
            "iso88595" => ("ISO_8859_5", Get(28595)),
            "iso88596" => ("ISO_8859_6", Get(28596)),
            "iso88597" => ("ISO_8859_7", Get(28597)),
            "iso88598" => ("ISO_8859_8", Get(28598)),
            "win866" or "alt" => ("WIN866", Get(866)),
            "win874" => ("WIN874", Get(874)),
            "win1250" => ("WIN1250", Get(1250)),
            "win1251" or "win" => ("WIN1251", Get(1251)),
            "win1252" => ("WIN1252", Get(1252)),
            "win1253" => ("WIN1253", Get(1253)),
            "win1254" => ("WIN1254", Get(1254)),
            "win1255" => ("WIN1255", Get(1255)),
            "win1256" => ("WIN1256", Get(1256)),
            "win1257" => ("WIN1257", Get(1257)),
            "win1258" or "abc" or "tcvn" or "tcvn5712" or "vscii" => ("WIN1258", Get(1258)),
            "koi8" or "koi8r" => ("KOI8R", Get(20866)),
            "koi8u" => ("KOI8U", Get(21866)),
            "eucjp" => ("EUC_JP", Get(51932)),
            "euccn" => ("EUC_CN", Get(51936)),
            "euckr" => ("EUC_KR", Get(51949)),
            "sjis" or "shiftjis" or "mskanji" or "win932" or "windows932" => ("SJIS", Get(932)),
            "big5" or "win950" or "windows950" => ("BIG5", Get(950)),
            "gbk" or "win936" or "windows936" => ("GBK", Get(936)),
            "uhc" or "win949" or "windows949" => ("UHC", Get(949)),
            "gb18030" => ("GB18030", Get(54936)),
            "johab" => ("JOHAB", Get(1361)),
            _ => null,
        };
    }

    private static Encoding Get(int codePage) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? Encoding.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private static SqlException InvalidBytes(string encoding, ReadOnlySpan<byte> bytes, int at)
    {
        int length = Math.Min(bytes.Length - at, encoding == "UTF8" ? ExpectedLength(bytes[at]) : 1);
        string shown = string.Join(' ', bytes.Slice(at, length).ToArray().Select(b => "0x" + b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        return new SqlException(SqlState.CharacterNotInRepertoire, $"invalid byte sequence for encoding \"{encoding}\": {shown}");
    }

    private static int ExpectedLength(byte lead) => lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

    private static string Decode(ReadOnlySpan<byte> bytes, (string Name, Encoding? Encoding) from)
    {
        int zero = bytes.IndexOf((byte)0);
        if (zero >= 0)
            throw InvalidBytes(from.Name, bytes, zero);
        try
        {
            return (from.Encoding ?? s_utf8).GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw InvalidBytes(from.Name, bytes, Math.Clamp(error.Index, 0, bytes.Length - 1));
        }
    }

    private static byte[] Convert(ReadOnlySpan<byte> bytes, string source, string target)
    {
        (string Name, Encoding? Encoding) from = Find(source) ?? throw new SqlException(SqlState.InvalidParameterValue, $"invalid source encoding name \"{source}\"");
        (string Name, Encoding? Encoding) to = Find(target) ?? throw new SqlException(SqlState.InvalidParameterValue, $"invalid destination encoding name \"{target}\"");
        // SQL_ASCII means: no conversion.
        if (to.Name == "SQL_ASCII" || from.Name == "SQL_ASCII")
        {
            if (to.Name == "UTF8")
                Decode(bytes, to);
            return bytes.ToArray();
        }

        string text = Decode(bytes, from);
        try
        {
            return (to.Encoding ?? s_utf8).GetBytes(text);
        }
        catch (EncoderFallbackException error)
        {
            string character = error.CharUnknownHigh != 0 ? new string([error.CharUnknownHigh, error.CharUnknownLow]) : error.CharUnknown.ToString();
            string shown = string.Join(' ', (from.Encoding ?? s_utf8).GetBytes(character).Select(b => "0x" + b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
            throw new SqlException(
                SqlState.UntranslatableCharacter, $"character with byte sequence {shown} in encoding \"{from.Name}\" has no equivalent in encoding \"{to.Name}\"");
        }
    }
}
