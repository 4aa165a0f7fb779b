using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>
/// An expression kept in a catalog as SQL text (column default, check, index key or predicate). Names in it are resolved with
/// every object of <c>pg_catalog</c> first; relation and function names that are not visible there are stored qualified. Immutable; thread-safe.
/// </summary>
public sealed class CatalogExpression(string text)
{
    private Expression? _syntax;

    /// <summary>An expression as a statement has it, until it can be bound: its positions are the statement's.</summary>
    public static CatalogExpression Written(Expression syntax) => new(Sql.SqlDeparser.Deparse(syntax)) { _syntax = syntax, IsWritten = true };

    /// <summary>The syntax tree is a statement's own.</summary>
    public bool IsWritten { get; private init; }

    /// <summary>The next value of a sequence, by OID, so that renaming it changes nothing.</summary>
    public static string NextValue(uint sequenceOid) => $"nextval('{sequenceOid}'::regclass)";

    /// <summary>The text; <c>regclass</c> constants in it are OIDs, which <c>pg_get_expr</c> turns into names.</summary>
    public string Text { get; } = text;

    /// <summary>The syntax tree; parsed at the first use and kept. Two threads may both parse it: the trees are equal.</summary>
    public Expression Syntax => _syntax ??= CatalogParser.ParseExpression(Text);
}
