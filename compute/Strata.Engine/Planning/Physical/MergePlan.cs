using Strata.Engine.Execution;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Operators;

namespace Strata.Engine.Planning.Physical;

/// <summary>MERGE. <see cref="ModifyPlan.ForeignKeys"/> are those of inserts.</summary>
internal sealed class MergePlan : ModifyPlan
{
    public required int Scan { get; init; }

    public required int CtidSlot { get; init; }

    /// <summary>What a row is joined with.</summary>
    public required HeldSlots Held { get; init; }

    public required int KindSlot { get; init; }

    public required int[] OldSlots { get; init; }

    public required int[] NewSlots { get; init; }

    public required IReadOnlyList<ForeignKeyWorkPlan> UpdateForeignKeys { get; init; }

    public required IReadOnlyList<ForeignKeyWorkPlan> DeleteForeignKeys { get; init; }

    public override string Name => $"Merge on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        ExecutionState state = builder.State;
        ForeignKeyQueue[] inserts = CreateQueues(state);
        ForeignKeyQueue[] updates = UpdateForeignKeys.Select(work => work.Create(state)).ToArray();
        ForeignKeyQueue[] deletes = DeleteForeignKeys.Select(work => work.Create(state)).ToArray();
        return new MergeOperator(
            state, builder.Create(Input), Target.Create(state), Target.CreateRow(), Scan, CtidSlot, KindSlot, OldSlots, NewSlots,
            new RecheckPlan(state, () => builder.ForRecheck().Create(Input), Held), inserts, updates, deletes);
    }
}
