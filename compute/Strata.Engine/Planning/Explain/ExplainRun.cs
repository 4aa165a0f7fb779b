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

    /// <summary>Pages that the statement found in the pool and read, and temporary blocks; null without BUFFERS.</summary>
    public ExplainBuffers? Buffers { get; init; }
}

/// <summary>Pages used by a statement.</summary>
/// <param name="Read">Pages that were not in the pool and came from the page server.</param>
internal sealed record ExplainBuffers(long Read);
