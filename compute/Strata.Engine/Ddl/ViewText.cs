using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>The text of a view's query as the catalog keeps it: the query as written, with a list of column names in front when CREATE VIEW gave one.</summary>
internal static class ViewText
{
    public static string Of(DdlContext context, CreateViewStatement statement, string own)
    {
        int start = context.StatementText.IndexOf(own, StringComparison.Ordinal);
        int begin = statement.Query.Position;
        string query = context.StatementText[begin..(Math.Max(start, 0) + own.Length)].Trim().TrimEnd(';').Trim();
        if (statement.CheckOption != ViewCheckOption.None)
            query = System.Text.RegularExpressions.Regex.Replace(
                query, @"\s+with\s+(cascaded\s+|local\s+)?check\s+option\s*$", "", System.Text.RegularExpressions.RegexOptions.IgnoreCase);
        return Of(query, statement.Query, statement.Columns);
    }

    /// <summary>The text of a query whose source is <paramref name="query"/>, with names for its columns.</summary>
    public static string Of(string query, SelectStatement tree, SyntaxList<string> columns)
    {
        if (!MeansTheSame(query, tree))
            query = SqlDeparser.Deparse(tree);
        if (columns.IsEmpty)
            return query;
        string names = string.Join(", ", columns.AsSpan().ToArray().Select(TypeNames.QuoteIdentifier));
        return $"SELECT * FROM ({query}) AS v({names})";
    }

    // The text must mean the same tree, or the view would be another one tomorrow: a slice may be no statement of its own (a query in parentheses).
    private static bool MeansTheSame(string query, SelectStatement expected)
    {
        try
        {
            return CatalogParser.ParseStatement(query).Equals(expected);
        }
        catch (SqlSyntaxException)
        {
            return false;
        }
    }
}
