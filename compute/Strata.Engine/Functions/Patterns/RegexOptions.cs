namespace Strata.Engine.Functions.Patterns;

/// <summary>Flavour and modes of a regular expression. A BRE has neither <see cref="Extended"/> nor <see cref="Advanced"/>.</summary>
[Flags]
internal enum RegexOptions
{
    None = 0,

    /// <summary>ERE: POSIX's extended expressions.</summary>
    Extended = 1,

    /// <summary>ARE: escapes, look-around, non-greedy quantifiers; always with <see cref="Extended"/>.</summary>
    Advanced = 2,

    /// <summary>The pattern is a plain string.</summary>
    Quote = 4,

    IgnoreCase = 8,

    /// <summary>White space and comments in the pattern mean nothing.</summary>
    Expanded = 16,

    /// <summary>. and negated brackets do not match a newline.</summary>
    NewlineStops = 32,

    /// <summary>^ and $ match at lines too.</summary>
    NewlineAnchors = 64,

    Newline = NewlineStops | NewlineAnchors,
}
