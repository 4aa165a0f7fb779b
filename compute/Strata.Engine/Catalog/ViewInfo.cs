using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Definition of a view, kept as SQL text. Immutable; thread-safe.</summary>
public sealed class ViewInfo(string text)
{
    private Statement? _query;

    /// <summary>The SELECT, without a semicolon.</summary>
    public string Text { get; } = text;

    /// <summary>OID of the <c>pg_rewrite</c> row of the view's rule; 0 for built-in views.</summary>
    public uint RuleOid { get; init; }

    /// <summary>Schemas in which the names of the text were found when the view was made, in order; empty for built-in views.</summary>
    public uint[] SearchPath { get; init; } = [];

    /// <summary>The text has every name in full (<see cref="Deparsing.StoredDefinitions"/>): it can be bound whatever the path is.</summary>
    public bool IsCanonical => SearchPath is [CatalogOids.CatalogSchema];

    /// <summary>The SELECT's tree; parsed at the first use and kept.</summary>
    public Statement Query => _query ??= CatalogParser.ParseStatement(Text);
}
