namespace Strata.Engine.Storage.Vacuum;

/// <summary>What autovacuum needs of the catalog. Called from autovacuum's thread.</summary>
public interface IAutovacuumTables
{
    /// <summary>Adds the tables of all databases that are open.</summary>
    void List(List<AutovacuumTable> tables);

    /// <summary>
    /// Vacuums and analyzes a table in a transaction of its own, as the commands do, with <paramref name="throttle"/> between pages. False when the table is gone or somebody holds a lock
    /// that conflicts: autovacuum never waits for a lock, and nobody waits for autovacuum for long.
    /// </summary>
    bool Maintain(in AutovacuumTable table, bool vacuum, bool analyze, Action throttle, CancellationToken cancellation);
}
