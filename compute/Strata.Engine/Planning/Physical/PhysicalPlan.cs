using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>
/// A plan ready to run: immutable and shared by sessions. It is valid while every relation in <see cref="Dependencies"/> has the version named there.
/// <see cref="Rent"/> gives an execution instance from a bounded pool. Thread-safe.
/// </summary>
public sealed class PhysicalPlan
{
    private readonly InstancePool _pool;

    internal PhysicalPlan(ExecutionServices services) => _pool = new InstancePool(this, services);

    /// <summary>What runs.</summary>
    public PhysicalNode Root { get; internal set; } = null!;

    /// <summary>SELECT, INSERT, UPDATE or DELETE.</summary>
    public required BoundStatementKind Kind { get; init; }

    /// <summary>Result columns; empty for a modification without RETURNING.</summary>
    public required IReadOnlyList<OutputColumn> ResultColumns { get; init; }

    /// <summary>Slots of the root's batches for <see cref="ResultColumns"/>.</summary>
    public int[] ResultSlots { get; internal set; } = [];

    /// <summary>Slots of the root's batches with the addresses of table rows; only for cursors.</summary>
    public IReadOnlyList<RowAddressColumns> RowAddressSlots { get; internal set; } = [];

    /// <summary>Types of $1, $2, …</summary>
    public required IReadOnlyList<SqlType> ParameterTypes { get; init; }

    /// <summary>Types of all parameters: the statement's, then the executor's own.</summary>
    internal SqlType[] AllParameterTypes { get; set; } = [];

    /// <summary>Versions that the plan was made for.</summary>
    public required IReadOnlyList<PlanDependency> Dependencies { get; init; }

    /// <summary>Names that must not exist for the plan to be valid.</summary>
    internal IReadOnlyList<Catalog.QualifiedKey> AbsentNames { get; init; } = [];

    /// <summary>Privileges to check at each execution.</summary>
    public required IReadOnlyList<RequiredPrivilege> Privileges { get; init; }

    /// <summary>Row security policies were looked at: the plan is good only for the roles and memberships as they are.</summary>
    public bool DependsOnRoles { get; init; }

    /// <summary>It holds numbers of types or other objects that no dependency names: good only under the very catalog that it was made for.</summary>
    public bool DependsOnCatalog { get; init; }

    /// <summary>Equal parameters give equal rows as long as settings, the catalog and the rows of the tables are what they were: <see cref="RepeatableResult"/>.</summary>
    internal bool IsRepeatable { get; init; }

    /// <summary>Relations that it touches, with how: the locks that an execution takes first.</summary>
    public required IReadOnlyList<RelationAccess> Relations { get; init; }

    /// <summary>It writes or locks rows.</summary>
    public required bool IsWriting { get; init; }

    /// <summary>Columns of the query.</summary>
    public required QueryMetadata Metadata { get; init; }

    /// <summary>Number of shared row sets (WITH items, work tables).</summary>
    internal int SharedRowCount { get; set; }

    /// <summary>Modifying WITH items, which run to completion.</summary>
    internal List<int> ModifyingCtes { get; } = [];

    /// <summary>Subplans, for EXPLAIN: a label and the plan.</summary>
    public List<(string Label, PhysicalNode Plan)> Subplans { get; } = [];

    /// <summary>Labels of the plans that subqueries got, by the subquery, for EXPLAIN.</summary>
    internal Dictionary<Algebra.RelationalNode, string> SubplanLabels { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Verb of the command tag: "SELECT", "INSERT 0", "UPDATE", "DELETE"; the row count is appended.</summary>
    public string CommandTag => Kind switch
    {
        BoundStatementKind.Select => "SELECT",
        BoundStatementKind.Insert => "INSERT 0",
        BoundStatementKind.Update => "UPDATE",
        BoundStatementKind.Merge => "MERGE",
        _ => "DELETE",
    };

    /// <summary>The statement yields rows.</summary>
    public bool HasRows => Kind == BoundStatementKind.Select || ResultColumns.Count > 0;

    /// <summary>Takes an execution instance. Give it back by <see cref="ExecutionInstance.Close"/>.</summary>
    public ExecutionInstance Rent() => _pool.Rent();

    /// <summary>A new instance that measures its operators and is not pooled.</summary>
    public ExecutionInstance CreateMeasured() => _pool.Create(withStatistics: true);
}

/// <summary>A relation that a plan touches.</summary>
/// <param name="Relation">Relation.</param>
/// <param name="IsRead">Its rows are looked at: what SERIALIZABLE watches.</param>
/// <param name="IsWritten">Target of INSERT, UPDATE or DELETE: ROW EXCLUSIVE; otherwise ACCESS SHARE.</param>
/// <param name="IsRowLocked">FOR UPDATE and the like: ROW SHARE.</param>
public readonly record struct RelationAccess(Catalog.RelationInfo Relation, bool IsRead, bool IsWritten, bool IsRowLocked);
