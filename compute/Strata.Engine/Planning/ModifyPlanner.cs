using System.Text;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
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
    /// <summary>Plans a modification over its planned input.</summary>
    public PhysicalNode Plan(ModifyNode node, PhysicalNode input)
    {
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
                    ForeignKeys = Outgoing(node.Relation),
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Slots = Slots(insert.Values, input),
                    Conflict = insert.Conflict is null ? null : Conflict(insert, insert.Conflict),
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
                    ForeignKeys = ForUpdate(node.Relation),
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Scan = update.Scan,
                    CtidSlot = input.SlotOf(update.Ctid),
                    OldSlots = Slots(update.OldValues, input),
                    NewSlots = Slots(update.NewValues, input),
                    OtherScans = [],
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
                    ForeignKeys = Outgoing(node.Relation),
                    UpdateForeignKeys = ForUpdate(node.Relation),
                    DeleteForeignKeys = Incoming(node.Relation, isDelete: true),
                    CtidSlot = input.SlotOf(merge.Ctid),
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
                    ForeignKeys = Incoming(node.Relation, isDelete: true),
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Scan = delete.Scan,
                    CtidSlot = input.SlotOf(delete.Ctid),
                    OldSlots = Slots(delete.OldValues, input),
                    OtherScans = [],
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
        Locks = node.Locks.Select(item => (item.Scan, input.SlotOf(item.CtidColumn), item.Relation, Mode(item.Strength), Policy(item.WaitPolicy))).ToArray(),
        OtherScans = node.Locks.Select(item => (item.Scan, input.SlotOf(item.CtidColumn))).ToArray(),
        Rows = input.Rows,
        StartupCost = input.StartupCost,
        TotalCost = input.TotalCost + (input.Rows * CostModel.CpuTupleCost),
        WidthBytes = input.WidthBytes,
        Ordering = input.Ordering,
    };

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
        return new TargetPlan
        {
            Relation = relation,
            SchemaName = state.SchemaOf(relation),
            Layout = state.LayoutOf(relation),
            Checks = node.Row.Checks.Select(check => (check.Constraint, state.Expressions.Compile(check.Condition, layout))).ToArray(),
            IndexKeys = relation.Indexes.Select((_, i) => storesRows
                ? (IReadOnlyList<CompiledExpression?>)node.Row.IndexKeys[i].Select(key => key is null ? null : state.Expressions.Compile(key, layout)).ToArray()
                : []).ToArray(),
            IndexPredicates = relation.Indexes.Select((_, i) => storesRows && node.Row.IndexPredicates[i] is { } predicate
                ? state.Expressions.Compile(predicate, layout)
                : null).ToArray(),
        };
    }

    private ConflictPlan Conflict(InsertNode insert, ConflictAction action)
    {
        int[] arbiters = Enumerable.Range(0, insert.Relation.Indexes.Length)
            .Where(i => insert.Relation.Indexes[i].IsUnique
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

    private List<ForeignKeyWorkPlan> ForUpdate(RelationInfo relation) => [.. Outgoing(relation), .. Incoming(relation, isDelete: false)];

    /// <summary>Foreign keys of the table itself: stored rows must find what they refer to.</summary>
    private List<ForeignKeyWorkPlan> Outgoing(RelationInfo relation)
    {
        var work = new List<ForeignKeyWorkPlan>();
        foreach (ConstraintInfo constraint in relation.Constraints)
        {
            if (constraint.Kind != Catalog.ConstraintKind.ForeignKey)
                continue;
            RelationInfo referenced = Find(constraint.ReferencedTableOid);
            SqlType[] types = Types(relation, constraint.Columns);
            string text = $"SELECT 1 FROM ONLY {NameOf(referenced)} x WHERE {Conditions(referenced, constraint.ReferencedColumns, 1)} FOR KEY SHARE OF x";
            work.Add(new ForeignKeyWorkPlan(Make(constraint, relation, referenced, text, types), ForeignKeyWork.RequireReferenced, types));
        }

        return work;
    }

    /// <summary>Foreign keys of other tables that refer to this one.</summary>
    private List<ForeignKeyWorkPlan> Incoming(RelationInfo relation, bool isDelete)
    {
        var work = new List<ForeignKeyWorkPlan>();
        foreach (ConstraintInfo constraint in relation.ReferencedBy)
        {
            RelationInfo referencing = Find(constraint.TableOid);
            SqlType[] types = Types(relation, constraint.ReferencedColumns);
            ForeignKeyAction action = isDelete ? constraint.OnDelete : constraint.OnUpdate;
            string where = Conditions(referencing, constraint.Columns, 1);
            string name = NameOf(referencing);
            switch (action)
            {
                case ForeignKeyAction.Cascade when isDelete:
                    work.Add(new ForeignKeyWorkPlan(
                        Make(constraint, referencing, relation, $"DELETE FROM ONLY {name} WHERE {where}", types), ForeignKeyWork.Act, types));
                    break;
                case ForeignKeyAction.Cascade:
                    SqlType[] both = [.. types, .. types];
                    string set = Assignments(referencing, constraint.Columns, i => $"${types.Length + 1 + i}");
                    work.Add(new ForeignKeyWorkPlan(
                        Make(constraint, referencing, relation, $"UPDATE ONLY {name} SET {set} WHERE {where}", both), ForeignKeyWork.Act, both));
                    break;
                case ForeignKeyAction.SetNull or ForeignKeyAction.SetDefault:
                    string value = action == ForeignKeyAction.SetNull ? "NULL" : "DEFAULT";
                    work.Add(new ForeignKeyWorkPlan(
                        Make(constraint, referencing, relation,
                            $"UPDATE ONLY {name} SET {Assignments(referencing, constraint.Columns, _ => value)} WHERE {where}", types),
                        ForeignKeyWork.Act, types));
                    break;
                default:
                    work.Add(new ForeignKeyWorkPlan(
                        Make(constraint, referencing, relation, $"SELECT 1 FROM ONLY {name} x WHERE {where} FOR KEY SHARE OF x", types),
                        ForeignKeyWork.ForbidReferencing, types));
                    break;
            }
        }

        return work;
    }

    private RelationInfo Find(uint oid) => state.Context.Catalog.FindRelation(oid)
        ?? throw new SqlException(SqlState.UndefinedTable, $"relation with OID {oid} does not exist");

    private SqlType[] Types(RelationInfo relation, short[] columns) =>
        columns.Select(column => state.TypeOf(relation.Columns[column - 1]).WithTypmod(-1)).ToArray();

    private string NameOf(RelationInfo relation) =>
        $"{TypeNames.QuoteIdentifier(state.SchemaOf(relation) ?? "public")}.{TypeNames.QuoteIdentifier(relation.Name)}";

    private static string Conditions(RelationInfo relation, short[] columns, int firstParameter)
    {
        var text = new StringBuilder();
        for (int i = 0; i < columns.Length; i++)
        {
            if (i > 0)
                text.Append(" AND ");
            text.Append(TypeNames.QuoteIdentifier(relation.Columns[columns[i] - 1].Name)).Append(" = $").Append(firstParameter + i);
        }

        return text.ToString();
    }

    private static string Assignments(RelationInfo relation, short[] columns, Func<int, string> value) =>
        string.Join(", ", columns.Select((column, i) => $"{TypeNames.QuoteIdentifier(relation.Columns[column - 1].Name)} = {value(i)}"));

    private ForeignKeyPlan Make(ConstraintInfo constraint, RelationInfo referencing, RelationInfo referenced, string text, SqlType[] types)
    {
        PlanningContext context = state.Context;
        return new ForeignKeyPlan(constraint, referencing, referenced, state.SchemaOf(referencing), () =>
        {
            BoundStatement bound = Binder.Bind(SqlParser.ParseStatement(text), new BindingContext
            {
                Catalog = context.Catalog,
                SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0),
                Functions = context.Functions,
                Text = text,
                ParameterTypes = types,
            });
            return Planner.Plan(bound, context);
        });
    }
}
