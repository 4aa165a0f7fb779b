namespace Strata.Engine.Planning;

/// <summary>Ways to run part of a query that a session can turn off: PostgreSQL's <c>enable_*</c> settings.</summary>
[Flags]
public enum PlannerMethods
{
    None = 0,
    SeqScan = 1,
    IndexScan = 2,
    IndexOnlyScan = 4,
    BitmapScan = 8,
    HashJoin = 16,
    MergeJoin = 32,
    NestedLoop = 64,
    Material = 128,
    Memoize = 256,
    Sort = 512,
    IncrementalSort = 1024,
    HashAggregate = 2048,

    /// <summary>Correlated subqueries as joins (<c>strata.enable_unnesting</c>).</summary>
    Unnesting = 4096,

    /// <summary>Joins that change their algorithm while they run (<c>strata.enable_adaptive_joins</c>).</summary>
    Adaptive = 8192,
}
