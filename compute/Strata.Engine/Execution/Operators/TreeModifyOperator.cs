using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;

namespace Strata.Engine.Execution.Operators;

/// <summary>UPDATE or DELETE of a table with descendants: each row is modified in the table that it is of.</summary>
internal abstract class TreeModifyOperator(
    ExecutionState state, Operator input, TreeTargets targets, TargetRow rootRow, int scan, int ctidSlot, int memberSlot, RecheckPlan recheck, ReturnedRows? returned)
    : RecheckingOperator(state, input, null, scan, ctidSlot, memberSlot, recheck, [], returned)
{
    protected TreeTargets Targets => targets;

    /// <summary>A row in the columns of the table that the statement names.</summary>
    protected TargetRow RootRow => rootRow;

    protected sealed override HeapRelation HeapOf(uint member) => targets.Of(member).Target.Heap;

    protected sealed override void RunForeignKeys() => targets.RunForeignKeys();

    protected sealed override void Clear()
    {
        base.Clear();
        targets.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        rootRow.Dispose();
        targets.Dispose();
    }
}
