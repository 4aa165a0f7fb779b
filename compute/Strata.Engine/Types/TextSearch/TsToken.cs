namespace Strata.Engine.Types.TextSearch;

/// <summary>Kinds of tokens of the default parser, with PostgreSQL's numbers.</summary>
internal enum TsTokenKind
{
    AsciiWord = 1,
    Word = 2,
    NumberWord = 3,
    Email = 4,
    Url = 5,
    Host = 6,
    Scientific = 7,
    Version = 8,
    HyphenatedNumberPart = 9,
    HyphenatedPart = 10,
    HyphenatedAsciiPart = 11,
    Blank = 12,
    Tag = 13,
    Protocol = 14,
    HyphenatedNumberWord = 15,
    HyphenatedAsciiWord = 16,
    HyphenatedWord = 17,
    UrlPath = 18,
    File = 19,
    Float = 20,
    Integer = 21,
    Unsigned = 22,
    Entity = 23,
}

/// <summary>A token: its kind and its text.</summary>
internal readonly record struct TsToken(TsTokenKind Kind, string Text)
{
    /// <summary>Alias and description per kind, from 1 on; as ts_token_type shows them.</summary>
    public static readonly (string Alias, string Description)[] Kinds =
    [
        ("asciiword", "Word, all ASCII"), ("word", "Word, all letters"), ("numword", "Word, letters and digits"), ("email", "Email address"), ("url", "URL"),
        ("host", "Host"), ("sfloat", "Scientific notation"), ("version", "Version number"), ("hword_numpart", "Hyphenated word part, letters and digits"),
        ("hword_part", "Hyphenated word part, all letters"), ("hword_asciipart", "Hyphenated word part, all ASCII"), ("blank", "Space symbols"),
        ("tag", "XML tag"), ("protocol", "Protocol head"), ("numhword", "Hyphenated word, letters and digits"), ("asciihword", "Hyphenated word, all ASCII"),
        ("hword", "Hyphenated word, all letters"), ("url_path", "URL path"), ("file", "File or path name"), ("float", "Decimal notation"),
        ("int", "Signed integer"), ("uint", "Unsigned integer"), ("entity", "XML entity"),
    ];

    /// <summary>True for a compound whose parts follow as tokens of their own.</summary>
    public bool IsCompound => Kind is TsTokenKind.Url or TsTokenKind.HyphenatedWord or TsTokenKind.HyphenatedAsciiWord or TsTokenKind.HyphenatedNumberWord;
}
