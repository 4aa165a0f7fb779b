namespace Strata.Engine.Functions.Patterns;

/// <summary>Conditions on the characters on both sides of a position.</summary>
internal enum RegexAssertion
{
    TextStart,
    TextEnd,

    /// <summary>The text's start or behind a newline.</summary>
    LineStart,

    /// <summary>The text's end or before a newline.</summary>
    LineEnd,
    WordStart,
    WordEnd,
    WordBoundary,
    NotWordBoundary,
}
