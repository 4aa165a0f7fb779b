using Strata.Engine.Execution;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Physical;

/// <summary>Base of joins.</summary>
internal abstract class JoinPlan : PhysicalNode
{
    public required JoinType Type { get; init; }

    public required PhysicalNode Left { get; init; }

    public required PhysicalNode Right { get; init; }

    public override IReadOnlyList<PhysicalNode> Inputs => [Left, Right];

    protected string TypeName(string method) => Type switch
    {
        JoinType.Inner => method == "Nested Loop" ? method : $"{method} Join",
        _ => $"{method} {Type} Join",
    };
}

/// <summary>Hash join: the right input is hashed.</summary>
internal sealed class HashJoinPlan : JoinPlan
{
    /// <summary>Key slots of the left input (extended by computed keys when needed).</summary>
    public required KeyColumn[] LeftKeys { get; init; }

    public required KeyColumn[] RightKeys { get; init; }

    public CompiledExpression? Residual { get; init; }

    public required IReadOnlyList<Expression> KeyConditions { get; init; }

    public IReadOnlyList<Expression> ResidualConditions { get; init; } = [];

    public override string Name => TypeName("Hash");

    public override void Describe(PlanDescription description)
    {
        description.Add("Hash Cond", KeyConditions);
        if (ResidualConditions.Count > 0)
            description.Add("Join Filter", ResidualConditions);
    }

    /// <summary>Left and right columns that the pairs show: the output, and what the residual condition reads.</summary>
    public required IReadOnlyList<int> LeftOutput { get; init; }

    public required IReadOnlyList<int> RightOutput { get; init; }

    /// <summary>Left columns that only the residual condition of a semi or anti join reads.</summary>
    public IReadOnlyList<int> LeftResidual { get; init; } = [];

    /// <summary>Keys that are null on both sides match.</summary>
    public bool MatchesNulls { get; init; }

    /// <summary>The scan below the built side whose blocks several threads may share, or null.</summary>
    public SeqScanPlan? GatheredScan { get; set; }

    /// <summary>How the left rows are found when the right side has few; null: by reading the left side.</summary>
    public IndexAlternative? Alternative { get; set; }

    /// <summary>Rows of the right side from which on the sides may change; 0: never.</summary>
    public long SwitchRowsMin { get; set; }

    /// <summary>Keys, and the numbers of the filters on them that scans on the left side use.</summary>
    public List<(int Key, int Filter)> RuntimeFilters { get; } = [];

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        Operator left = builder.Create(Left);
        ParallelGroup? group = builder.Group;
        JoinHashTable? shared = group?.TableOf(this);
        // What lies below the built side is nobody's to share.
        builder.Group = null;
        Operator? right = shared is null ? GatheredInput.Create(builder, Right, GatheredScan) : null;
        builder.Group = group;
        var columns = new HashJoinColumns(
            Array.ConvertAll(LeftKeys, key => key.Slot), Array.ConvertAll(RightKeys, key => key.Slot), LeftOutput.Select(Left.SlotOf).ToArray(),
            RightOutput.Select(Right.SlotOf).ToArray(), LeftResidual.Select(Left.SlotOf).ToArray());
        var join = new HashJoinOperator(
            builder.State, Type, left, right, columns, Residual?.CreateInstance(),
            [.. RuntimeFilters.Select(filter => (filter.Key, builder.RuntimeFilter(filter.Filter)))], builder.TypesOf(Left), builder.TypesOf(Right), shared, MatchesNulls)
        {
            Spilled = group is null ? null : group.MakeSerial,
        };
        if (shared is null)
            group?.Publish(this, join.Table);
        if (shared is null && Alternative is not null && !builder.IsRecheck)
            join.Alternative = Alternative;
        if (SwitchRowsMin > 0 && group is null)
            join.Switch = new JoinSwitch(builder.State, join.Memory, left, right!, columns, builder.TypesOf(Left), builder.TypesOf(Right), SwitchRowsMin);
        return join;
    }
}

/// <summary>Nested loop: the right input runs once per left row.</summary>
internal sealed class NestedLoopPlan : JoinPlan
{
    /// <summary>Left slots and the parameters that they set.</summary>
    public required IReadOnlyList<(int Slot, int Parameter)> Parameters { get; init; }

    public CompiledExpression? Condition { get; init; }

    public IReadOnlyList<Expression> Conditions { get; init; } = [];

    /// <summary>What goes on with the left rows when they are many; null: the loop does.</summary>
    public HashAlternative? Alternative { get; set; }

    public override string Name => TypeName("Nested Loop");

    public override void Describe(PlanDescription description)
    {
        if (Conditions.Count > 0)
            description.Add("Join Filter", Conditions);
    }

    public override Operator CreateOperator(InstanceBuilder builder) => new NestedLoopOperator(
        builder.State, Type, builder.Create(Left), builder.Create(Right),
        Parameters.Select(parameter => new OuterParameter(parameter.Slot, parameter.Parameter)).ToArray(), Condition?.CreateInstance(),
        builder.TypesOf(Left), builder.TypesOf(Right))
    {
        Inner = builder.StatisticsOf(Right),
        Alternative = builder.IsRecheck ? null : Alternative,
    };
}
