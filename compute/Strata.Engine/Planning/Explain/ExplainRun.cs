using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Functions;

namespace Strata.Engine.Planning.Explain;

/// <summary>What EXPLAIN shows a plan with.</summary>
/// <param name="Catalog">Names of objects.</param>
/// <param name="Path">Where names are looked up: what it finds stands without its schema.</param>
/// <param name="Functions">Settings for values.</param>
/// <param name="Execution">An execution that has run (<see cref="Physical.PhysicalPlan.CreateMeasured"/>); null for the plan alone.</param>
internal sealed record ExplainRun(CatalogView Catalog, SearchPath Path, IFunctionContext Functions, ExecutionInstance? Execution)
{
    public bool Verbose { get; init; }
    public bool Costs { get; init; } = true;
    public bool Timing { get; init; } = true;

    /// <summary>BUFFERS: pages and temporary blocks of each node.</summary>
    public bool Buffers { get; init; }

    /// <summary>WAL: what each node put into the log.</summary>
    public bool Wal { get; init; }
}
