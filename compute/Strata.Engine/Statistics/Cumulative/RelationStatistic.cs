namespace Strata.Engine.Statistics.Cumulative;

/// <summary>What is counted of a table or an index: the argument behind <c>pg_stat_get_*</c> of a relation.</summary>
public enum RelationStatistic
{
    /// <summary>Sequential scans of a table, scans of an index.</summary>
    Scans,

    /// <summary>Rows that sequential scans saw; entries that scans of an index returned.</summary>
    RowsReturned,

    /// <summary>Rows fetched by address.</summary>
    RowsFetched,
    Inserted,
    Updated,
    HotUpdated,
    Deleted,

    /// <summary>Live rows: as of the last vacuum or analyze, and what was committed since.</summary>
    Live,

    /// <summary>Row versions that vacuum would remove.</summary>
    Dead,
    ChangedSinceAnalyze,
    InsertedSinceVacuum,
    BlocksFetched,

    /// <summary>Pages that were in the buffer pool.</summary>
    BlocksHit,
    Vacuums,
    Autovacuums,
    Analyzes,
    Autoanalyzes,

    /// <summary>Microseconds since 2000-01-01 UTC; 0 for never. So are the next three.</summary>
    LastVacuum,
    LastAutovacuum,
    LastAnalyze,
    LastAutoanalyze,

    /// <summary>What the running transaction did so far. So are the next three.</summary>
    InsertedInTransaction,
    UpdatedInTransaction,
    HotUpdatedInTransaction,
    DeletedInTransaction,
}
