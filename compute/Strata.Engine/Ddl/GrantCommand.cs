using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>GRANT and REVOKE on tables, sequences, schemas and databases.</summary>
internal sealed class GrantCommand(DdlContext context, GrantStatement statement)
{
    public void Execute()
    {
        if (statement.Scope == GrantScope.Defaults)
            throw new SqlException(SqlState.FeatureNotSupported, "ALTER DEFAULT PRIVILEGES is not supported yet");
        if (statement.Scope == GrantScope.AllInSchema)
        {
            foreach (ObjectReference reference in statement.Objects)
                ChangeAllIn(context.RequireSchema(((NamedObject)reference).Name.Name));
            return;
        }

        foreach (ObjectReference reference in statement.Objects)
            ChangeOne(reference);
    }

    private void ChangeAllIn(SchemaInfo schema)
    {
        foreach (RelationInfo relation in context.View.UserRelations.ToArray())
        {
            bool fits = statement.Kind == ObjectKind.Sequence ? relation.Sequence is not null : relation.Kind is RelationKind.Table or RelationKind.View;
            if (relation.SchemaOid == schema.Oid && fits)
                ChangeRelation(relation);
        }
    }

    private void ChangeOne(ObjectReference reference)
    {
        switch (statement.Kind)
        {
            case ObjectKind.Table or ObjectKind.Sequence:
                QualifiedName name = ((NamedObject)reference).Name;
                ChangeRelation(context.Require(new RelationName(null, name.Schema, name.Name, name.Position), RelationLockMode.ShareUpdateExclusive));
                break;
            case ObjectKind.Schema:
                SchemaInfo schema = context.RequireSchema(((NamedObject)reference).Name.Name);
                CheckMayGrant(schema.OwnerOid, schema.Acl, Privileges.AllSchema, $"schema {schema.Name}");
                context.Changes.Replace(schema, schema with { Acl = Change(schema.Acl, schema.OwnerOid, Privileges.AllSchema, Privileges.None) }, context.Cancellation);
                break;
            case ObjectKind.Database:
                string database = ((NamedObject)reference).Name.Name;
                DatabaseInfo info = context.View.FindDatabase(database) ?? throw new SqlException(SqlState.InvalidCatalogName, $"database \"{database}\" does not exist");
                CheckMayGrant(info.OwnerOid, info.Acl, Privileges.AllDatabase, $"database {info.Name}");
                context.Changes.Replace(
                    info, info with { Acl = Change(info.Acl, info.OwnerOid, Privileges.AllDatabase, Privileges.Connect | Privileges.Temporary) }, context.Cancellation);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"GRANT on {DropCommand.KindName(statement.Kind)} objects is not supported yet");
        }
    }

    private void ChangeRelation(RelationInfo relation)
    {
        if (relation.Oid < CatalogOids.FirstUser)
            throw new SqlException(SqlState.FeatureNotSupported, "changing privileges of system catalogs is not supported yet");
        Privileges all = relation.Kind == RelationKind.Sequence ? Privileges.AllSequence : Privileges.AllTable;
        CheckMayGrant(relation.OwnerOid, relation.Acl, all, $"{Permissions.KindName(relation.Kind)} {relation.Name}");
        context.Replace(relation, relation with { Acl = Change(relation.Acl, relation.OwnerOid, all, Privileges.None) });
    }

    private void CheckMayGrant(uint owner, AccessControlItem[]? acl, Privileges all, string target)
    {
        if (context.Permissions.IsOwner(owner))
            return;
        Privileges options = Privileges.None;
        foreach (AccessControlItem item in acl ?? [])
            if (context.Permissions.HasRole(context.CurrentUser, item.Grantee))
                options |= item.GrantOptions;
        if ((options & Wanted(all)) != Wanted(all))
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for {target}");
    }

    private Privileges Wanted(Privileges all)
    {
        if (statement.IsAllPrivileges)
            return all;
        Privileges wanted = Privileges.None;
        foreach (Privilege privilege in statement.Privileges)
        {
            if (!privilege.Columns.IsEmpty)
                throw new SqlException(SqlState.FeatureNotSupported, "column privileges are not supported yet");
            Privileges one = privilege.Name?.ToUpperInvariant() switch
            {
                null or "ALL" => all,
                "SELECT" => Privileges.Select,
                "INSERT" => Privileges.Insert,
                "UPDATE" => Privileges.Update,
                "DELETE" => Privileges.Delete,
                "TRUNCATE" => Privileges.Truncate,
                "REFERENCES" => Privileges.References,
                "TRIGGER" => Privileges.Trigger,
                "USAGE" => Privileges.Usage,
                "CREATE" => Privileges.Create,
                "TEMPORARY" or "TEMP" => Privileges.Temporary,
                "CONNECT" => Privileges.Connect,
                _ => throw new SqlException(SqlState.SyntaxError, $"unrecognized privilege type \"{privilege.Name}\""),
            };
            if ((one & all) == 0)
                throw new SqlException(new SqlState("0LP01"), $"invalid privilege type {privilege.Name!.ToUpperInvariant()} for {DropCommand.KindName(statement.Kind)}");
            wanted |= one;
        }

        return wanted;
    }

    private AccessControlItem[] Change(AccessControlItem[]? acl, uint owner, Privileges all, Privileges publicDefaults)
    {
        // The default list becomes explicit with the first change.
        var items = new List<AccessControlItem>(acl ?? Defaults(owner, all, publicDefaults));
        Privileges wanted = Wanted(all);
        foreach (RoleReference reference in statement.Grantees)
        {
            uint grantee = reference.Kind == RoleKind.Public ? 0 : context.RequireRole(reference).Oid;
            int at = items.FindIndex(i => i.Grantee == grantee);
            AccessControlItem item = at >= 0 ? items[at] : new AccessControlItem(grantee, owner, Privileges.None, Privileges.None);
            item = statement.IsGrant
                ? item with { Privileges = item.Privileges | wanted, GrantOptions = item.GrantOptions | (statement.GrantOption ? wanted : Privileges.None) }
                : item with { Privileges = statement.GrantOption ? item.Privileges : item.Privileges & ~wanted, GrantOptions = item.GrantOptions & ~wanted };
            if (at >= 0)
                items.RemoveAt(at);
            if (item.Privileges != Privileges.None)
                items.Insert(at >= 0 ? at : items.Count, item);
        }

        return [.. items];
    }

    private static AccessControlItem[] Defaults(uint owner, Privileges all, Privileges publicDefaults)
    {
        var own = new AccessControlItem(owner, owner, all, Privileges.None);
        return publicDefaults == Privileges.None ? [own] : [new AccessControlItem(0, owner, publicDefaults, Privileges.None), own];
    }
}
