using Strata.Engine.Execution;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Planning.Physical;

/// <summary>One window function of a <see cref="WindowPlan"/>.</summary>
internal sealed record WindowTaskPlan(
    WindowFunctionKind Kind, SqlType Type, AggregateFunction? Aggregate, int[] ArgumentSlots, int FilterSlot, FrameUnit Unit, FrameBoundKind Start,
    CompiledExpression? StartOffset, FrameBoundKind End, CompiledExpression? EndOffset, FrameExclusion Exclusion)
{
    /// <summary>RANGE with offsets.</summary>
    public WindowRangePlan? Range { get; init; }
}

/// <summary>RANGE with offsets of a <see cref="WindowTaskPlan"/>: slots of the input, -1 where a bound has no offset.</summary>
internal sealed record WindowRangePlan(int KeySlot, bool Descending, int StartSlot, int EndSlot, CompiledExpression? IsStartNegative, CompiledExpression? IsEndNegative);

/// <summary>Window functions over a sorted input.</summary>
internal sealed class WindowPlan : UnaryPlan
{
    public required KeyColumn[] Partition { get; init; }

    public required KeyColumn[] Order { get; init; }

    public required IReadOnlyList<WindowTaskPlan> Tasks { get; init; }

    public override string Name => "WindowAgg";

    public override Operator CreateOperator(InstanceBuilder builder) => new WindowOperator(
        builder.State, builder.Create(Input), builder.TypesOf(Input), new KeyBuilder(Partition), new KeyBuilder(Order),
        Tasks.Select(task => new WindowTask(
            task.Kind, task.Type, task.Aggregate, task.ArgumentSlots, task.FilterSlot, task.Unit, task.Start, task.StartOffset?.CreateInstance(),
            task.End, task.EndOffset?.CreateInstance(), task.Exclusion)
        {
            Range = task.Range is not { } range ? null : new WindowRange(
                range.KeySlot, range.Descending, range.StartSlot, range.EndSlot, range.IsStartNegative?.CreateInstance(), range.IsEndNegative?.CreateInstance()),
        }).ToArray());
}
