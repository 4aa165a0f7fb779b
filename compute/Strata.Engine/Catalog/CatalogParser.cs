using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Parses SQL text that the catalogs hold. Whatever a session's settings are, strings in it follow the standard.</summary>
internal static class CatalogParser
{
    public static Expression ParseExpression(string text) => SqlParser.ParseExpression(text);

    public static Statement ParseStatement(string text) => SqlParser.ParseStatement(text);
}
