namespace Strata.Sql;

/// <summary>An error in SQL text, with PostgreSQL's message and SQLSTATE.</summary>
public sealed class SqlSyntaxException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="sqlState">Five-character SQLSTATE.</param>
    /// <param name="message">PostgreSQL's primary message.</param>
    /// <param name="position">Position in characters from 1, or 0 if the message has none.</param>
    /// <param name="detail">DETAIL line.</param>
    /// <param name="hint">HINT line.</param>
    public SqlSyntaxException(string sqlState, string message, int position, string? detail = null, string? hint = null)
        : base(message)
    {
        SqlState = sqlState;
        Position = position;
        Detail = detail;
        Hint = hint;
    }

    /// <summary>Five-character SQLSTATE.</summary>
    public string SqlState { get; }

    /// <summary>Position in characters (not bytes or UTF-16 units) from 1; 0 if there is none. This is the P field of the wire protocol.</summary>
    public int Position { get; }

    /// <summary>DETAIL line, or null.</summary>
    public string? Detail { get; }

    /// <summary>HINT line, or null.</summary>
    public string? Hint { get; }
}
