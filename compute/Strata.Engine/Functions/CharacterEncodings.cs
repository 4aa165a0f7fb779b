namespace Strata.Engine.Functions;

/// <summary>The encodings that PostgreSQL knows, by its numbers and names. Source: PostgreSQL 15, "Character Set Support". Immutable, thread-safe.</summary>
internal static class CharacterEncodings
{
    public const int Latin1 = 8;
    public const int Latin2 = 9;
    public const int Latin9 = 16;
    public const int Win1250 = 29;

    private static readonly string[] s_names =
    [
        "SQL_ASCII", "EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "UTF8", "MULE_INTERNAL", "LATIN1", "LATIN2", "LATIN3", "LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9", "LATIN10",
        "WIN1256", "WIN1258", "WIN866", "WIN874", "KOI8R", "WIN1251", "WIN1252", "ISO_8859_5", "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "WIN1250", "WIN1253", "WIN1254", "WIN1255", "WIN1257", "KOI8U",
        "SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004",
    ];

    private static readonly Dictionary<string, int> s_numbers = MakeNumbers();

    private static Dictionary<string, int> MakeNumbers()
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < s_names.Length; i++)
            numbers.Add(Plain(s_names[i]), i);
        (string Alias, string Name)[] aliases =
        [
            ("abc", "win1258"), ("alt", "win866"), ("iso88591", "latin1"), ("iso885910", "latin6"), ("iso885913", "latin7"), ("iso885914", "latin8"), ("iso885915", "latin9"), ("iso885916", "latin10"),
            ("iso88592", "latin2"), ("iso88593", "latin3"), ("iso88594", "latin4"), ("iso88599", "latin5"), ("koi8", "koi8r"), ("mskanji", "sjis"), ("shiftjis", "sjis"), ("tcvn", "win1258"),
            ("tcvn5712", "win1258"), ("unicode", "utf8"), ("vscii", "win1258"), ("win", "win1251"), ("win932", "sjis"), ("win936", "gbk"), ("win949", "uhc"), ("win950", "big5"),
            ("windows932", "sjis"), ("windows936", "gbk"), ("windows949", "uhc"), ("windows950", "big5"), ("windows866", "win866"), ("windows874", "win874"), ("windows1250", "win1250"),
            ("windows1251", "win1251"), ("windows1252", "win1252"), ("windows1253", "win1253"), ("windows1254", "win1254"), ("windows1255", "win1255"), ("windows1256", "win1256"),
            ("windows1257", "win1257"), ("windows1258", "win1258"),
        ];
        foreach ((string alias, string name) in aliases)
            numbers.Add(alias, numbers[name]);
        return numbers;
    }

    /// <summary>Names count without case and without what is neither letter nor digit.</summary>
    public static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));

    /// <summary>The name of a number; null for one that is none.</summary>
    public static string? NameOf(int number) => (uint)number < (uint)s_names.Length ? s_names[number] : null;

    /// <summary>The number of a name or alias; -1 when it is none.</summary>
    public static int NumberOf(string name) => s_numbers.GetValueOrDefault(Plain(name), -1);
}
