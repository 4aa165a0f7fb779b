using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>ALTER … OWNER TO.</summary>
internal static class OwnerCommand
{
    public static void Execute(DdlContext context, AlterOwnerStatement statement)
    {
        RoleInfo owner = context.RequireRole(statement.NewOwner);
        switch (statement.Kind)
        {
            case ObjectKind.Schema:
                SchemaInfo schema = context.RequireSchema(((NamedObject)statement.Object).Name.Name);
                CheckMayGive(context, schema.OwnerOid, owner, $"schema {schema.Name}");
                context.Changes.Replace(schema, schema with { OwnerOid = owner.Oid, Acl = Moved(schema.Acl, schema.OwnerOid, owner.Oid) }, context.Cancellation);
                break;
            case ObjectKind.Database:
                DatabaseInfo database = DatabaseCommands.Require(context, ((NamedObject)statement.Object).Name.Name);
                CheckMayGive(context, database.OwnerOid, owner, $"database {database.Name}");
                context.Changes.Replace(database, database with { OwnerOid = owner.Oid, Acl = Moved(database.Acl, database.OwnerOid, owner.Oid) }, context.Cancellation);
                break;
            case ObjectKind.Type or ObjectKind.Domain:
                UserTypeInfo type = TypeCommands.RequireUserType(context, ((TypeObject)statement.Object).Type);
                context.Changes.Replace(type, type with { OwnerOid = owner.Oid }, context.Cancellation);
                break;
            case ObjectKind.Table or ObjectKind.View or ObjectKind.Sequence or ObjectKind.Index or ObjectKind.MaterializedView or ObjectKind.ForeignTable:
                QualifiedName name = ((NamedObject)statement.Object).Name;
                RelationInfo relation = context.Require(new RelationName(null, name.Schema, name.Name, name.Position), RelationLockMode.AccessExclusive);
                context.CheckOwner(relation);
                ChangeRelation(context, relation, owner);
                break;
            case var kind when ObjectChanges.Handles(kind):
                ObjectChanges.SetOwner(context, kind, statement.Object, owner);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"changing the owner of a {DropCommand.KindName(statement.Kind)} is not supported yet");
        }
    }

    private static void CheckMayGive(DdlContext context, uint before, RoleInfo owner, string target)
    {
        if (!context.Permissions.IsOwner(before))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of {target}");
        if (!context.Permissions.IsMember(context.CurrentUser, owner.Oid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be member of role \"{owner.Name}\"");
    }

    /// <summary>Gives a relation, with its indexes and owned sequences, to another role.</summary>
    public static RelationInfo ChangeRelation(DdlContext context, RelationInfo relation, RoleInfo owner)
    {
        if (relation.OwnerOid == owner.Oid)
            return relation;
        if (!context.Permissions.IsMember(context.CurrentUser, owner.Oid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be member of role \"{owner.Name}\"");
        RelationInfo changed = context.Replace(relation, relation with { OwnerOid = owner.Oid, Acl = Moved(relation.Acl, relation.OwnerOid, owner.Oid) });
        // The row type and its array go along.
        if (context.View.FindUserType(relation.RowTypeOid) is { } rowType)
        {
            context.Changes.Replace(rowType, rowType with { OwnerOid = owner.Oid }, context.Cancellation);
            if (context.View.FindUserType(rowType.ArrayOid) is { } arrayType)
                context.Changes.Replace(arrayType, arrayType with { OwnerOid = owner.Oid }, context.Cancellation);
        }

        foreach (IndexInfo index in relation.Indexes)
            ChangeRelation(context, context.View.FindRelation(index.Oid)!, owner);
        foreach (RelationInfo sequence in context.View.UserRelations.ToArray())
            if (sequence.Sequence is not null && Array.Exists(sequence.Dependencies, d => d.Kind != DependencyKind.Normal && d.Referenced.ObjectOid == relation.Oid))
                ChangeRelation(context, sequence, owner);
        return context.View.FindRelation(changed.Oid)!;
    }

    /// <summary>The list after a change of owner: what the old owner granted and held becomes the new one's.</summary>
    public static AccessControlItem[]? Moved(AccessControlItem[]? acl, uint from, uint to) => acl is null
        ? null
        : Array.ConvertAll(acl, item => item with { Grantee = item.Grantee == from ? to : item.Grantee, Grantor = item.Grantor == from ? to : item.Grantor });
}
