using System.Text;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql;
using Strata.Sql.Syntax;
using ForeignKeyAction = Strata.Engine.Catalog.ForeignKeyAction;

namespace Strata.Engine.Planning;

/// <summary>Plans INSERT, UPDATE, DELETE, row locks, and the foreign key work that goes with them.</summary>
internal sealed class ModifyPlanner(PlannerState state)
{
    private readonly ForeignKeyPlanner _foreignKeys = new(state.Context);

    /// <summary>Plans a modification over its planned input.</summary>
    public PhysicalNode Plan(ModifyNode node, PhysicalNode input)
    {
        if (node.Members is not null)
            return new TreeModifyPlanner(state).Plan(node, input);
        TargetPlan target = Target(node);
        int[]? returned = node.IsReturning ? Attributes(node.Row.Columns) : null;
        int[] passed = node.IsReturning ? node.PassedColumns.Select(input.SlotOf).ToArray() : [];
        switch (node)
        {
            case InsertNode insert:
                return new InsertPlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Target = target,
                    Alias = node.Alias,
                    ForeignKeys = _foreignKeys.Outgoing(node.Relation),
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Slots = Slots(insert.Values, input),
                    Conflict = insert.Conflict is null ? null : Conflict(insert, insert.Conflict),
                    UpdateForeignKeys = insert.Conflict is { IsUpdate: true } ? _foreignKeys.Incoming(node.Relation, isDelete: false) : [],
                    Rows = node.IsReturning ? input.Rows : 0,
                    TotalCost = input.TotalCost,
                };
            case UpdateNode update:
                return new UpdatePlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Target = target,
                    Alias = node.Alias,
                    ForeignKeys = _foreignKeys.ForUpdate(node.Relation),
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Scan = update.Scan,
                    CtidSlot = input.SlotOf(update.Ctid),
                    OldSlots = Slots(update.OldValues, input),
                    NewSlots = Slots(update.NewValues, input),
                    Held = HeldSlots.Of(node.Held, input),
                    Rows = node.IsReturning ? input.Rows : 0,
                    TotalCost = input.TotalCost,
                };
            case MergeNode merge:
                return new MergePlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Target = target,
                    Alias = node.Alias,
                    ForeignKeys = _foreignKeys.Outgoing(node.Relation),
                    UpdateForeignKeys = _foreignKeys.ForUpdate(node.Relation),
                    DeleteForeignKeys = _foreignKeys.Incoming(node.Relation, isDelete: true),
                    Scan = merge.Scan,
                    CtidSlot = input.SlotOf(merge.Ctid),
                    Held = HeldSlots.Of(node.Held, input),
                    KindSlot = input.SlotOf(merge.Kind),
                    OldSlots = Slots(merge.OldValues, input),
                    NewSlots = Slots(merge.NewValues, input),
                    Rows = 0,
                    TotalCost = input.TotalCost,
                };
            default:
                var delete = (DeleteNode)node;
                return new DeletePlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Target = target,
                    Alias = node.Alias,
                    ForeignKeys = _foreignKeys.Incoming(node.Relation, isDelete: true),
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Scan = delete.Scan,
                    CtidSlot = input.SlotOf(delete.Ctid),
                    OldSlots = Slots(delete.OldValues, input),
                    Held = HeldSlots.Of(node.Held, input),
                    Rows = node.IsReturning ? input.Rows : 0,
                    TotalCost = input.TotalCost,
                };
        }
    }

    /// <summary>Plans FOR UPDATE and the like.</summary>
    public PhysicalNode PlanLockRows(LockRowsNode node, PhysicalNode input) => new LockRowsPlan
    {
        Columns = input.Columns,
        Input = input,
        Locks = node.Locks.Select(item => new RowLockPlan(
            item.Scan, input.SlotOf(item.CtidColumn), item.Relation, item.Members, MemberSlot(item, input), Mode(item.Strength), Policy(item.WaitPolicy))).ToArray(),
        Held = HeldSlots.Of(node.Held, input),
        Rows = input.Rows,
        StartupCost = input.StartupCost,
        TotalCost = input.TotalCost + (input.Rows * CostModel.CpuTupleCost),
        WidthBytes = input.WidthBytes,
        Ordering = input.Ordering,
    };

    private static int MemberSlot(RowLock item, PhysicalNode input) => item.MemberColumn < 0 ? -1 : input.SlotOf(item.MemberColumn);

    private static RowLockMode Mode(LockStrength strength) => strength switch
    {
        LockStrength.KeyShare => RowLockMode.KeyShare,
        LockStrength.Share => RowLockMode.Share,
        LockStrength.NoKeyUpdate => RowLockMode.NoKeyUpdate,
        _ => RowLockMode.Update,
    };

    private static WaitPolicy Policy(LockWaitPolicy policy) => policy switch
    {
        LockWaitPolicy.SkipLocked => WaitPolicy.Skip,
        LockWaitPolicy.NoWait => WaitPolicy.Fail,
        _ => WaitPolicy.Block,
    };

    private static int[] Slots(IReadOnlyList<int> columns, PhysicalNode input) =>
        columns.Select(column => column < 0 ? -1 : input.SlotOf(column)).ToArray();

    private static int[] Attributes(IReadOnlyList<int> columns) =>
        Enumerable.Range(0, columns.Count).Where(i => columns[i] >= 0).ToArray();

    private TargetPlan Target(ModifyNode node)
    {
        // Expressions over the stored row: its columns stand at attribute number - 1.
        IReadOnlyList<int> layout = node.Row.Columns;
        RelationInfo relation = node.Relation;
        if (relation.Storage == 0)
            throw new SqlException(SqlState.FeatureNotSupported, $"relation \"{relation.Name}\" has no storage");
        bool storesRows = node.Row.IndexKeys.Count == relation.Indexes.Length;
        IReadOnlyList<CompiledExpression?>[] keys = relation.Indexes.Select((_, i) => storesRows
            ? (IReadOnlyList<CompiledExpression?>)node.Row.IndexKeys[i].Select(key => key is null ? null : state.Expressions.Compile(key, layout)).ToArray()
            : []).ToArray();
        return new TargetPlan
        {
            Relation = relation,
            SchemaName = state.SchemaOf(relation),
            Layout = state.LayoutOf(relation),
            Guard = relation.IsPartition ? PartitionGuardPlan.Of(relation, state.Context.Catalog, state.Context.Functions) : null,
            Checks = node.Row.Checks.Select(check => (check.Constraint, state.Expressions.Compile(check.Condition, layout))).ToArray(),
            IndexKeys = keys,
            Exclusions = relation.Indexes.Select((index, i) => storesRows
                ? ExclusionPlan.Of(relation, index, state.LayoutOf(relation), keys[i], state.Context.Catalog, state.Context.Functions)
                : null).ToArray(),
            IndexPredicates = relation.Indexes.Select((_, i) => storesRows && node.Row.IndexPredicates[i] is { } predicate
                ? state.Expressions.Compile(predicate, layout)
                : null).ToArray(),
        };
    }

    private ConflictPlan Conflict(InsertNode insert, ConflictAction action)
    {
        int[] arbiters = Enumerable.Range(0, insert.Relation.Indexes.Length)
            .Where(i => insert.Relation.Indexes[i] is { IsUnique: true } or { IsExclusion: true }
                && (action.ArbiterIndexes.Count == 0 || action.ArbiterIndexes.Contains(insert.Relation.Indexes[i].Oid))).ToArray();
        int[] layout = [.. action.ExistingColumns, .. action.ExcludedColumns];
        var decoder = new RowDecoder(
            state.LayoutOf(insert.Relation),
            insert.Relation.Columns.Select(column => column.IsDropped ? SystemAttribute.TableOid : column.Number).ToArray());
        return new ConflictPlan(
            action.IsUpdate, arbiters, decoder,
            action.Assignments.Select(a => (a.Attribute, state.Expressions.Compile(a.Value, layout))).ToArray(),
            action.Where is null ? null : state.Expressions.Compile(action.Where, layout));
    }
}
