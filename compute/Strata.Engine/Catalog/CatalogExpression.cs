using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>
/// An expression kept in a catalog as SQL text (column default, check, index key or predicate). Names in it are resolved with
/// every object of <c>pg_catalog</c> first; relation and function names that are not visible there are stored qualified. Immutable; thread-safe.
/// </summary>
public sealed class CatalogExpression(string text)
{
    private Expression? _syntax;

    /// <summary>The next value of a sequence, by OID, so that renaming it changes nothing.</summary>
    public static string NextValue(uint sequenceOid) => $"nextval('{sequenceOid}'::regclass)";

    /// <summary>The text; <c>regclass</c> constants in it are OIDs, which <c>pg_get_expr</c> turns into names.</summary>
    public string Text { get; } = text;

    /// <summary>The syntax tree; parsed at the first use and kept. Two threads may both parse it: the trees are equal.</summary>
    public Expression Syntax => _syntax ??= CatalogParser.ParseExpression(Text);
}
