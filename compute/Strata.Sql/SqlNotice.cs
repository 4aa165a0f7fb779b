namespace Strata.Sql;

/// <summary>A notice or warning raised while reading SQL text.</summary>
/// <param name="IsWarning">WARNING rather than NOTICE.</param>
/// <param name="SqlState">Five-character SQLSTATE.</param>
/// <param name="Message">PostgreSQL's message.</param>
/// <param name="Position">Position in characters from 1, or 0.</param>
/// <param name="Hint">HINT line, or null.</param>
public readonly record struct SqlNotice(bool IsWarning, string SqlState, string Message, int Position, string? Hint = null);
