using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Functions;

namespace Strata.Engine.Planning;

/// <summary>What statements are planned with. Immutable.</summary>
public sealed class PlanningContext
{
    /// <summary>The catalog that the statement was bound against.</summary>
    public required CatalogView Catalog { get; init; }

    /// <summary>Settings and services for constant folding and internal statements.</summary>
    public required IFunctionContext Functions { get; init; }

    /// <summary>What executions of the plan work with.</summary>
    public required ExecutionServices Services { get; init; }

    /// <summary>Which methods the session allows.</summary>
    public PlannerSettings Settings { get; init; } = PlannerSettings.Default;

    /// <summary>Values of the statement's parameters that estimates may look at; null: they are unknown.</summary>
    internal Estimation.ParameterPeek? Peek { get; init; }

    /// <summary>Whether a plan may read an index: it is valid, and has all that the transaction's snapshot sees.</summary>
    public bool MayUse(IndexInfo index) => index.IsValid && (Settings.OldSnapshot.IsZero || Services.Storage.Transactions.IndexBirths.IsComplete(index.Storage, Settings.OldSnapshot));
}
