using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>REASSIGN OWNED and DROP OWNED: what roles own and may do in the current database.</summary>
internal static class OwnedCommands
{
    public static void Reassign(DdlContext context, ReassignOwnedStatement statement)
    {
        RoleInfo owner = context.RequireRole(statement.NewOwner);
        RoleInfo[] roles = Roles(context, statement.Roles, "reassign");
        if (!context.Permissions.IsMember(context.CurrentUser, owner.Oid))
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied to reassign objects");
        foreach (RoleInfo role in roles)
            Reassign(context, role, owner);
    }

    private static void Reassign(DdlContext context, RoleInfo role, RoleInfo owner)
    {
        foreach (RelationInfo relation in context.View.UserRelations.ToArray())
            if (relation.OwnerOid == role.Oid && relation.Index is null)
                OwnerCommand.ChangeRelation(context, context.View.FindRelation(relation.Oid)!, owner);
        foreach (SchemaInfo schema in context.View.Schemas.ToArray())
            if (schema.OwnerOid == role.Oid)
                context.Changes.Replace(schema, schema with { OwnerOid = owner.Oid, Acl = OwnerCommand.Moved(schema.Acl, role.Oid, owner.Oid) }, context.Cancellation);
        foreach (UserTypeInfo type in context.View.UserTypes.ToArray())
            if (type.OwnerOid == role.Oid)
                context.Changes.Replace(type, type with { OwnerOid = owner.Oid, Acl = OwnerCommand.Moved(type.Acl, role.Oid, owner.Oid) }, context.Cancellation);
        foreach (RoutineInfo routine in context.View.UserRoutines.ToArray())
            if (routine.OwnerOid == role.Oid)
                context.Changes.Replace(routine, routine with { OwnerOid = owner.Oid, Acl = OwnerCommand.Moved(routine.Acl, role.Oid, owner.Oid) }, context.Cancellation);
        foreach (CatalogObject entry in context.View.Objects.ToArray())
            if (entry.OwnerOid == role.Oid && entry.ClassOid != CatalogOids.PgDefaultAcl)
                context.Changes.Replace(entry, ObjectChanges.Owned(entry, owner.Oid), context.Cancellation);
        foreach (DatabaseInfo database in context.View.Databases.ToArray())
            if (database.OwnerOid == role.Oid)
                context.Changes.Replace(database, database with { OwnerOid = owner.Oid, Acl = OwnerCommand.Moved(database.Acl, role.Oid, owner.Oid) }, context.Cancellation);
    }

    public static void Drop(DdlContext context, DropOwnedStatement statement)
    {
        RoleInfo[] roles = Roles(context, statement.Roles, "drop");
        foreach (RoleInfo role in roles)
            Revoke(context, role.Oid);
        DropCommand.DropOwned(context, [.. roles.Select(static r => r.Oid)], statement.Behavior);
    }

    private static RoleInfo[] Roles(DdlContext context, SyntaxList<RoleReference> references, string verb)
    {
        RoleInfo[] roles = [.. references.AsSpan().ToArray().Select(context.RequireRole)];
        foreach (RoleInfo role in roles)
        {
            if (role.Oid == CatalogOids.BootstrapRole)
                throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot {verb} objects owned by role {role.Name} because they are required by the database system");
            if (!context.Permissions.IsOwner(role.Oid))
                throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to {verb} objects");
        }

        return roles;
    }

    private static AccessControlItem[]? Without(AccessControlItem[]? acl, uint role) =>
        acl is null || !Array.Exists(acl, i => i.Grantee == role) ? acl : [.. acl.Where(i => i.Grantee != role)];

    // What was granted to the role goes, on objects that others own too.
    private static void Revoke(DdlContext context, uint role)
    {
        foreach (RelationInfo relation in context.View.UserRelations.ToArray())
        {
            AccessControlItem[]? acl = Without(relation.Acl, role);
            bool hasColumns = Array.Exists(relation.Columns, c => Array.Exists(c.Acl ?? [], i => i.Grantee == role));
            if (relation.OwnerOid != role && (!ReferenceEquals(acl, relation.Acl) || hasColumns))
                context.Replace(relation, relation with { Acl = acl, Columns = [.. relation.Columns.Select(c => c with { Acl = Without(c.Acl, role) is { Length: > 0 } left ? left : null })] });
        }

        foreach (SchemaInfo schema in context.View.Schemas.ToArray())
            if (schema.OwnerOid != role && Without(schema.Acl, role) is var acl && !ReferenceEquals(acl, schema.Acl))
                context.Changes.Replace(schema, schema with { Acl = acl }, context.Cancellation);
        foreach (UserTypeInfo type in context.View.UserTypes.ToArray())
            if (type.OwnerOid != role && Without(type.Acl, role) is var acl && !ReferenceEquals(acl, type.Acl))
                context.Changes.Replace(type, type with { Acl = acl }, context.Cancellation);
        foreach (RoutineInfo routine in context.View.UserRoutines.ToArray())
            if (routine.OwnerOid != role && Without(routine.Acl, role) is var acl && !ReferenceEquals(acl, routine.Acl))
                context.Changes.Replace(routine, routine with { Acl = acl }, context.Cancellation);
        foreach (DatabaseInfo database in context.View.Databases.ToArray())
            if (database.OwnerOid != role && Without(database.Acl, role) is var acl && !ReferenceEquals(acl, database.Acl))
                context.Changes.Replace(database, database with { Acl = acl }, context.Cancellation);
        RevokeObjects(context, role);
    }

    private static void RevokeObjects(DdlContext context, uint role)
    {
        foreach (CatalogObject entry in context.View.Objects.ToArray())
        {
            switch (entry.ClassOid)
            {
                case CatalogOids.PgPolicy when ((long[])entry.Row[5].Array).Contains(role):
                    long[] left = [.. ((long[])entry.Row[5].Array).Where(r => r != role)];
                    if (left.Length == 0)
                        context.Changes.Drop(entry, context.Cancellation);
                    else
                        context.Changes.Replace(entry, entry.With((5, left)), context.Cancellation);
                    if (context.View.FindRelation(entry.OidAt(2)) is { } table)
                        PolicyCommands.Touch(context, table);
                    break;
                case CatalogOids.PgDefaultAcl when entry.OidAt(1) == role:
                    context.Changes.Drop(entry, context.Cancellation);
                    break;
                case CatalogOids.PgDefaultAcl:
                    RevokeFrom(context, entry, 4, role);
                    break;
                case CatalogOids.PgInitPrivs or CatalogOids.PgForeignDataWrapper or CatalogOids.PgForeignServer or CatalogOids.PgLargeObjectMetadata when entry.OwnerOid != role:
                    RevokeFrom(context, entry, CatalogObjectShapes.AclColumn(entry.ClassOid), role);
                    break;
                case CatalogOids.PgUserMapping when entry.OidAt(1) == role:
                    context.Changes.Drop(entry, context.Cancellation);
                    break;
            }
        }
    }

    private static void RevokeFrom(DdlContext context, CatalogObject entry, int column, uint role)
    {
        AccessControlItem[]? before = AccessControlList.FromStored(entry.Row[column]), after = Without(before, role);
        if (!ReferenceEquals(before, after))
            context.Changes.Replace(entry, entry.With((column, AccessControlList.ToStored(after))), context.Cancellation);
    }
}
