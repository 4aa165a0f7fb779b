using Strata.Engine.Execution;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Physical;

/// <summary>TABLESAMPLE over a scan.</summary>
internal sealed class SamplePlan : UnaryPlan
{
    public required int CtidSlot { get; init; }

    public required bool IsSystem { get; init; }

    public required CompiledExpression Percentage { get; init; }

    public required CompiledExpression? Seed { get; init; }

    public override string Name => IsSystem ? "Sample (system)" : "Sample (bernoulli)";

    public override Operator CreateOperator(InstanceBuilder builder) =>
        new SampleOperator(builder.State, builder.Create(Input), CtidSlot, IsSystem, Percentage.CreateInstance(), Seed?.CreateInstance());
}
