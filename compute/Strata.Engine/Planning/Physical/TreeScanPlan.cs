using Strata.Engine.Execution;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;

namespace Strata.Engine.Planning.Physical;

/// <summary>Scans of the members of an inheritance tree, one after the other; of partitions only those that the values at hand leave.</summary>
internal sealed class TreeScanPlan : PhysicalNode
{
    public required IReadOnlyList<PhysicalNode> Parts { get; init; }

    /// <summary>Relations that <see cref="Parts"/> read.</summary>
    public required uint[] Oids { get; init; }

    /// <summary>Conditions that exclude partitions when the plan runs; null for none.</summary>
    public PartitionPruning? Pruning { get; init; }

    /// <summary>The values in them that are known only then.</summary>
    public required IReadOnlyDictionary<Expression, CompiledExpression> PruningValues { get; init; }

    public override string Name => Parts.Count == 0 ? "Result" : "Append";

    public override IReadOnlyList<PhysicalNode> Inputs => Parts;

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        Operator[] parts = Parts.Select(builder.Create).ToArray();
        return Pruning is null
            ? new AppendOperator(parts)
            : new PrunedAppendOperator(builder.State, parts, Oids, Pruning, PruningValues.ToDictionary(static pair => pair.Key, static pair => pair.Value.CreateInstance()));
    }
}
