namespace Strata.Engine.Statistics.Cumulative;

/// <summary>What is counted of a database: the argument behind <c>pg_stat_get_db_*</c>.</summary>
public enum DatabaseStatistic
{
    Backends,
    Commits,
    Rollbacks,
    BlocksFetched,
    BlocksHit,
    RowsReturned,
    RowsFetched,
    Inserted,
    Updated,
    Deleted,
    TemporaryFiles,
    TemporaryBytes,
    Deadlocks,
    Sessions,

    /// <summary>Sessions whose client went without a word.</summary>
    SessionsAbandoned,

    /// <summary>Sessions that ended by an error after which none can go on.</summary>
    SessionsFatal,

    /// <summary>Sessions that were terminated.</summary>
    SessionsKilled,

    /// <summary>Microseconds. So are the next two.</summary>
    SessionTime,
    ActiveTime,
    IdleInTransactionTime,

    /// <summary>When counting began, microseconds since 2000-01-01 UTC.</summary>
    ResetAt,
}
