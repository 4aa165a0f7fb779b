using System.Globalization;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>
/// An encoding other than UTF-8, which is the server's, and the way to it and back. Nothing is put in the place of what has no equivalent: that is an error. Immutable; thread-safe.
/// </summary>
internal sealed class CharacterConversion
{
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly Encoding _encoding;

    private CharacterConversion(string name, Encoding encoding)
    {
        Name = name;
        _encoding = encoding;
    }

    /// <summary>PostgreSQL's name of the encoding.</summary>
    public string Name { get; }

    /// <summary>The code page of an encoding by PostgreSQL's own name for it; 0 when there is none.</summary>
    public static int CodePageOf(string name) => name switch
    {
        "LATIN1" => 28591,
        "LATIN2" => 28592,
        "LATIN3" => 28593,
        "LATIN4" => 28594,
        "LATIN5" => 28599,
        "LATIN7" => 28603,
        "LATIN9" => 28605,
        "ISO_8859_5" => 28595,
        "ISO_8859_6" => 28596,
        "ISO_8859_7" => 28597,
        "ISO_8859_8" => 28598,
        "WIN866" => 866,
        "WIN874" => 874,
        "WIN1250" => 1250,
        "WIN1251" => 1251,
        "WIN1252" => 1252,
        "WIN1253" => 1253,
        "WIN1254" => 1254,
        "WIN1255" => 1255,
        "WIN1256" => 1256,
        "WIN1257" => 1257,
        "WIN1258" => 1258,
        "KOI8R" => 20866,
        "KOI8U" => 21866,
        "EUC_JP" => 51932,
        "EUC_CN" => 51936,
        "EUC_KR" => 51949,
        "SJIS" => 932,
        "BIG5" => 950,
        "GBK" => 936,
        "UHC" => 949,
        "GB18030" => 54936,
        "JOHAB" => 1361,
        _ => 0,
    };

    /// <summary>The conversion of an encoding by PostgreSQL's own name for it; null when there is none.</summary>
    public static CharacterConversion? Find(string name)
    {
        int codePage = CodePageOf(name);
        if (codePage == 0)
            return null;
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
            ?? Encoding.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        return new CharacterConversion(name, encoding);
    }

    /// <summary>Decodes text of this encoding. Throws 22021.</summary>
    public string Decode(ReadOnlySpan<byte> bytes)
    {
        int zero = bytes.IndexOf((byte)0);
        if (zero >= 0)
            throw InvalidBytes(bytes, zero);
        try
        {
            return _encoding.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw InvalidBytes(bytes, Math.Clamp(error.Index, 0, bytes.Length - 1));
        }
    }

    /// <summary>Decodes text of this encoding that comes in pieces, cut anywhere. Belongs to one stream.</summary>
    public Decoder MakeDecoder() => _encoding.GetDecoder();

    /// <summary>Encodes a text. Throws 22P05.</summary>
    public byte[] Encode(ReadOnlySpan<char> text)
    {
        try
        {
            var bytes = new byte[_encoding.GetByteCount(text)];
            _encoding.GetBytes(text, bytes);
            return bytes;
        }
        catch (EncoderFallbackException error)
        {
            string character = error.CharUnknownHigh != 0 ? new string([error.CharUnknownHigh, error.CharUnknownLow]) : error.CharUnknown.ToString();
            throw new SqlException(
                SqlState.UntranslatableCharacter,
                $"character with byte sequence {Shown(s_utf8.GetBytes(character))} in encoding \"UTF8\" has no equivalent in encoding \"{Name}\"");
        }
    }

    /// <summary>Turns what stands in a buffer from a place on from UTF-8 into this encoding. Throws 22P05.</summary>
    public void EncodeFrom(ByteBuffer buffer, int start)
    {
        ReadOnlySpan<byte> text = buffer.Written[start..];
        if (Ascii.IsValid(text))
            return;
        byte[] encoded = Encode(s_utf8.GetString(text));
        buffer.Length = start;
        buffer.Write(encoded);
    }

    /// <summary>Text of this encoding in UTF-8; the same bytes when they are ASCII. Throws 22021.</summary>
    public ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<byte> bytes) => Ascii.IsValid(bytes) ? bytes : s_utf8.GetBytes(Decode(bytes));

    /// <summary>Throws 22021 for bytes that mean nothing in this encoding.</summary>
    public SqlException InvalidBytes(ReadOnlySpan<byte> bytes, int at) =>
        new(SqlState.CharacterNotInRepertoire, $"invalid byte sequence for encoding \"{Name}\": {Shown(bytes.Slice(at, Math.Min(1, bytes.Length - at)))}");

    private static string Shown(ReadOnlySpan<byte> bytes) => string.Join(' ', bytes.ToArray().Select(static b => "0x" + b.ToString("x2", CultureInfo.InvariantCulture)));
}
