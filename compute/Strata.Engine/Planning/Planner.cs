using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Planning.Rewrites;

namespace Strata.Engine.Planning;

/// <summary>Turns bound statements into physical plans: rewrites, then a cost-based choice of access paths and joins. Stateless; thread-safe.</summary>
public static class Planner
{
    /// <summary>Plans a statement. Throws <see cref="Types.SqlException"/> 0A000 for what cannot be executed.</summary>
    public static PhysicalPlan Plan(BoundStatement statement, PlanningContext context)
    {
        // Of the statement as it was bound: nothing has been folded or left out yet.
        bool isRepeatable = RepeatableResult.Check(statement);
        RelationalNode root = RewritePipeline.Run(statement.Root, new RewriteContext(statement.Metadata, context.Functions));
        var plan = new PhysicalPlan(context.Services)
        {
            Kind = statement.Kind,
            ResultColumns = statement.Output,
            ParameterTypes = statement.ParameterTypes,
            Dependencies = statement.Dependencies,
            AbsentNames = statement.AbsentNames,
            Privileges = statement.Privileges,
            DependsOnRoles = statement.DependsOnRoles,
            DependsOnCatalog = statement.DependsOnCatalog,
            IsRepeatable = isRepeatable && !RepeatableResult.ReadsChangingColumns(root),
            Relations = RelationsOf(root),
            IsWriting = statement.IsWriting,
            Metadata = statement.Metadata,
        };
        var state = new PlannerState(context, plan);
        state.Selectivity.Variables.Learn(root);
        PhysicalNode physical = state.Builder.Plan(root);
        new RuntimeFilterPlanner(state).Run(physical);
        new ParallelPlanner(state).Run(physical);
        if (!plan.IsWriting)
            JoinSwitchPlanner.Run(physical);
        plan.Root = physical;
        plan.ResultSlots = statement.Output.Select(column => physical.SlotOf(column.Column)).ToArray();
        plan.RowAddressSlots = statement.RowAddresses.Select(row => row with { Ctid = physical.SlotOf(row.Ctid), TableOid = physical.SlotOf(row.TableOid) }).ToArray();
        plan.AllParameterTypes = state.ParameterTypes.ToArray();
        plan.SharedRowCount = statement.Metadata.CteCount;
        return plan;
    }

    private static List<RelationAccess> RelationsOf(RelationalNode root)
    {
        var found = new Dictionary<uint, RelationAccess>();
        void Add(RelationInfo relation, bool isRead = false, bool isWritten = false, bool isRowLocked = false)
        {
            found[relation.Oid] = found.TryGetValue(relation.Oid, out RelationAccess known)
                ? new RelationAccess(relation, known.IsRead || isRead, known.IsWritten || isWritten, known.IsRowLocked || isRowLocked)
                : new RelationAccess(relation, isRead, isWritten, isRowLocked);
        }

        TreeWalker.VisitNodes(root, node =>
        {
            switch (node)
            {
                case ScanNode scan:
                    Add(scan.Relation, isRead: true);
                    foreach (RelationInfo member in scan.Members ?? [])
                        Add(member, isRead: true, isWritten: scan.IsTarget);
                    break;
                case ModifyNode modify:
                    Add(modify.Relation, isRead: modify is InsertNode { Conflict: not null }, isWritten: true);
                    foreach (RelationInfo member in modify.Members ?? [])
                        Add(member, isRead: modify is InsertNode { Conflict: not null }, isWritten: true);
                    break;
                case LockRowsNode locks:
                    foreach (RowLock rowLock in locks.Locks)
                    {
                        Add(rowLock.Relation, isRowLocked: true);
                        foreach (RelationInfo member in rowLock.Members ?? [])
                            Add(member, isRowLocked: true);
                    }

                    break;
            }
        });
        return [.. found.Values];
    }
}
