namespace Strata.Engine.Sessions;

/// <summary>What a session does, for <c>pg_stat_activity</c>. Written by the session's thread, read by others: a reader may see values of two moments. Times are microseconds since 2000-01-01 UTC.</summary>
internal sealed class SessionActivity(long startedAt)
{
    public long StartedAt { get; } = startedAt;

    /// <summary>The statement that runs, or ran last.</summary>
    public string Query { get; private set; } = "";

    public long QueryStartedAt { get; private set; }

    public long StateChangedAt { get; private set; } = startedAt;

    /// <summary>As <c>pg_stat_activity.state</c> names it.</summary>
    public string State { get; private set; } = "idle";

    public void Begin(string query, long now)
    {
        Query = query;
        QueryStartedAt = now;
        StateChangedAt = now;
        State = "active";
    }

    public void End(TransactionStatus status, long now)
    {
        StateChangedAt = now;
        State = status switch
        {
            TransactionStatus.InTransaction => "idle in transaction",
            TransactionStatus.Failed => "idle in transaction (aborted)",
            _ => "idle",
        };
    }
}
