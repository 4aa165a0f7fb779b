using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Privilege checks for one role against one view of the catalog, with PostgreSQL's rules: owners and superusers may, then PUBLIC's, the role's and its memberships' entries count.</summary>
public sealed class Permissions(Func<CatalogView> view, Func<uint> currentRole)
{
    private const uint DatabaseOwnerRole = 6171, ReadAllDataRole = 6181, WriteAllDataRole = 6182;

    /// <summary>True when the current role is, or inherits from, the owner, or is a superuser.</summary>
    public bool IsOwner(uint owner) => IsOwner(owner, currentRole());

    private bool IsOwner(uint owner, uint role) => IsSuperuser(role) || HasRole(role, owner);

    private bool IsSuperuser(uint role) => view().FindRole(role) is { IsSuperuser: true };

    /// <summary>True when a role is another or a member of it through roles that inherit.</summary>
    public bool HasRole(uint member, uint role) => HasRole(member, role, depth: 0, inheritOnly: true);

    /// <summary>True when a role may SET ROLE to another.</summary>
    public bool IsMember(uint member, uint role) => IsSuperuser(member) || HasRole(member, role, depth: 0, inheritOnly: false);

    private bool HasRole(uint member, uint role, int depth, bool inheritOnly)
    {
        if (member == role)
            return true;
        if (depth > 64 || view().FindRole(member) is not { } info || (inheritOnly && !info.Inherits))
            return false;
        if (role == DatabaseOwnerRole && view().FindDatabase(view().DatabaseOid)?.OwnerOid == member)
            return true;
        foreach (RoleMembership membership in info.MemberOf)
            if (HasRole(membership.RoleOid, role, depth + 1, inheritOnly))
                return true;
        return false;
    }

    /// <summary>What a role may do with an object.</summary>
    public Privileges Of(uint role, uint owner, AccessControlItem[]? acl, Privileges publicDefaults, Privileges all)
    {
        if (IsOwner(owner, role))
            return all;
        if (acl is null)
            return publicDefaults;
        Privileges held = Privileges.None;
        foreach (AccessControlItem item in acl)
            if (item.Grantee == 0 || HasRole(role, item.Grantee))
                held |= item.Privileges;
        return held;
    }

    /// <summary>What a role may do with a relation.</summary>
    public Privileges OfRelation(uint role, RelationInfo relation)
    {
        AccessControlItem[]? acl = relation.Oid < CatalogOids.FirstUser ? view().FindBuiltinPrivileges(CatalogOids.PgClass, relation.Oid) ?? relation.Acl : relation.Acl;
        Privileges held = Of(role, relation.OwnerOid, acl, Privileges.None, relation.Kind == RelationKind.Sequence ? Privileges.AllSequence : Privileges.AllTable);
        if ((held & Privileges.Select) == 0 && HasRole(role, ReadAllDataRole))
            held |= Privileges.Select;
        const Privileges Writes = Privileges.Insert | Privileges.Update | Privileges.Delete;
        return (held & Writes) != Writes && HasRole(role, WriteAllDataRole) ? held | (relation.Kind == RelationKind.Sequence ? Privileges.Update : Writes) : held;
    }

    /// <summary>What a role may do with a schema.</summary>
    public Privileges OfSchema(uint role, SchemaInfo schema)
    {
        Privileges held = Of(role, schema.OwnerOid, schema.Acl, Privileges.None, Privileges.AllSchema);
        return (held & Privileges.Usage) == 0 && (HasRole(role, ReadAllDataRole) || HasRole(role, WriteAllDataRole)) ? held | Privileges.Usage : held;
    }

    /// <summary>What a role may do with a column, by the table's list and the column's own.</summary>
    public Privileges OfColumn(uint role, RelationInfo relation, ColumnInfo column)
    {
        Privileges held = OfRelation(role, relation);
        foreach (AccessControlItem item in column.Acl ?? [])
            if (item.Grantee == 0 || HasRole(role, item.Grantee))
                held |= item.Privileges;
        return held;
    }

    /// <summary>Throws 42501 unless the role (0: the current one) has a privilege on the relation or on each of the columns. No columns: any column will do.</summary>
    public void CheckColumns(RelationInfo relation, Privileges needed, uint role, IReadOnlyCollection<short> columns)
    {
        uint who = role == 0 ? currentRole() : role;
        if ((OfRelation(who, relation) & needed) == needed)
            return;
        if (!Array.Exists(relation.Columns, static c => c.Acl is not null))
            throw Denied(relation);
        bool allowed = columns.Count == 0
            ? Array.Exists(relation.Columns, c => !c.IsDropped && (OfColumn(who, relation, c) & needed) == needed)
            : columns.All(number => number > 0 && number <= relation.Columns.Length && (OfColumn(who, relation, relation.Columns[number - 1]) & needed) == needed);
        if (!allowed)
            throw Denied(relation);
    }

    /// <summary>Throws 42501 unless the role (0: the current one) has all the privileges on a relation.</summary>
    public void Check(RelationInfo relation, Privileges needed, uint role = 0)
    {
        if ((OfRelation(role == 0 ? currentRole() : role, relation) & needed) != needed)
            throw Denied(relation);
    }

    /// <summary>Throws 42501 unless the current role has one of the privileges on a relation.</summary>
    public void CheckAny(RelationInfo relation, Privileges oneOf)
    {
        if ((OfRelation(currentRole(), relation) & oneOf) == 0)
            throw Denied(relation);
    }

    /// <summary>Throws 42501 unless the current role has the privileges on a schema.</summary>
    public void CheckSchema(SchemaInfo schema, Privileges needed)
    {
        if ((OfSchema(currentRole(), schema) & needed) != needed)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for schema {schema.Name}");
    }

    /// <summary>What a role may do with a routine.</summary>
    public Privileges OfRoutine(uint role, RoutineInfo routine) => Of(role, routine.OwnerOid, routine.Acl, Privileges.Execute, Privileges.Execute);

    /// <summary>Throws 42501 unless the role (0: the current one) may execute a routine.</summary>
    public void CheckExecute(RoutineInfo routine, uint role = 0)
    {
        if ((OfRoutine(role == 0 ? currentRole() : role, routine) & Privileges.Execute) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for {RoutineKindName(routine)} {routine.Name}");
    }

    /// <summary>The same for a built-in function.</summary>
    public void CheckExecute(Functions.FunctionInfo builtin, uint role)
    {
        if (view().FindBuiltinPrivileges(CatalogOids.PgProc, builtin.Oid) is not { } acl)
            return;
        if ((Of(role == 0 ? currentRole() : role, CatalogOids.BootstrapRole, acl, Privileges.None, Privileges.Execute) & Privileges.Execute) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for {(builtin.Kind == Functions.FunctionKind.Aggregate ? "aggregate" : "function")} {builtin.Name}");
    }

    /// <summary>The kind of a routine as messages name it.</summary>
    public static string RoutineKindName(RoutineInfo routine) => routine.Kind switch
    {
        Functions.FunctionKind.Procedure => "procedure",
        Functions.FunctionKind.Aggregate => "aggregate",
        _ => "function",
    };

    private static SqlException Denied(RelationInfo relation) =>
        new(SqlState.InsufficientPrivilege, $"permission denied for {KindName(relation.Kind)} {relation.Name}");

    /// <summary>The kind of a relation as privilege errors name it.</summary>
    public static string KindName(RelationKind kind) => kind switch
    {
        RelationKind.Index or RelationKind.PartitionedIndex => "index",
        RelationKind.Sequence => "sequence",
        RelationKind.View => "view",
        RelationKind.MaterializedView => "materialized view",
        RelationKind.ForeignTable => "foreign table",
        _ => "table",
    };
}
