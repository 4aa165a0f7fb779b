namespace Strata.Engine.Types;

/// <summary>Output form of intervals: the setting of this name.</summary>
public enum IntervalStyle : byte
{
    Postgres,
    PostgresVerbose,
    SqlStandard,
    Iso8601,
}
