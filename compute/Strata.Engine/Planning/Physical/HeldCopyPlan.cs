using Strata.Engine.Execution;
using Strata.Engine.Execution.Operators;

namespace Strata.Engine.Planning.Physical;

/// <summary>Passes rows on, and gives one of them again while a row is re-checked. EXPLAIN does not show it.</summary>
internal sealed class HeldCopyPlan : UnaryPlan
{
    /// <summary>Number of the copy.</summary>
    public required int Number { get; init; }

    public override string Name => Input.Name;

    // Rows are given again by operators of the re-check only: the main run needs nothing in between.
    public override Operator CreateOperator(InstanceBuilder builder) =>
        builder.IsRecheck ? new HeldCopyOperator(builder.State, Number, builder.TypesOf(this)) : builder.Create(Input);
}
