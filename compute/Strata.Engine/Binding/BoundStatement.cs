using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>A column of a statement's result.</summary>
/// <param name="Name">Name as RowDescription sends it.</param>
/// <param name="Column">Number in the query.</param>
/// <param name="Type">Type.</param>
public sealed record OutputColumn(string Name, int Column, SqlType Type)
{
    /// <summary>OID of the table it is a plain column of, or 0.</summary>
    public uint TableOid { get; init; }

    /// <summary>Attribute number in that table, or 0.</summary>
    public short AttributeNumber { get; init; }
}

/// <summary>A query and the columns it shows.</summary>
internal sealed record BoundQuery(RelationalNode Node, IReadOnlyList<OutputColumn> Output);

/// <summary>What kind of statement was bound.</summary>
public enum BoundStatementKind
{
    /// <summary>SELECT, VALUES, TABLE.</summary>
    Select,

    /// <summary>INSERT.</summary>
    Insert,

    /// <summary>UPDATE.</summary>
    Update,

    /// <summary>DELETE.</summary>
    Delete,

    /// <summary>MERGE.</summary>
    Merge,
}

/// <summary>A dependency of a plan: it is valid while the relation has this version.</summary>
public readonly record struct PlanDependency(uint RelationOid, ulong Version);

/// <summary>A privilege that the statement needs on a relation.</summary>
/// <param name="RelationOid">Relation.</param>
/// <param name="Privilege">Letter of the privilege in ACLs: r, a, w, d.</param>
/// <param name="RoleOid">Whose privilege it is: 0 for the current role, otherwise the owner of the view through which the relation is read.</param>
public readonly record struct RequiredPrivilege(uint RelationOid, char Privilege, uint RoleOid)
{
    /// <summary>Columns for which the privilege is needed, when it is not held on the whole relation; empty: any column will do.</summary>
    public short[] Columns { get; init; } = [];
}

/// <summary>A SELECT, INSERT, UPDATE or DELETE after binding: names resolved, types inferred. Immutable.</summary>
public sealed record BoundStatement
{
    /// <summary>Kind.</summary>
    public required BoundStatementKind Kind { get; init; }

    /// <summary>The query as logical algebra.</summary>
    public required RelationalNode Root { get; init; }

    /// <summary>Result columns; empty for a modification without RETURNING.</summary>
    public required IReadOnlyList<OutputColumn> Output { get; init; }

    /// <summary>Columns of the query.</summary>
    public required QueryMetadata Metadata { get; init; }

    /// <summary>Types of $1, $2, …</summary>
    public required IReadOnlyList<SqlType> ParameterTypes { get; init; }

    /// <summary>What the plan depends on.</summary>
    public required IReadOnlyList<PlanDependency> Dependencies { get; init; }

    /// <summary>Names that were looked for in vain before the relation meant was found further down the search path: the plan is stale when one of them exists.</summary>
    internal IReadOnlyList<QualifiedKey> AbsentNames { get; init; } = [];

    /// <summary>Row security policies were looked at: the plan is good only for the roles and memberships as they are.</summary>
    public bool DependsOnRoles { get; init; }

    /// <summary>It holds numbers of types or other objects that no dependency names: the plan is good only under the very catalog that it was made for.</summary>
    public bool DependsOnCatalog { get; init; }

    /// <summary>Privileges to check at each execution.</summary>
    public required IReadOnlyList<RequiredPrivilege> Privileges { get; init; }

    /// <summary>Tables whose row each result row comes from; only for cursors.</summary>
    public IReadOnlyList<RowAddressColumns> RowAddresses { get; init; } = [];

    /// <summary>True for SELECT … FOR UPDATE and for everything that writes: not allowed in a read-only transaction.</summary>
    public bool IsWriting { get; init; }

    /// <summary>The result is affected rows rather than the rows returned (no RETURNING).</summary>
    public bool HasRows => Output.Count > 0 || Kind == BoundStatementKind.Select;
}

/// <summary>Where a result row's table row stands: columns with its ctid and tableoid.</summary>
/// <param name="RelationOid">The table as the query names it.</param>
/// <param name="Ctid">Column with the address.</param>
/// <param name="TableOid">Column with the OID of the table that really holds the row: a partition, perhaps.</param>
/// <param name="IsLocked">FOR UPDATE or SHARE names the table.</param>
public sealed record RowAddressColumns(uint RelationOid, int Ctid, int TableOid, bool IsLocked);
