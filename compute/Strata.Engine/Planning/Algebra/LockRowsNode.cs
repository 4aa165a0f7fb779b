using Strata.Engine.Catalog;
using Strata.Sql.Syntax;

namespace Strata.Engine.Planning.Algebra;

/// <summary>A table whose rows are locked as they pass.</summary>
/// <param name="Scan">Number of the scan.</param>
/// <param name="Relation">Table.</param>
/// <param name="CtidColumn">The column that holds the row's address.</param>
public sealed record RowLock(int Scan, RelationInfo Relation, int CtidColumn, LockStrength Strength, LockWaitPolicy WaitPolicy)
{
    /// <summary>The tables that the row may be of, when the scan is one of a tree.</summary>
    public IReadOnlyList<RelationInfo>? Members { get; init; }

    /// <summary>The column that holds the OID of the row's table; -1 for plain scans.</summary>
    public int MemberColumn { get; init; } = -1;
}

/// <summary>FOR UPDATE and the like: locks the rows that reach it, and re-checks those that changed meanwhile.</summary>
public sealed class LockRowsNode(RelationalNode input, IReadOnlyList<RowLock> locks, HeldRows held) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>What to lock.</summary>
    public IReadOnlyList<RowLock> Locks { get; } = locks;

    /// <summary>What rows of the locked tables are joined with.</summary>
    public HeldRows Held { get; } = held;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new LockRowsNode(inputs[0], Locks, Held);
}
