namespace Strata.Engine.Sessions;

/// <summary>The fields of an ErrorResponse or NoticeResponse. Null fields are not sent.</summary>
public sealed record Diagnostic
{
    /// <summary>ERROR, FATAL, PANIC, WARNING, NOTICE, DEBUG, INFO or LOG.</summary>
    public required string Severity { get; init; }

    public required string SqlState { get; init; }
    public required string Message { get; init; }
    public string? Detail { get; init; }
    public string? Hint { get; init; }

    /// <summary>1-based character position in the statement; 0 for none.</summary>
    public int Position { get; init; }

    public int InternalPosition { get; init; }
    public string? InternalQuery { get; init; }
    public string? Where { get; init; }
    public string? SchemaName { get; init; }
    public string? TableName { get; init; }
    public string? ColumnName { get; init; }
    public string? DataTypeName { get; init; }
    public string? ConstraintName { get; init; }

    /// <summary>PostgreSQL's function that reports this error, where drivers tell errors apart by it.</summary>
    public string? Routine { get; init; }

    /// <summary>True when the connection must be closed after the message.</summary>
    public bool IsFatal => Severity is "FATAL" or "PANIC";
}
