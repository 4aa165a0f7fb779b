using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Parses SQL text that the catalogs hold. Whatever a session's settings are, strings in it follow the standard.</summary>
internal static class CatalogParser
{
    private static readonly ParserOptions s_options = new() { KeepsNestedConditions = true };

    public static Expression ParseExpression(string text) => SqlParser.ParseExpression(text, s_options);

    public static Statement ParseStatement(string text) => SqlParser.ParseStatement(text, s_options);
}
