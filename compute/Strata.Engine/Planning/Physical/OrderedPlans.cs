using Strata.Engine.Execution;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>Sorts an input that comes in the order of its first keys.</summary>
internal sealed class IncrementalSortPlan : UnaryPlan
{
    public required KeyColumn[] Keys { get; init; }

    public required IReadOnlyList<SortKey> SortKeys { get; init; }

    /// <summary>How many of the keys the input is in order of.</summary>
    public required int PresortedCount { get; init; }

    /// <summary>Limit and offset above: only so many rows are needed.</summary>
    public CompiledExpression? BoundLimit { get; init; }

    public CompiledExpression? BoundOffset { get; init; }

    public override string Name => "Incremental Sort";

    public override void Describe(PlanDescription description)
    {
        description.Add("Sort Key", SortKeys);
        description.Add("Presorted Key", SortKeys.Take(PresortedCount).ToArray());
    }

    public override Operator CreateOperator(InstanceBuilder builder) => new IncrementalSortOperator(
        builder.State, builder.Create(Input), builder.TypesOf(this), new KeyBuilder(Keys), new KeyBuilder(Keys[..PresortedCount]),
        SortPlan.BoundOf(builder, BoundLimit, BoundOffset));
}

/// <summary>Remembers the rows of an inner side by its parameters.</summary>
internal sealed class MemoizePlan : UnaryPlan
{
    /// <summary>Executor parameters that the input reads, and the outer columns that they come from.</summary>
    public required IReadOnlyList<(int Parameter, int Column)> Parameters { get; init; }

    /// <summary>Only the first row of each run is ever asked for.</summary>
    public required bool IsSingleRow { get; init; }

    public override string Name => "Memoize";

    public override void Describe(PlanDescription description)
    {
        description.Add("Cache Key", Parameters.Select(static parameter => new SortKey(parameter.Column, false, false)).ToArray());
        description.Add("Cache Mode", "logical");
    }

    public override Operator CreateOperator(InstanceBuilder builder) => new MemoizeOperator(
        builder.State, builder.Create(Input), [.. Parameters.Select(static parameter => parameter.Parameter)],
        builder.TypesOf(this), IsSingleRow);
}

/// <summary>Merge join of two inputs in the order of their keys.</summary>
internal sealed class MergeJoinPlan : JoinPlan
{
    public required KeyColumn[] LeftKeys { get; init; }

    public required KeyColumn[] RightKeys { get; init; }

    public required IReadOnlyList<Expression> KeyConditions { get; init; }

    public override string Name => TypeName("Merge");

    public override void Describe(PlanDescription description) => description.Add("Merge Cond", KeyConditions);

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        SqlType[] left = builder.TypesOf(Left);
        SqlType[] right = builder.TypesOf(Right);
        return new MergeJoinOperator(
            builder.State, Type, builder.Create(Left), builder.Create(Right), new KeyBuilder(LeftKeys), new KeyBuilder(RightKeys), left, right);
    }
}
