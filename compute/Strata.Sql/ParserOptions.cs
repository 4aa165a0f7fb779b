namespace Strata.Sql;

/// <summary>Settings that change how text is read. Immutable.</summary>
public sealed record ParserOptions
{
    /// <summary>PostgreSQL's defaults.</summary>
    public static ParserOptions Default { get; } = new();

    /// <summary><c>standard_conforming_strings</c>: backslashes in plain strings are ordinary characters.</summary>
    public bool StandardConformingStrings { get; init; } = true;

    /// <summary>
    /// A condition in parentheses stays an operand of its own. In what users write, the one on the left of AND or OR becomes part of it, as in PostgreSQL; what is stored has been through that already.
    /// </summary>
    public bool KeepsNestedConditions { get; init; }

    /// <summary>Called for notices such as truncated identifiers; null drops them.</summary>
    public Action<SqlNotice>? Notice { get; init; }
}
