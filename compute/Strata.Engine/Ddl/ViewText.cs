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
        CheckParses(query, statement.Query);
        if (statement.Columns.IsEmpty)
            return query;
        string names = string.Join(", ", statement.Columns.AsSpan().ToArray().Select(TypeNames.QuoteIdentifier));
        return $"SELECT * FROM ({query}) AS v({names})";
    }

    // The text must mean the same tree, or the view would be another one tomorrow.
    private static void CheckParses(string query, SelectStatement expected)
    {
        try
        {
            if (CatalogParser.ParseStatement(query).Equals(expected))
                return;
        }
        catch (SqlSyntaxException)
        {
            // The slice is no statement of its own: a query in parentheses.
        }

        throw new SqlException(SqlState.FeatureNotSupported, "a view's query in parentheses is not supported yet");
    }
}
