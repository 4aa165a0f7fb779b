using Strata.Engine.Storage;
using Strata.Engine.Types;
using Strata.Sql;

namespace Strata.Engine.Sessions;

/// <summary>Turns exceptions into what the client is told.</summary>
internal static class Diagnostics
{
    /// <summary>The ErrorResponse for an exception; <paramref name="text"/> is the statement's text, for positions of syntax errors.</summary>
    public static Diagnostic From(Exception error, string text, CancelReason reason) => error switch
    {
        SqlException sql => new Diagnostic
        {
            Severity = sql.IsFatal || sql.State == SqlState.TransactionResolutionUnknown ? "FATAL" : "ERROR",
            SqlState = sql.State.Code,
            Message = sql.Message,
            Detail = sql.Detail,
            Hint = sql.Hint,
            Position = sql.Position,
            InternalPosition = sql.InternalPosition,
            InternalQuery = sql.InternalQuery,
            Where = sql.Where,
            SchemaName = sql.SchemaName,
            TableName = sql.TableName,
            ColumnName = sql.ColumnName,
            DataTypeName = sql.DataTypeName,
            ConstraintName = sql.ConstraintName,
            Routine = sql.Routine,
        },
        SqlSyntaxException syntax => new Diagnostic
        {
            Severity = "ERROR",
            SqlState = syntax.SqlState,
            Message = syntax.Message,
            Detail = syntax.Detail,
            Hint = syntax.Hint,
            Position = syntax.Position,
        },
        OperationCanceledException => Cancelled(reason),
        LostTermException => new Diagnostic
        {
            Severity = "FATAL",
            SqlState = SqlState.AdminShutdown.Code,
            Message = "terminating connection because another compute has taken over",
        },
        OutOfMemoryException => new Diagnostic { Severity = "ERROR", SqlState = SqlState.OutOfMemory.Code, Message = "out of memory" },
        _ => new Diagnostic { Severity = "ERROR", SqlState = SqlState.InternalError.Code, Message = $"internal error: {error.GetType().Name}: {error.Message}" },
    };

    /// <summary>Whether an exception is a bug of the engine's: its stack belongs in the server's log.</summary>
    public static bool IsInternal(Exception error) =>
        error is not (SqlException or SqlSyntaxException or OperationCanceledException or LostTermException or OutOfMemoryException or IOException);

    /// <summary>What a client hears whose session can't go on after a bug.</summary>
    public static Diagnostic Unrecoverable() => new() { Severity = "FATAL", SqlState = SqlState.InternalError.Code, Message = "terminating connection because of an internal error" };

    private static Diagnostic Cancelled(CancelReason reason) => reason switch
    {
        CancelReason.StatementTimeout => new Diagnostic { Severity = "ERROR", SqlState = SqlState.QueryCanceled.Code, Message = "canceling statement due to statement timeout" },
        CancelReason.Termination => new Diagnostic { Severity = "FATAL", SqlState = SqlState.AdminShutdown.Code, Message = "terminating connection due to administrator command" },
        CancelReason.ClientGone => new Diagnostic { Severity = "FATAL", SqlState = SqlState.ConnectionFailure.Code, Message = "connection to client lost" },
        _ => new Diagnostic { Severity = "ERROR", SqlState = SqlState.QueryCanceled.Code, Message = "canceling statement due to user request" },
    };
}

/// <summary>Why a statement was cancelled.</summary>
internal enum CancelReason
{
    None,
    User,
    StatementTimeout,
    Termination,
    ClientGone,
}
