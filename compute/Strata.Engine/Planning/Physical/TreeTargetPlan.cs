using System.Collections.Concurrent;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>One table of a tree that is modified: its checks and keys over its own row, and where its columns stand in the root's.</summary>
/// <param name="Target">The table.</param>
/// <param name="RootColumns">For each column by number - 1 the root's column number; 0 for a column that the root does not have.</param>
internal sealed record MemberPlan(TargetPlan Target, short[] RootColumns)
{
    /// <summary>True when there are columns that the root does not have: an update must keep their values.</summary>
    public bool HasOwnColumns { get; } = Array.Exists(Target.Relation.Columns, column => !column.IsDropped && RootColumns[column.Number - 1] == 0);

    /// <summary>Slots by this table's attribute number - 1, from those of the root; -1 where there is none.</summary>
    public int[] Slots(int[] rootSlots) => Array.ConvertAll(RootColumns, column => column > 0 ? rootSlots[column - 1] : -1);
}

/// <summary>
/// The tables of a tree that a statement modifies. What belongs to one is worked out at its first use, as a statement seldom meets all partitions. Part of a plan; thread-safe.
/// </summary>
internal sealed class TreeTargetPlan(RelationInfo root, PlanningContext context)
{
    private readonly ConcurrentDictionary<uint, MemberPlan> _members = [];

    /// <summary>The table that the statement names.</summary>
    public RelationInfo Root => root;

    public ForeignKeyPlanner ForeignKeys { get; } = new(context);

    /// <summary>The root's layout of columns.</summary>
    public TableLayout RootLayout { get; } = LayoutOf(root, context);

    public string? RootSchema => context.Catalog.FindSchema(root.SchemaOid)?.Name;

    /// <summary>Checks rows when the root is a partition itself; else null.</summary>
    public PartitionGuardPlan? RootGuard { get; } = root is { IsPartition: true, PartitionKey: not null } ? PartitionGuardPlan.Of(root, context.Catalog, context.Functions) : null;

    /// <summary>The map of a partitioned table of the tree.</summary>
    public PartitionMap MapOf(RelationInfo table) => PartitionMap.Of(table, context.Catalog, context.Functions);

    public TableLayout LayoutOf(RelationInfo table) => LayoutOf(table, context);

    /// <summary>What belongs to one table.</summary>
    public MemberPlan Member(uint oid) => _members.GetOrAdd(oid, static (key, plan) => plan.Make(key), this);

    private MemberPlan Make(uint oid)
    {
        RelationInfo relation = context.Catalog.FindRelation(oid) ?? throw new SqlException(SqlState.UndefinedTable, $"relation with OID {oid} does not exist");
        var binding = new BindingContext { Catalog = context.Catalog, SearchPath = new SearchPath([CatalogOids.CatalogSchema], 0), Functions = context.Functions };
        TableLayout layout = LayoutOf(relation, context);
        var keys = Array.ConvertAll(relation.Indexes, index => (IReadOnlyList<CompiledExpression?>)Array.ConvertAll(index.Keys, key =>
            key.Expression is null ? null : CompiledExpression.Compile(Binder.BindOverRow(key.Expression.Syntax, relation, isCondition: false, binding))));
        var target = new TargetPlan
        {
            Relation = relation,
            SchemaName = context.Catalog.FindSchema(relation.SchemaOid)?.Name,
            Layout = layout,
            Checks =
            [
                .. relation.Constraints.Where(static constraint => constraint.Check is not null).Select(constraint =>
                    (constraint, CompiledExpression.Compile(Binder.BindOverRow(constraint.Check!.Syntax, relation, isCondition: true, binding)))),
            ],
            IndexKeys = keys,
            Exclusions = [.. relation.Indexes.Select((index, i) => ExclusionPlan.Of(relation, index, layout, keys[i], context.Catalog, context.Functions))],
            IndexPredicates = Array.ConvertAll(relation.Indexes, index =>
                index.Predicate is null ? null : CompiledExpression.Compile(Binder.BindOverRow(index.Predicate.Syntax, relation, isCondition: true, binding))),
        };
        return new MemberPlan(target, RelationTree.MapColumns(relation, root));
    }

    private static TableLayout LayoutOf(RelationInfo relation, PlanningContext context) => new(relation, column =>
    {
        SqlType type = TypeResolver.Find(column.TypeOid, context.Catalog)!.WithTypmod(column.TypeModifier);
        return column.CollationOid == 0 ? type : type.WithCollation(column.CollationOid);
    }, context.Functions);
}
