namespace Strata.Engine.Planning.Algebra;

/// <summary>Its input's rows. Conditions from above may not be evaluated below it unless they are leakproof: they would see rows that the conditions below hide.</summary>
public sealed class SecurityBarrierNode(RelationalNode input) : RelationalNode
{
    public RelationalNode Input { get; } = input;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new SecurityBarrierNode(inputs[0]);
}
