using Strata.Sql.Syntax;

namespace Strata.Engine.Planning.Algebra;

/// <summary>UNION, INTERSECT, EXCEPT. The columns of both inputs correspond by place and have equal types.</summary>
public sealed class SetOperationNode(
    SetOperationKind kind, bool isAll, RelationalNode left, RelationalNode right, IReadOnlyList<int> columns) : RelationalNode
{
    /// <summary>Kind.</summary>
    public SetOperationKind Kind { get; } = kind;

    /// <summary>ALL.</summary>
    public bool IsAll { get; } = isAll;

    /// <summary>Left input.</summary>
    public RelationalNode Left { get; } = left;

    /// <summary>Right input.</summary>
    public RelationalNode Right { get; } = right;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Left, Right];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) =>
        new SetOperationNode(Kind, IsAll, inputs[0], inputs[1], Columns);
}
