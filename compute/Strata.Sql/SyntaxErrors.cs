namespace Strata.Sql;

/// <summary>Builds PostgreSQL's scanner and grammar errors.</summary>
internal static class SyntaxErrors
{
    /// <summary><c>message at or near "text"</c>, or <c>message at end of input</c>.</summary>
    public static SqlSyntaxException Near(string sql, string message, int start, int end)
    {
        string full = start >= sql.Length
            ? message + " at end of input"
            : $"{message} at or near \"{sql[start..end]}\"";
        return new SqlSyntaxException(SqlStates.SyntaxError, full, SourcePosition.ToCharacter(sql, start));
    }

    /// <summary>An error with a message of its own.</summary>
    public static SqlSyntaxException At(
        string sql, string sqlState, string message, int offset, string? detail = null, string? hint = null) =>
        new(sqlState, message, SourcePosition.ToCharacter(sql, offset), detail, hint);
}
