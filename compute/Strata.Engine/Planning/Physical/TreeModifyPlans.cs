using Strata.Engine.Execution;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Operators;

namespace Strata.Engine.Planning.Physical;

/// <summary>Base of modifications of tables with descendants or partitions.</summary>
internal abstract class TreeModifyPlan : UnaryPlan
{
    public required TreeTargetPlan Targets { get; init; }

    public required string Alias { get; init; }

    /// <summary>0-based attributes that RETURNING's rows have; null without RETURNING.</summary>
    public int[]? ReturnedAttributes { get; init; }

    public int[] PassedSlots { get; init; } = [];

    protected string TargetName => Alias == Targets.Root.Name ? Alias : $"{Targets.Root.Name} {Alias}";

    protected TargetRow CreateRootRow() => new(Targets.Root, Targets.RootLayout.Types, Targets.RootSchema);

    protected ReturnedRows? CreateReturned(InstanceBuilder builder) =>
        ReturnedAttributes is null ? null : new ReturnedRows(builder.State, ReturnedAttributes, PassedSlots, builder.TypesOf(this));
}

/// <summary>INSERT into a partitioned table.</summary>
internal sealed class RoutedInsertPlan : TreeModifyPlan
{
    public required int[] Slots { get; init; }

    /// <summary>ON CONFLICT for a partition; null without.</summary>
    public Func<MemberPlan, ConflictPlan>? Conflict { get; init; }

    public override string Name => $"Insert on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        ExecutionState state = builder.State;
        int[] none = new int[Slots.Length];
        Array.Fill(none, -1);
        var targets = new TreeTargets(state, Targets, ModificationKind.Insert, Slots, none)
        {
            Made = Conflict is null ? null : member => member.Conflicts = Handler(state, member, Conflict(member.Plan)),
        };
        return new RoutedInsertOperator(state, builder.Create(Input), targets, Slots, CreateRootRow(), Targets.RootGuard?.Create(), CreateReturned(builder));
    }

    private static ConflictHandler Handler(ExecutionState state, MemberTarget member, ConflictPlan conflict) => new(
        state, [.. conflict.Arbiters.Select(i => member.Target.Indexes[i])], conflict.IsUpdate, conflict.Decoder, member.Plan.Target.Layout.Types, member.Plan.Target.CreateRow(), member.Plan.Target.CreateRow(),
        [.. conflict.Assignments.Select(static a => (a.Attribute, a.Value.CreateInstance()))], conflict.Where?.CreateInstance());
}

/// <summary>UPDATE of a table with descendants.</summary>
internal sealed class TreeUpdatePlan : TreeModifyPlan
{
    public required int Scan { get; init; }

    public required int CtidSlot { get; init; }

    public required int MemberSlot { get; init; }

    /// <summary>What a row is joined with.</summary>
    public required HeldSlots Held { get; init; }

    public required int[] OldSlots { get; init; }

    public required int[] NewSlots { get; init; }

    /// <summary>A partition key may change.</summary>
    public required bool MayMove { get; init; }

    public override string Name => $"Update on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        ExecutionState state = builder.State;
        var targets = new TreeTargets(state, Targets, ModificationKind.Update, NewSlots, OldSlots);
        TargetRow rootRow = CreateRootRow();
        var update = new TreeRowUpdate(state, targets, rootRow, MayMove ? Targets.RootGuard?.Create() : null, NewSlots, MayMove);
        return new TreeUpdateOperator(
            state, builder.Create(Input), targets, rootRow, update, Scan, CtidSlot, MemberSlot, NewSlots,
            new RecheckPlan(state, () => builder.ForRecheck().Create(Input), Held), CreateReturned(builder));
    }
}

/// <summary>DELETE from a table with descendants.</summary>
internal sealed class TreeDeletePlan : TreeModifyPlan
{
    public required int Scan { get; init; }

    public required int CtidSlot { get; init; }

    public required int MemberSlot { get; init; }

    /// <summary>What a row is joined with.</summary>
    public required HeldSlots Held { get; init; }

    public required int[] OldSlots { get; init; }

    public override string Name => $"Delete on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder) => new TreeDeleteOperator(
        builder.State, builder.Create(Input), new TreeTargets(builder.State, Targets, ModificationKind.Delete, OldSlots, OldSlots), CreateRootRow(), Scan, CtidSlot, MemberSlot, OldSlots,
        new RecheckPlan(builder.State, () => builder.ForRecheck().Create(Input), Held), CreateReturned(builder));
}

/// <summary>MERGE into a table with descendants.</summary>
internal sealed class TreeMergePlan : TreeModifyPlan
{
    public required int Scan { get; init; }

    public required int CtidSlot { get; init; }

    public required int MemberSlot { get; init; }

    public required int KindSlot { get; init; }

    /// <summary>What a row is joined with.</summary>
    public required HeldSlots Held { get; init; }

    public required int[] OldSlots { get; init; }

    public required int[] NewSlots { get; init; }

    /// <summary>A partition key may change.</summary>
    public required bool MayMove { get; init; }

    public override string Name => $"Merge on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        ExecutionState state = builder.State;
        int[] none = new int[NewSlots.Length];
        Array.Fill(none, -1);
        var updated = new TreeTargets(state, Targets, ModificationKind.Update, NewSlots, OldSlots);
        TargetRow rootRow = CreateRootRow();
        var update = new TreeRowUpdate(state, updated, rootRow, MayMove ? Targets.RootGuard?.Create() : null, NewSlots, MayMove);
        return new TreeMergeOperator(
            state, builder.Create(Input), new TreeTargets(state, Targets, ModificationKind.Insert, NewSlots, none), updated,
            new TreeTargets(state, Targets, ModificationKind.Delete, OldSlots, OldSlots), rootRow, Targets.RootGuard?.Create(), update, Scan, CtidSlot, MemberSlot, KindSlot, NewSlots,
            new RecheckPlan(state, () => builder.ForRecheck().Create(Input), Held));
    }
}
