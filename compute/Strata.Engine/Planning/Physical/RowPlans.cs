using Strata.Engine.Execution;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>Base of nodes with one input.</summary>
internal abstract class UnaryPlan : PhysicalNode
{
    public required PhysicalNode Input { get; init; }

    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>Computes columns.</summary>
internal sealed class ProjectPlan : UnaryPlan
{
    /// <summary>Slot of the input for columns passed on, else -1.</summary>
    public required int[] Passed { get; init; }

    /// <summary>Expressions of computed columns, null for passed ones.</summary>
    public required CompiledExpression?[] Computed { get; init; }

    public override string Name => "Result";

    public override Operator CreateOperator(InstanceBuilder builder) => new ProjectOperator(
        builder.State, builder.Create(Input), Passed, Computed.Select(expression => expression?.CreateInstance()).ToArray());
}

/// <summary>Filters.</summary>
internal sealed class FilterPlan : UnaryPlan
{
    public required CompiledExpression Condition { get; init; }

    public required IReadOnlyList<Expression> Conditions { get; init; }

    public override string Name => "Filter";

    public override void Describe(PlanDescription description) => description.Add("Filter", Conditions);

    public override Operator CreateOperator(InstanceBuilder builder) =>
        new FilterOperator(builder.State, builder.Create(Input), Condition.CreateInstance());
}

/// <summary>LIMIT and OFFSET.</summary>
internal sealed class LimitPlan : UnaryPlan
{
    public required CompiledExpression? Limit { get; init; }

    public required CompiledExpression? Offset { get; init; }

    public KeyColumn[]? Ties { get; init; }

    public override string Name => "Limit";

    public override Operator CreateOperator(InstanceBuilder builder) => new LimitOperator(
        builder.State, builder.Create(Input), Limit?.CreateInstance(), Offset?.CreateInstance(), Ties is null ? null : new KeyBuilder(Ties));
}

/// <summary>Sorts.</summary>
internal sealed class SortPlan : UnaryPlan
{
    public required KeyColumn[] Keys { get; init; }

    public required IReadOnlyList<SortKey> SortKeys { get; init; }

    /// <summary>Limit and offset above: only so many rows are needed.</summary>
    public CompiledExpression? BoundLimit { get; init; }

    public CompiledExpression? BoundOffset { get; init; }

    public override string Name => "Sort";

    public override void Describe(PlanDescription description) => description.Add("Sort Key", SortKeys);

    public override Operator CreateOperator(InstanceBuilder builder) => new SortOperator(
        builder.State, GatheredInput.Create(builder, Input, GatheredScan), builder.TypesOf(this), new KeyBuilder(Keys), BoundOf(builder, BoundLimit, BoundOffset));

    /// <summary>The scan whose blocks several threads may share, or null.</summary>
    public SeqScanPlan? GatheredScan { get; set; }

    /// <summary>How many rows a limit and an offset above need, asked when the sort begins; null without a limit.</summary>
    internal static Func<long>? BoundOf(InstanceBuilder builder, CompiledExpression? boundLimit, CompiledExpression? boundOffset)
    {
        if (boundLimit is null)
            return null;
        ExpressionInstance limit = boundLimit.CreateInstance();
        ExpressionInstance? offset = boundOffset?.CreateInstance();
        EvaluationContext context = builder.State.Evaluation;
        return () => Evaluate(limit, context, long.MaxValue) is var rows && rows == long.MaxValue
            ? long.MaxValue
            : rows + (offset is null ? 0 : Evaluate(offset, context, 0));
    }

    private static long Evaluate(ExpressionInstance expression, EvaluationContext context, long absent)
    {
        Datum value = expression.EvaluateScalar(context);
        return value.IsNull ? absent : Math.Max(0, value.Get<long>());
    }
}

/// <summary>Drops rows with equal keys.</summary>
internal sealed class DistinctPlan : UnaryPlan
{
    public required KeyColumn[] Keys { get; init; }

    public required bool IsSorted { get; init; }

    public override string Name => IsSorted ? "Unique" : "HashAggregate";

    public override Operator CreateOperator(InstanceBuilder builder) =>
        new DistinctOperator(builder.State, builder.Create(Input), builder.TypesOf(this), new KeyBuilder(Keys), IsSorted);
}

/// <summary>One aggregate of an <see cref="AggregatePlan"/>.</summary>
internal sealed record AggregateCallPlan(
    AggregateFunction Function, CompiledExpression[] Arguments, int ArgumentCount, CompiledExpression? Filter, bool IsDistinct, KeyColumn[] Order)
{
    /// <summary>It takes every row, as it comes.</summary>
    public bool IsPlain => Filter is null && !IsDistinct && Order.Length == 0;
}

/// <summary>Groups and aggregates.</summary>
internal sealed class AggregatePlan : UnaryPlan
{
    public required int[] GroupSlots { get; init; }

    public required IReadOnlyList<AggregateCallPlan> Calls { get; init; }

    /// <summary>The input comes in the order of the groups, and so do these.</summary>
    public bool IsSorted => Ordering.Count > 0;

    public override string Name => GroupSlots.Length == 0 ? "Aggregate" : IsSorted ? "GroupAggregate" : "HashAggregate";

    public override void Describe(PlanDescription description)
    {
        if (GroupSlots.Length > 0)
            description.Add("Group Key", GroupSlots.Select(slot => new SortKey(Input.Columns[slot], false, false)).ToArray());
    }

    /// <summary>The scan whose blocks threads with groups of their own may share, or null.</summary>
    public SeqScanPlan? DrivingScan { get; set; }

    /// <summary>The scan whose blocks several threads may share while one makes the groups, or null.</summary>
    public SeqScanPlan? GatheredScan { get; set; }

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        if (IsSorted)
        {
            var runs = new GroupRunInput(builder.Create(Input), GroupSlots);
            return new SortedAggregateOperator(runs, Create(builder, runs));
        }

        if (DrivingScan is null || builder.Group is not null || builder.IsMeasured || builder.State.Services.Workers is null)
            return Create(builder);
        var group = new ParallelGroup(DrivingScan);
        builder.Group = group;
        AggregateOperator leader = Create(builder);
        builder.Group = null;
        return new ParallelAggregateOperator(builder.State, leader, group, () =>
        {
            var state = new ExecutionState(builder.State.Services, builder.Plan.SharedRowCount) { Memory = builder.State.Memory };
            state.Evaluation.Host = state;
            var copy = new InstanceBuilder(state, builder.Plan, withStatistics: false) { Parent = builder, Group = group };
            state.Builder = copy;
            return new ParallelHelper(state, Create(copy, isHelper: true));
        });
    }

    /// <summary>An earlier call over the same values whose state serves this one too, or -1.</summary>
    private int SharedWith(int call)
    {
        AggregateCallPlan own = Calls[call];
        for (int i = 0; i < call; i++)
        {
            AggregateCallPlan other = Calls[i];
            if (own.Function.SharesStateWith(other.Function) && own.IsPlain && other.IsPlain && own.Arguments.Length == other.Arguments.Length
                && own.Arguments.Zip(other.Arguments).All(static pair => pair.First.Expression.Equals(pair.Second.Expression) && !pair.First.Expression.IsVolatile))
                return SharedWith(i) is >= 0 and var first ? first : i;
        }

        return -1;
    }

    private AggregateOperator Create(InstanceBuilder builder, bool isHelper = false) => Create(builder, GatheredInput.Create(builder, Input, GatheredScan), isHelper);

    private AggregateOperator Create(InstanceBuilder builder, Operator input, bool isHelper = false)
    {
        var tasks = new AggregateTask[Calls.Count];
        for (int i = 0; i < tasks.Length; i++)
        {
            AggregateCallPlan call = Calls[i];
            tasks[i] = new AggregateTask(
                call.Function, InstanceBuilder.Instances(call.Arguments), call.ArgumentCount, call.Filter?.CreateInstance(), call.IsDistinct, call.Order)
            { SharedWith = SharedWith(i) };
        }

        SqlType[] groupTypes = builder.TypesOf(GroupSlots.Select(slot => Input.Columns[slot]).ToArray());
        return new AggregateOperator(builder.State, input, builder.TypesOf(Input), GroupSlots, groupTypes, tasks) { IsHelper = isHelper };
    }
}

/// <summary>Set-returning calls in a target list.</summary>
internal sealed class ProjectSetPlan : UnaryPlan
{
    public required int[] Passed { get; init; }

    public required IReadOnlyList<SetCallPlan> Calls { get; init; }

    public override string Name => "ProjectSet";

    public override Operator CreateOperator(InstanceBuilder builder) => new ProjectSetOperator(
        builder.State, builder.Create(Input), Passed, Calls.Select(call => call.Create()).ToArray(), builder.TypesOf(this));
}

/// <summary>Keeps rows for rescans.</summary>
internal sealed class MaterializePlan : UnaryPlan
{
    public override string Name => "Materialize";

    public override Operator CreateOperator(InstanceBuilder builder) =>
        new MaterializeOperator(builder.State, builder.Create(Input), builder.TypesOf(this));
}

/// <summary>UNION ALL.</summary>
internal sealed class AppendPlan : PhysicalNode
{
    public required IReadOnlyList<PhysicalNode> Parts { get; init; }

    public override string Name => "Append";

    public override IReadOnlyList<PhysicalNode> Inputs => Parts;

    public override Operator CreateOperator(InstanceBuilder builder) => new AppendOperator(Parts.Select(builder.Create).ToArray());
}

/// <summary>INTERSECT and EXCEPT.</summary>
internal sealed class SetOperationPlan : PhysicalNode
{
    public required PhysicalNode Left { get; init; }

    public required PhysicalNode Right { get; init; }

    public required bool IsIntersect { get; init; }

    public required bool IsAll { get; init; }

    public override string Name => $"HashSetOp {(IsIntersect ? "Intersect" : "Except")}{(IsAll ? " All" : "")}";

    public override IReadOnlyList<PhysicalNode> Inputs => [Left, Right];

    public override Operator CreateOperator(InstanceBuilder builder) => new SetOperationOperator(
        builder.State, builder.Create(Left), builder.Create(Right), builder.TypesOf(this),
        new KeyBuilder(Enumerable.Range(0, Columns.Count).Select(slot => new KeyColumn(slot)).ToArray()), IsIntersect, IsAll);
}

/// <summary>A query with WITH items that are computed once.</summary>
internal sealed class WithPlan : PhysicalNode
{
    public required IReadOnlyList<(int Cte, string Name, PhysicalNode Plan)> Items { get; init; }

    public required PhysicalNode Body { get; init; }

    public override string Name => Body.Name;

    public override IReadOnlyList<PhysicalNode> Inputs => [Body];

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        // The rows stay those of the main run.
        if (builder.IsRecheck)
            return builder.Create(Body);
        foreach ((int cte, string _, PhysicalNode plan) in Items)
        {
            builder.State.Shared[cte] ??= new SharedRows(builder.State, new SpillableRows(builder.State, builder.TypesOf(plan), "tuplestore")) { Source = builder.Create(plan) };
        }

        return new WithOperator(builder.State, Items.Select(item => item.Cte).ToArray(), builder.Create(Body));
    }
}

/// <summary>WITH RECURSIVE.</summary>
internal sealed class RecursiveUnionPlan : PhysicalNode
{
    public required int Cte { get; init; }

    public required PhysicalNode Start { get; init; }

    public required PhysicalNode Step { get; init; }

    public required bool IsAll { get; init; }

    public required int WorkTable { get; init; }

    public override string Name => "Recursive Union";

    public override IReadOnlyList<PhysicalNode> Inputs => [Start, Step];

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        SqlType[] types = builder.TypesOf(this);
        builder.State.Shared[WorkTable] ??= new SharedRows(builder.State, new SpillableRows(builder.State, types, "tuplestore"));
        KeyBuilder? distinct = IsAll ? null : new KeyBuilder(Enumerable.Range(0, Columns.Count).Select(slot => new KeyColumn(slot)).ToArray());
        return new RecursiveUnionOperator(builder.State, WorkTable, builder.Create(Start), builder.Create(Step), types, distinct);
    }
}
