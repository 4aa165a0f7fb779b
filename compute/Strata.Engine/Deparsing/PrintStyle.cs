namespace Strata.Engine.Deparsing;

/// <summary>How definitions are laid out: PostgreSQL's pretty-print flags.</summary>
[Flags]
internal enum PrintStyle
{
    None = 0,

    /// <summary>Only the parentheses that precedence asks for.</summary>
    FewParentheses = 1,

    /// <summary>Clauses on lines of their own.</summary>
    Indented = 2,

    /// <summary>Relations without schemas where the search path finds them.</summary>
    ShortNames = 4,

    /// <summary>What <c>pretty = true</c> means.</summary>
    Pretty = FewParentheses | Indented | ShortNames,
}
