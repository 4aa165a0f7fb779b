namespace Strata.Engine.Storage.Vacuum;

/// <summary>When a table is worth vacuuming or analyzing: PostgreSQL's settings and defaults, changed per table by its storage parameters.</summary>
public sealed record AutovacuumThresholds
{
    public static AutovacuumThresholds Default { get; } = new();

    /// <summary><c>autovacuum_enabled</c></summary>
    public bool Enabled { get; init; } = true;

    /// <summary><c>autovacuum_vacuum_threshold</c>, rows.</summary>
    public double VacuumRows { get; init; } = 50;

    /// <summary><c>autovacuum_vacuum_scale_factor</c>, fraction of the table's rows.</summary>
    public double VacuumFraction { get; init; } = 0.2;

    /// <summary><c>autovacuum_vacuum_insert_threshold</c>, rows; negative: inserts never cause a vacuum.</summary>
    public double InsertRows { get; init; } = 1000;

    /// <summary><c>autovacuum_vacuum_insert_scale_factor</c>, fraction of the table's rows.</summary>
    public double InsertFraction { get; init; } = 0.2;

    /// <summary><c>autovacuum_analyze_threshold</c>, rows.</summary>
    public double AnalyzeRows { get; init; } = 50;

    /// <summary><c>autovacuum_analyze_scale_factor</c>, fraction of the table's rows.</summary>
    public double AnalyzeFraction { get; init; } = 0.1;

    /// <summary>Whether a table of <paramref name="rows"/> rows needs a vacuum.</summary>
    public bool NeedsVacuum(TableActivity activity, double rows) => Enabled &&
        (activity.DeadSinceVacuum > VacuumRows + VacuumFraction * Math.Max(rows, 0) ||
        (InsertRows >= 0 && activity.InsertedSinceVacuum > InsertRows + InsertFraction * Math.Max(rows, 0)));

    /// <summary>Whether a table of <paramref name="rows"/> rows needs new statistics.</summary>
    public bool NeedsAnalyze(TableActivity activity, double rows) =>
        Enabled && activity.ChangedSinceAnalyze > AnalyzeRows + AnalyzeFraction * Math.Max(rows, 0);
}
