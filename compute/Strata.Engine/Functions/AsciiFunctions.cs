using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>to_ascii: letters of four Latin encodings without their accents. Source: PostgreSQL 15, "String Functions and Operators".</summary>
internal static class AsciiFunctions
{
    private const int DatabaseEncoding = 6;
    private const int LatinFirst = 160;
    private const int WindowsFirst = 128;

    private const string Latin1 = "  cL Y  \"Ca  -R     'u .,      ?AAAAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooooo/ouuuuyty";
    private const string Latin2 = " A L LS \"SSTZ-ZZ a,l'ls ,sstz\"zzRAAAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoooo/ruuuuyt.";
    private const string Latin9 = "  cL YS sCa  -R     Zu .z   EeY?AAAAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooooo/ouuuuyty";
    private const string Win1250 = "  ' \"    %S<STZZ `'\"\".--  s>stzz   L A  \"CS  -RZ  ,l'u .,as L\"lzRAAAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoooo/ruuuuyt ";

    public static void Register(FunctionTable t)
    {
        t.Add("to_ascii_default", static (ref FunctionCall c) => Return(ref c, DatabaseEncoding));
        t.Add("to_ascii_enc", static (ref FunctionCall c) => Return(ref c, CharacterEncodings.NameOf(c.Int32(1)) is null
            ? throw new SqlException(SqlState.UndefinedObject, $"{c.Int32(1)} is not a valid encoding code") : c.Int32(1)));
        t.Add("to_ascii_encname", static (ref FunctionCall c) => Return(ref c, CharacterEncodings.NumberOf(c.String(1)) is >= 0 and int number
            ? number : throw new SqlException(SqlState.UndefinedObject, $"{c.String(1)} is not a valid encoding name")));
    }

    private static void Return(ref FunctionCall c, int encoding)
    {
        (string letters, int first) = encoding switch
        {
            CharacterEncodings.Latin1 => (Latin1, LatinFirst),
            CharacterEncodings.Latin2 => (Latin2, LatinFirst),
            CharacterEncodings.Latin9 => (Latin9, LatinFirst),
            CharacterEncodings.Win1250 => (Win1250, WindowsFirst),
            _ => throw new SqlException(SqlState.FeatureNotSupported, $"encoding conversion from {CharacterEncodings.NameOf(encoding)} to ASCII not supported"),
        };
        // The bytes are taken one by one, whatever the database's encoding is.
        var text = new StringBuilder();
        foreach (byte b in c.Bytes(0))
            text.Append(b < 128 ? (char)b : b < first ? ' ' : letters[b - first]);
        c.Return(text.ToString());
    }
}
