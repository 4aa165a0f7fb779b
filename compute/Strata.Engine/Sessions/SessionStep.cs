namespace Strata.Engine.Sessions;

/// <summary>How a call into a session ended. Whatever the client must hear was said through <see cref="ISessionOutput"/>.</summary>
public enum SessionStep
{
    /// <summary>Done. After a simple query: send ReadyForQuery.</summary>
    Completed,

    /// <summary>A COPY FROM STDIN began: feed CopyData / CopyDone / CopyFail, whose result says when the query is completed.</summary>
    NeedsCopyData,

    /// <summary>An error was reported. Extended protocol: skip messages until Sync. Simple protocol: send ReadyForQuery.</summary>
    Failed,

    /// <summary>A fatal error was reported: close the connection.</summary>
    Closed,
}
