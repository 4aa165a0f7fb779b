using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>COMMENT ON.</summary>
internal static class CommentCommand
{
    public static void Execute(DdlContext context, CommentStatement statement)
    {
        ObjectAddress target = Resolve(context, statement);
        CommentInfo? before = context.View.FindCommentEntry(target);
        // An empty text removes the comment, as NULL does.
        CommentInfo? after = string.IsNullOrEmpty(statement.Text) ? null : new CommentInfo(target, statement.Text);
        if (before is not null && after is not null)
            context.Changes.Replace(before, after, context.Cancellation);
        else if (after is not null)
            context.Changes.Create(after, context.Cancellation);
        else if (before is not null)
            context.Changes.Drop(before, context.Cancellation);
    }

    /// <summary>The object that a statement names, which the current role must own. Throws 42704, 42883, 42P01, 42501, …</summary>
    internal static ObjectAddress Resolve(DdlContext context, CommentStatement statement)
    {
        switch (statement.Kind)
        {
            case ObjectKind.Table or ObjectKind.View or ObjectKind.Index or ObjectKind.Sequence or ObjectKind.MaterializedView or ObjectKind.ForeignTable:
                RelationInfo relation = Relation(context, ((NamedObject)statement.Object).Name);
                RequireKind(relation, statement.Kind);
                return new ObjectAddress(CatalogOids.PgClass, relation.Oid);
            case ObjectKind.Column:
                QualifiedName name = ((NamedObject)statement.Object).Name;
                RelationInfo table = Relation(context, new QualifiedName([.. name.Parts.AsSpan()[..^1]], name.Position));
                ColumnInfo column = table.FindColumn(name.Name) ??
                    throw new SqlException(SqlState.UndefinedColumn, $"column \"{name.Name}\" of relation \"{table.Name}\" does not exist");
                return new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number);
            case ObjectKind.Schema:
                SchemaInfo schema = context.RequireSchema(((NamedObject)statement.Object).Name.Name);
                RequireOwner(context, schema.OwnerOid, $"schema {schema.Name}");
                return new ObjectAddress(CatalogOids.PgNamespace, schema.Oid);
            case ObjectKind.Extension when ((NamedObject)statement.Object).Name.Name == Extensions.AvailableExtensions.PlPgSql:
                RequireOwner(context, CatalogOids.BootstrapRole, "extension plpgsql");
                return new ObjectAddress(CatalogOids.PgExtension, ExtensionRows.PlPgSqlOid);
            case ObjectKind.Extension:
                return ExtensionCommands.RequireOwned(context, ((NamedObject)statement.Object).Name.Name).Address;
            case ObjectKind.Database:
                return new ObjectAddress(CatalogOids.PgDatabase, DatabaseCommands.Require(context, ((NamedObject)statement.Object).Name.Name).Oid);
            case ObjectKind.Role:
                string role = ((NamedObject)statement.Object).Name.Name;
                return new ObjectAddress(CatalogOids.PgAuthId, context.View.FindRole(role)?.Oid ?? throw new SqlException(SqlState.UndefinedObject, $"role \"{role}\" does not exist"));
            case ObjectKind.TableConstraint:
                var dependent = (DependentObject)statement.Object;
                RelationInfo owner = Relation(context, dependent.Owner);
                ConstraintInfo constraint = Array.Find(owner.Constraints, c => c.Name == dependent.Name) ??
                    throw new SqlException(SqlState.UndefinedObject, $"constraint \"{dependent.Name}\" for table \"{owner.Name}\" does not exist");
                return new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid);
            case ObjectKind.Type or ObjectKind.Domain:
                return new ObjectAddress(CatalogOids.PgType, context.ResolveType(((TypeObject)statement.Object).Type).Oid);
            case ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine when statement.Object is FunctionObject function
                && ObjectFinder.AnyRoutine(context, statement.Kind, function.Name, function.HasArguments ? function.Arguments : null) is (null, var builtIn):
                return new ObjectAddress(CatalogOids.PgProc, builtIn.Oid);
            case var kind when ObjectChanges.Handles(kind) || kind is ObjectKind.Cast or ObjectKind.Policy:
                object entry = ObjectFinder.Find(context, kind, statement.Object, missingOk: false)!;
                ObjectFinder.CheckOwner(context, entry);
                return ObjectFinder.AddressOf(entry);
            case ObjectKind.AccessMethod:
                string method = ((NamedObject)statement.Object).Name.Name;
                return new ObjectAddress(CatalogOids.PgAm, AccessMethodCommands.Find(context, method)?.Oid ?? throw new SqlException(SqlState.UndefinedObject, $"access method \"{method}\" does not exist"));
            case ObjectKind.Language:
                string language = ((NamedObject)statement.Object).Name.Name;
                return new ObjectAddress(CatalogOids.PgLanguage, BuiltinNames.Find("pg_language", "lanname", language) ?? throw new SqlException(SqlState.UndefinedObject, $"language \"{language}\" does not exist"));
            case ObjectKind.DomainConstraint:
                var domainConstraint = (DomainConstraintObject)statement.Object;
                UserTypeInfo domain = TypeCommands.RequireUserType(context, domainConstraint.Domain);
                ConstraintInfo check = Array.Find(domain.Constraints, c => c.Name == domainConstraint.Name) ??
                    throw new SqlException(SqlState.UndefinedObject, $"constraint \"{domainConstraint.Name}\" for domain {domain.Name} does not exist");
                return new ObjectAddress(CatalogOids.PgConstraint, check.Oid);
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"COMMENT ON {DropCommand.KindName(statement.Kind).ToUpperInvariant()} is not supported yet");
        }
    }

    private static void RequireKind(RelationInfo relation, ObjectKind kind)
    {
        (bool isRight, string name) = kind switch
        {
            ObjectKind.Table => (relation.Kind is RelationKind.Table or RelationKind.PartitionedTable, "a table"),
            ObjectKind.View => (relation.Kind == RelationKind.View, "a view"),
            ObjectKind.Index => (relation.Kind is RelationKind.Index or RelationKind.PartitionedIndex, "an index"),
            ObjectKind.Sequence => (relation.Kind == RelationKind.Sequence, "a sequence"),
            ObjectKind.MaterializedView => (relation.Kind == RelationKind.MaterializedView, "a materialized view"),
            _ => (relation.Kind == RelationKind.ForeignTable, "a foreign table"),
        };
        if (!isRight)
            throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is not {name}");
    }

    private static RelationInfo Relation(DdlContext context, QualifiedName name)
    {
        RelationInfo relation = context.Require(new RelationName(null, name.Schema, name.Name, name.Position), RelationLockMode.ShareUpdateExclusive);
        context.CheckOwner(relation);
        return relation;
    }

    private static void RequireOwner(DdlContext context, uint owner, string target)
    {
        if (!context.Permissions.IsOwner(owner))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of {target}");
    }
}
