using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>ALTER DEFAULT PRIVILEGES.</summary>
internal static class DefaultPrivilegesCommand
{
    public static void Execute(DdlContext context, AlterDefaultPrivilegesStatement statement)
    {
        char kind = statement.Action.Kind switch
        {
            ObjectKind.Table => 'r',
            ObjectKind.Sequence => 'S',
            ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine => 'f',
            ObjectKind.Type => 'T',
            _ => 'n',
        };
        if (kind == 'n' && !statement.InSchemas.IsEmpty)
            throw new SqlException(new SqlState("0LP01"), "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS");
        uint[] roles = statement.ForRoles.IsEmpty ? [context.CurrentUser] : [.. statement.ForRoles.AsSpan().ToArray().Select(r => context.RequireRole(r).Oid)];
        foreach (uint role in roles)
        {
            if (!context.Permissions.HasRole(context.CurrentUser, role) && !context.Session.IsSuperuser)
                throw new SqlException(SqlState.InsufficientPrivilege, $"must be member of role \"{context.View.FindRole(role)?.Name}\"");
            if (statement.InSchemas.IsEmpty)
                Change(context, statement.Action, role, 0, kind);
            foreach (string schema in statement.InSchemas)
                Change(context, statement.Action, role, context.RequireSchema(schema).Oid, kind);
        }
    }

    private static void Change(DdlContext context, GrantStatement grant, uint role, uint schemaOid, char kind)
    {
        Privileges all = DefaultPrivileges.All(kind), wanted = Privileges.None;
        if (grant.IsAllPrivileges)
            wanted = all;
        foreach (Privilege privilege in grant.Privileges)
        {
            if (!privilege.Columns.IsEmpty)
                throw new SqlException(new SqlState("0LP01"), "default privileges cannot be set for columns");
            wanted |= GrantCommand.Parse(privilege, all, kind switch { 'r' => "relation", 'S' => "sequence", 'f' => "function", 'T' => "type", _ => "schema" });
        }

        CatalogObject? before = DefaultPrivileges.FindEntry(context.View, role, schemaOid, kind);
        // An entry for all schemas begins with the built-in defaults, one for a schema adds to whatever holds.
        AccessControlItem[] builtIn = schemaOid == 0 ? DefaultPrivileges.BuiltIn(kind, role) : [];
        AccessControlItem[] acl = before is null ? builtIn : AccessControlList.FromStored(before.Row[4])!;
        foreach (RoleReference reference in grant.Grantees)
        {
            uint grantee = reference.Kind == RoleKind.Public ? 0 : context.RequireRole(reference).Oid;
            acl = grant.IsGrant
                ? AccessControlEditor.Grant(acl, grantee, role, wanted, grant.GrantOption, role)
                : AccessControlEditor.Revoke(acl, grantee, role, wanted, grant.GrantOption, grant.Behavior == DropBehavior.Cascade, role);
        }

        bool isDefault = acl.OrderBy(static i => i.Grantee).SequenceEqual(builtIn.OrderBy(static i => i.Grantee));
        if (before is not null && isDefault)
            context.Changes.Drop(before, context.Cancellation);
        else if (before is not null)
            context.Changes.Replace(before, before.With((4, AccessControlList.ToStored(acl))), context.Cancellation);
        else if (!isDefault)
            context.Changes.Create(
                CatalogObjectShapes.Make(CatalogOids.PgDefaultAcl, [context.NewOid(), role, schemaOid, kind, AccessControlList.ToStored(acl)], []), context.Cancellation);
    }
}
