namespace Strata.Sql;

/// <summary>Settings that change how text is read. Immutable.</summary>
public sealed record ParserOptions
{
    /// <summary>PostgreSQL's defaults.</summary>
    public static ParserOptions Default { get; } = new();

    /// <summary><c>standard_conforming_strings</c>: backslashes in plain strings are ordinary characters.</summary>
    public bool StandardConformingStrings { get; init; } = true;

    /// <summary>Called for notices such as truncated identifiers; null drops them.</summary>
    public Action<SqlNotice>? Notice { get; init; }
}
