namespace Strata.Sql;

/// <summary>Kinds of tokens. Single characters that the grammar names have a kind each.</summary>
internal enum TokenKind : byte
{
    EndOfInput,
    Error,
    Identifier,
    QuotedIdentifier,
    Keyword,
    String,
    NationalString,
    BitString,
    HexString,
    Integer,
    Number,
    Parameter,
    Operator,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Comma,
    Semicolon,
    Colon,
    Dot,
    DotDot,
    DoubleColon,
    ColonEquals,
    EqualsGreater,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    Less,
    Greater,
    Equal,
    LessEqual,
    GreaterEqual,
    NotEqual,
    Other,
}

/// <summary>A token: 16 bytes, offsets into the text.</summary>
internal struct Token
{
    /// <summary>Start offset.</summary>
    public int Start;

    /// <summary>End offset, exclusive.</summary>
    public int End;

    /// <summary>Index of a value that is not a plain slice of the text, or -1.</summary>
    public int ValueIndex;

    /// <summary>The key word, or None.</summary>
    public Keyword Keyword;

    /// <summary>Kind.</summary>
    public TokenKind Kind;
}
