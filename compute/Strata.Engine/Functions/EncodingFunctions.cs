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
    private static (string Name, CharacterConversion? Encoding)? Find(string name)
    {
        if (CharacterEncodings.NameOf(CharacterEncodings.NumberOf(name)) is not { } known)
            return null;
        CharacterConversion? conversion = CharacterConversion.Find(known);
        return conversion is null && known is not ("UTF8" or "SQL_ASCII") ? throw Unsupported(known) : (known, conversion);
    }

    private static SqlException Unsupported(string name) => new(SqlState.UndefinedFunction, $"default conversion function for encoding \"{name}\" to \"UTF8\" does not exist");

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private static SqlException InvalidBytes(string encoding, ReadOnlySpan<byte> bytes, int at)
    {
        int length = Math.Min(bytes.Length - at, encoding == "UTF8" ? ExpectedLength(bytes[at]) : 1);
        string shown = string.Join(' ', bytes.Slice(at, length).ToArray().Select(b => "0x" + b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        return new SqlException(SqlState.CharacterNotInRepertoire, $"invalid byte sequence for encoding \"{encoding}\": {shown}");
    }

    private static int ExpectedLength(byte lead) => lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

    private static string Decode(ReadOnlySpan<byte> bytes, (string Name, CharacterConversion? Encoding) from)
    {
        if (from.Encoding is { } conversion)
            return conversion.Decode(bytes);
        int zero = bytes.IndexOf((byte)0);
        if (zero >= 0)
            throw InvalidBytes(from.Name, bytes, zero);
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw InvalidBytes(from.Name, bytes, Math.Clamp(error.Index, 0, bytes.Length - 1));
        }
    }

    private static byte[] Convert(ReadOnlySpan<byte> bytes, string source, string target)
    {
        (string Name, CharacterConversion? Encoding) from = Find(source) ?? throw new SqlException(SqlState.InvalidParameterValue, $"invalid source encoding name \"{source}\"");
        (string Name, CharacterConversion? Encoding) to = Find(target) ?? throw new SqlException(SqlState.InvalidParameterValue, $"invalid destination encoding name \"{target}\"");
        // SQL_ASCII means: no conversion.
        if (to.Name == "SQL_ASCII" || from.Name == "SQL_ASCII")
        {
            if (to.Name == "UTF8")
                Decode(bytes, to);
            return bytes.ToArray();
        }

        string text = Decode(bytes, from);
        return to.Encoding is { } conversion ? conversion.Encode(text) : s_utf8.GetBytes(text);
    }
}
