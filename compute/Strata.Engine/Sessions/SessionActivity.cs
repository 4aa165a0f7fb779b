using Strata.Engine.Statistics.Cumulative;

namespace Strata.Engine.Sessions;

/// <summary>What a session does, for <c>pg_stat_activity</c>. Written by the session's thread, read by others: a reader may see values of two moments. Times are microseconds since 2000-01-01 UTC.</summary>
internal sealed class SessionActivity(long startedAt)
{
    private long _active;
    private long _idleInTransaction;

    public long StartedAt { get; } = startedAt;

    /// <summary>The statement that runs, or ran last.</summary>
    public string Query { get; private set; } = "";

    public long QueryStartedAt { get; private set; }

    public long StateChangedAt { get; private set; } = startedAt;

    /// <summary>As <c>pg_stat_activity.state</c> names it.</summary>
    public string State { get; private set; } = "idle";

    /// <summary>Microseconds of a session that is not over yet, in all, in statements, or idle in a transaction.</summary>
    public long Time(DatabaseStatistic item, long now) => item switch
    {
        DatabaseStatistic.SessionTime => now - StartedAt,
        DatabaseStatistic.ActiveTime => _active + (State == "active" ? now - StateChangedAt : 0),
        _ => _idleInTransaction + (IsIdleInTransaction ? now - StateChangedAt : 0),
    };

    private bool IsIdleInTransaction => State.StartsWith("idle in", StringComparison.Ordinal);

    public void Begin(string query, long now)
    {
        if (IsIdleInTransaction)
            _idleInTransaction += now - StateChangedAt;
        Query = query;
        QueryStartedAt = now;
        StateChangedAt = now;
        State = "active";
    }

    public void End(TransactionStatus status, long now)
    {
        if (State == "active")
            _active += now - StateChangedAt;
        StateChangedAt = now;
        State = status switch
        {
            TransactionStatus.InTransaction => "idle in transaction",
            TransactionStatus.Failed => "idle in transaction (aborted)",
            _ => "idle",
        };
    }
}
