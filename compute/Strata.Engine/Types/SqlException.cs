namespace Strata.Engine.Types;

/// <summary>
/// An error as the client sees it: SQLSTATE, PostgreSQL's message and the optional fields of ErrorResponse. Kernels do not throw
/// it: they report it to an <see cref="Vectors.ErrorSink"/>; binder, planner, sessions and operators throw it.
/// </summary>
public sealed class SqlException(SqlState state, string message, Exception? inner = null) : Exception(message, inner)
{
    public SqlState State { get; } = state;

    public string? Detail { get; init; }

    public string? Hint { get; init; }

    /// <summary>1-based character position in the statement's text; 0 when unknown.</summary>
    public int Position { get; set; }

    /// <summary>1-based position in <see cref="InternalQuery"/>; 0 when unknown.</summary>
    public int InternalPosition { get; set; }

    public string? InternalQuery { get; set; }

    /// <summary>CONTEXT lines, innermost first.</summary>
    public string? Where { get; set; }

    public string? SchemaName { get; init; }

    public string? TableName { get; init; }

    public string? ColumnName { get; init; }

    public string? DataTypeName { get; init; }

    public string? ConstraintName { get; init; }

    /// <summary>PostgreSQL's function that reports this error, where drivers tell errors apart by it; null otherwise.</summary>
    public string? Routine { get; init; }

    /// <summary>True when the session must end after this error is sent (FATAL).</summary>
    public bool IsFatal { get; init; }
}
