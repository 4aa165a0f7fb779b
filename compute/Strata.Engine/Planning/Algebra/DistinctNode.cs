namespace Strata.Engine.Planning.Algebra;

/// <summary>
/// One row per distinct value of <paramref name="keys"/>. With <paramref name="isOn"/> (DISTINCT ON) the first row of each group in the input's
/// order; the input is then sorted by the keys first. Otherwise the keys are all columns.
/// </summary>
public sealed class DistinctNode(RelationalNode input, IReadOnlyList<int> keys, bool isOn) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Columns that make a row distinct.</summary>
    public IReadOnlyList<int> Keys { get; } = keys;

    /// <summary>DISTINCT ON.</summary>
    public bool IsOn { get; } = isOn;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new DistinctNode(inputs[0], Keys, IsOn);
}
