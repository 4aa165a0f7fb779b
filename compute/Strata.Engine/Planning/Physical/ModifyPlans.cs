using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>The target of a modification: what its operators need beside the input.</summary>
internal sealed class TargetPlan
{
    public required RelationInfo Relation { get; init; }

    public required string? SchemaName { get; init; }

    public required TableLayout Layout { get; init; }

    public required (ConstraintInfo Constraint, CompiledExpression Condition)[] Checks { get; init; }

    public required IReadOnlyList<CompiledExpression?>[] IndexKeys { get; init; }

    public required CompiledExpression?[] IndexPredicates { get; init; }

    /// <summary>Exclusion constraints by index; null entries for indexes without.</summary>
    public required ExclusionPlan?[] Exclusions { get; init; }

    /// <summary>Checks that rows belong into the partition; null when it is none, or when rows are routed to it.</summary>
    public PartitionGuardPlan? Guard { get; init; }

    public TargetRow CreateRow() => new(Relation, Layout.Types, SchemaName);

    public HeapRelation Heap(ExecutionState state) => state.Services.Handles.Heap(Relation.Database, Relation.Storage);

    public ModifyTarget Create(ExecutionState state, bool defersIndexEntries = false)
    {
        var indexes = new TargetIndex[Relation.Indexes.Length];
        for (int i = 0; i < indexes.Length; i++)
        {
            IndexInfo index = Relation.Indexes[i];
            indexes[i] = new TargetIndex(
                index, state.Services.Handles.Index(Relation.Database, index.Storage), new IndexKeyBuilder(index, IndexKeys[i], IndexPredicates[i]), Exclusions[i]);
        }

        return new ModifyTarget(
            state, Heap(state), Layout, CreateRow(), indexes, Checks.Select(check => (check.Constraint, check.Condition.CreateInstance())).ToArray(),
            Guard?.Create())
        {
            DefersIndexEntries = defersIndexEntries,
        };
    }
}

/// <summary>A foreign key's work at the end of a statement.</summary>
internal sealed record ForeignKeyWorkPlan(ForeignKeyPlan Plan, ForeignKeyWork Work, SqlType[] KeyTypes)
{
    public ForeignKeyQueue Create(ExecutionState state) => new(state, Plan, Work, KeyTypes);
}

/// <summary>Base of INSERT, UPDATE and DELETE.</summary>
internal abstract class ModifyPlan : UnaryPlan
{
    public required TargetPlan Target { get; init; }

    public required string Alias { get; init; }

    public required IReadOnlyList<ForeignKeyWorkPlan> ForeignKeys { get; init; }

    /// <summary>0-based attributes that RETURNING's rows have; null without RETURNING.</summary>
    public int[]? ReturnedAttributes { get; init; }

    public int[] PassedSlots { get; init; } = [];

    protected string TargetName => Alias == Target.Relation.Name ? Alias : $"{Target.Relation.Name} {Alias}";

    protected ForeignKeyQueue[] CreateQueues(ExecutionState state) => ForeignKeys.Select(work => work.Create(state)).ToArray();

    protected ReturnedRows? CreateReturned(InstanceBuilder builder) =>
        ReturnedAttributes is null ? null : new ReturnedRows(builder.State, ReturnedAttributes, PassedSlots, builder.TypesOf(this));
}

/// <summary>ON CONFLICT of an <see cref="InsertPlan"/>.</summary>
internal sealed record ConflictPlan(
    bool IsUpdate, int[] Arbiters, RowDecoder Decoder, (short Attribute, CompiledExpression Value)[] Assignments, CompiledExpression? Where);

/// <summary>INSERT.</summary>
internal sealed class InsertPlan : ModifyPlan
{
    public required int[] Slots { get; init; }

    public ConflictPlan? Conflict { get; init; }

    /// <summary>What refers to rows that ON CONFLICT DO UPDATE changes.</summary>
    public IReadOnlyList<ForeignKeyWorkPlan> UpdateForeignKeys { get; init; } = [];

    public override string Name => $"Insert on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        ExecutionState state = builder.State;
        ModifyTarget target = Target.Create(state);
        ConflictHandler? conflicts = Conflict is null
            ? null
            : new ConflictHandler(
                state, Conflict.Arbiters.Select(i => target.Indexes[i]).ToArray(), Conflict.IsUpdate, Conflict.Decoder, Target.Layout.Types,
                Target.CreateRow(), Target.CreateRow(), Conflict.Assignments.Select(a => (a.Attribute, a.Value.CreateInstance())).ToArray(), Conflict.Where?.CreateInstance());
        return new InsertOperator(
            state, builder.Create(Input), target, Slots, conflicts, CreateQueues(state), [.. UpdateForeignKeys.Select(work => work.Create(state))], CreateReturned(builder));
    }
}

/// <summary>UPDATE.</summary>
internal sealed class UpdatePlan : ModifyPlan
{
    public required int Scan { get; init; }

    public required int CtidSlot { get; init; }

    public required int[] OldSlots { get; init; }

    public required int[] NewSlots { get; init; }

    /// <summary>What a row is joined with.</summary>
    public required HeldSlots Held { get; init; }

    public override string Name => $"Update on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder) => new UpdateOperator(
        builder.State, builder.Create(Input), Target.Create(builder.State, defersIndexEntries: true), Target.CreateRow(), Scan, CtidSlot, OldSlots, NewSlots,
        new RecheckPlan(builder.State, () => builder.ForRecheck().Create(Input), Held), CreateQueues(builder.State), CreateReturned(builder));
}

/// <summary>DELETE.</summary>
internal sealed class DeletePlan : ModifyPlan
{
    public required int Scan { get; init; }

    public required int CtidSlot { get; init; }

    public required int[] OldSlots { get; init; }

    /// <summary>What a row is joined with.</summary>
    public required HeldSlots Held { get; init; }

    public override string Name => $"Delete on {TargetName}";

    public override Operator CreateOperator(InstanceBuilder builder) => new DeleteOperator(
        builder.State, builder.Create(Input), Target.Create(builder.State), Scan, CtidSlot, OldSlots,
        new RecheckPlan(builder.State, () => builder.ForRecheck().Create(Input), Held), CreateQueues(builder.State), CreateReturned(builder));
}

/// <summary>A table whose rows are locked; with members, the row's own table stands at a slot.</summary>
internal sealed record RowLockPlan(
    int Scan, int CtidSlot, RelationInfo Relation, IReadOnlyList<RelationInfo>? Members, int MemberSlot, RowLockMode Mode, WaitPolicy WaitPolicy);

/// <summary>FOR UPDATE and the like.</summary>
internal sealed class LockRowsPlan : UnaryPlan
{
    public required IReadOnlyList<RowLockPlan> Locks { get; init; }

    /// <summary>What a row is joined with.</summary>
    public required HeldSlots Held { get; init; }

    public override string Name => "LockRows";

    public override Operator CreateOperator(InstanceBuilder builder) => new LockRowsOperator(
        builder.State, builder.Create(Input),
        Locks.Select(item => new LockTask(
            item.Scan, item.CtidSlot, item.Members is null ? builder.State.Services.Handles.Heap(item.Relation.Database, item.Relation.Storage) : null,
            item.Members?.ToDictionary(static member => member.Oid, member => builder.State.Services.Handles.Heap(member.Database, member.Storage)), item.MemberSlot,
            item.Mode, item.WaitPolicy, item.Relation.Name)).ToArray(),
        new RecheckPlan(builder.State, () => builder.ForRecheck().Create(Input), Held), builder.TypesOf(this));
}
