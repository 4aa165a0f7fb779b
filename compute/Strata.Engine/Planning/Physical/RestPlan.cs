using Strata.Engine.Execution;

namespace Strata.Engine.Planning.Physical;

/// <summary>Stands for the rows that another operator has not read yet: the input of what takes over from it while it runs.</summary>
internal sealed class RestPlan : PhysicalNode
{
    public override string Name => "Rest";

    public override Operator CreateOperator(InstanceBuilder builder) =>
        builder.Rest ?? throw new Format.InvariantViolationException("there is nothing whose rest could be read");
}
