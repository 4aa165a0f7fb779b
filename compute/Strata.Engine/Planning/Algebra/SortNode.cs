namespace Strata.Engine.Planning.Algebra;

/// <summary>A sort key: a column, its direction and where nulls go.</summary>
public readonly record struct SortKey(int Column, bool Descending, bool NullsFirst);

/// <summary>Orders rows.</summary>
public sealed class SortNode(RelationalNode input, IReadOnlyList<SortKey> keys) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Keys, most significant first.</summary>
    public IReadOnlyList<SortKey> Keys { get; } = keys;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new SortNode(inputs[0], Keys);
}
