namespace Strata.Engine.Functions.Patterns;

/// <summary>Tokens of a regular expression.</summary>
internal enum RegexTokenKind
{
    /// <summary>Before the first token.</summary>
    None,
    End,

    /// <summary>A character; the value is its code point.</summary>
    Plain,
    Digit,
    BackReference,

    /// <summary>( ; the value is 1 when it captures.</summary>
    Open,
    Close,

    /// <summary>A look-around; the value is a <see cref="LookKind"/>.</summary>
    Look,
    Alternative,

    /// <summary>* + ? and } have the value 1 when greedy.</summary>
    Star,
    Plus,
    Optional,
    OpenBound,
    Comma,
    CloseBound,

    /// <summary>[ ; the value is 0 when negated.</summary>
    OpenBracket,
    CloseBracket,
    Range,
    CollatingElement,
    EquivalenceClass,
    CharacterClass,

    /// <summary>The end of [. .], [= =] or [: :].</summary>
    EndName,

    /// <summary>\d \s \w ; the value is an index of <see cref="RegexLexer.EscapeClasses"/>.</summary>
    ClassEscape,

    /// <summary>\D \S \W.</summary>
    ClassComplementEscape,
    Any,
    Caret,
    Dollar,
    TextStart,
    TextEnd,
    WordStart,
    WordEnd,
    WordBoundary,
    NotWordBoundary,
}
