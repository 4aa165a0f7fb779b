namespace Strata.Engine.Storage.Vacuum;

/// <summary>A table that autovacuum looks at.</summary>
/// <param name="Database">The table's database.</param>
/// <param name="Oid">The table.</param>
/// <param name="Storage">Its heap.</param>
/// <param name="Rows">Rows as last estimated (<c>reltuples</c>), negative when never.</param>
/// <param name="Thresholds">When it needs maintenance.</param>
public readonly record struct AutovacuumTable(uint Database, uint Oid, ulong Storage, double Rows, AutovacuumThresholds Thresholds);
