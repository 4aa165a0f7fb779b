using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>ALTER … RENAME and ALTER … SET SCHEMA.</summary>
internal static class RenameCommand
{
    public static void Rename(DdlContext context, RenameStatement statement)
    {
        string? old = statement.Kind switch
        {
            ObjectKind.Column => statement.SubName,
            ObjectKind.Table or ObjectKind.View or ObjectKind.Index or ObjectKind.Sequence or ObjectKind.MaterializedView or ObjectKind.ForeignTable => statement.Relation?.Name ?? OldName(statement.Object),
            ObjectKind.Schema or ObjectKind.Type or ObjectKind.Domain => OldName(statement.Object),
            var kind when ObjectChanges.Handles(kind) => OldName(statement.Object),
            _ => null,
        };
        if (old is null)
            RenameOne(context, statement);
        else
            DependentDefinitions.Follow(context, old, () => RenameOne(context, statement));
    }

    private static string? OldName(ObjectReference reference) => reference switch
    {
        NamedObject named => named.Name.Name,
        FunctionObject function => function.Name.Name,
        TypeObject type => type.Type.Name,
        _ => null,
    };

    private static void RenameOne(DdlContext context, RenameStatement statement)
    {
        switch (statement.Kind)
        {
            case ObjectKind.Table or ObjectKind.View or ObjectKind.Index or ObjectKind.Sequence or ObjectKind.MaterializedView or ObjectKind.ForeignTable:
                if (FindRelation(context, statement.Object, statement.Relation, statement.IfExists) is { } relation)
                    RenameRelation(context, relation, statement.NewName);
                break;
            case ObjectKind.Column:
                if (FindRelation(context, statement.Object, statement.Relation, statement.IfExists) is { } table)
                    RenameColumnOfTree(context, table, statement.SubName!, statement.NewName, (statement.Relation?.IncludeDescendants ?? true), statement.Behavior == DropBehavior.Cascade);
                break;
            case ObjectKind.TableConstraint:
                if (FindRelation(context, statement.Object, statement.Relation, statement.IfExists) is { } constrained)
                    RenameConstraintOfTree(context, constrained, statement.SubName!, statement.NewName, (statement.Relation?.IncludeDescendants ?? true));
                break;
            case ObjectKind.Schema:
                RenameSchema(context, Name(statement.Object), statement.NewName);
                break;
            case ObjectKind.Role:
                RenameRole(context, Name(statement.Object), statement.NewName);
                break;
            case ObjectKind.Database:
                DatabaseInfo database = DatabaseCommands.Require(context, Name(statement.Object));
                if (context.View.FindDatabase(statement.NewName) is not null)
                    throw new SqlException(SqlState.DuplicateDatabase, $"database \"{statement.NewName}\" already exists");
                if (database.Oid == context.DatabaseOid)
                    throw new SqlException(SqlState.FeatureNotSupported, "current database cannot be renamed");
                context.Changes.Replace(database, database with { Name = statement.NewName }, context.Cancellation);
                break;
            case ObjectKind.Type or ObjectKind.Domain:
                RenameType(context, ((TypeObject)statement.Object).Type, statement.NewName);
                break;
            case ObjectKind.Policy when statement.Object is DependentObject policy:
                PolicyCommands.Rename(context, new RelationName(null, policy.Owner.Schema, policy.Owner.Name, policy.Position), policy.Name, statement.NewName);
                break;
            case ObjectKind.DomainConstraint:
                ObjectChanges.RenameDomainConstraint(context, (DomainConstraintObject)statement.Object, statement.NewName);
                break;
            case var kind when ObjectChanges.Handles(kind):
                ObjectChanges.Rename(context, kind, statement.Object, statement.NewName);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"renaming a {DropCommand.KindName(statement.Kind)} is not supported yet");
        }
    }

    private static string Name(ObjectReference reference) => ((NamedObject)reference).Name.Name;

    private static RelationInfo? FindRelation(DdlContext context, ObjectReference reference, RelationName? given, bool ifExists)
    {
        RelationName name = given ?? (reference is NamedObject named ? new RelationName(null, named.Name.Schema, named.Name.Name, named.Name.Position) : throw new SqlException(SqlState.InvalidName, "a relation is expected"));
        RelationInfo? relation = context.Find(name, RelationLockMode.AccessExclusive);
        if (relation is null)
        {
            if (!ifExists)
                throw context.Missing(name);
            context.Session.Notice($"relation \"{DdlContext.Qualified(name)}\" does not exist, skipping");
            return null;
        }

        context.CheckOwner(relation);
        return relation;
    }

    private static void RenameRelation(DdlContext context, RelationInfo relation, string name)
    {
        context.LockName(relation.SchemaOid, name);
        if (context.View.FindRelation(relation.SchemaOid, name) is not null)
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{name}\" already exists");
        RelationInfo changed = relation with { Name = name };
        if (relation.Index is { } index)
        {
            changed = changed with { Index = index with { Name = name } };
            // A key's constraint and its index have one name.
            if (context.View.FindRelation(index.TableOid) is { } table && Array.Find(table.Constraints, c => c.IndexOid == index.Oid && c.Kind != Catalog.ConstraintKind.ForeignKey) is { } constraint)
                context.Replace(table, table with { Constraints = [.. table.Constraints.Select(c => c.Oid == constraint.Oid ? c with { Name = name } : c)] });
        }

        context.Replace(context.View.FindRelation(relation.Oid)!, changed);
        if (relation.RowTypeOid != 0 && context.View.FindUserType(relation.RowTypeOid) is { } type)
            RenameTypePair(context, type, name);
    }

    // The array type's name follows; it gives way to others of its name.
    private static void RenameTypePair(DdlContext context, UserTypeInfo type, string name)
    {
        if (context.View.FindUserType(type.SchemaOid, name) is { } taken && taken.Oid != type.ArrayOid && !context.MoveArrayType(taken))
            throw new SqlException(SqlState.DuplicateObject, $"type \"{name}\" already exists");
        if (type.ArrayOid != 0 && context.View.FindUserType(type.ArrayOid) is { } array)
            context.Changes.Replace(array, array with { Name = context.FreeTypeName(array.SchemaOid, "_" + name) }, context.Cancellation);
        context.Changes.Replace(type, type with { Name = name }, context.Cancellation);
    }

    private static void RenameColumnOfTree(DdlContext context, RelationInfo table, string from, string to, bool includesDescendants, bool isCascade)
    {
        List<RelationInfo> descendants = table.Index is null ? RelationTree.Descendants(context.View, table) : [];
        if (table.FindColumn(from) is { } column)
        {
            if (descendants.Count > 0 && !includesDescendants)
                throw new SqlException(SqlState.InvalidTableDefinition, $"inherited column \"{from}\" must be renamed in child tables too");
            if (column.InheritCount > 0)
                throw new SqlException(SqlState.InvalidTableDefinition, $"cannot rename inherited column \"{from}\"");
        }

        RenameColumn(context, table, from, to);
        if (table.Kind == RelationKind.CompositeType)
            RenameInTypedTables(context, table, from, to, isCascade);
        foreach (RelationInfo descendant in descendants)
            RenameInDescendant(context, table, context.LockRelation(descendant, RelationLockMode.AccessExclusive)!, descendants, from, to);
    }

    // Tables of the type have its columns.
    private static void RenameInTypedTables(DdlContext context, RelationInfo type, string from, string to, bool isCascade)
    {
        foreach (RelationInfo typed in context.View.UserRelations.ToArray())
        {
            if (typed.OfTypeOid != type.RowTypeOid)
                continue;
            if (!isCascade)
                throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot alter type \"{type.Name}\" because it is the type of a typed table") { Hint = "Use ALTER ... CASCADE to alter the typed tables too." };
            RenameColumn(context, context.LockRelation(typed, RelationLockMode.AccessExclusive)!, from, to);
        }
    }

    private static void RenameInDescendant(DdlContext context, RelationInfo root, RelationInfo descendant, List<RelationInfo> tree, string from, string to)
    {
        // All of its parents must be in the tree, else the column would have two names.
        foreach (uint parent in descendant.Parents)
            if (parent != root.Oid && !tree.Exists(t => t.Oid == parent) && context.View.FindRelation(parent)?.FindColumn(from) is not null)
                throw new SqlException(SqlState.InvalidTableDefinition, $"cannot rename inherited column \"{from}\"");
        if (descendant.FindColumn(from) is not null)
            RenameColumn(context, descendant, from, to);
    }

    private static void RenameConstraintOfTree(DdlContext context, RelationInfo table, string from, string to, bool includesDescendants)
    {
        ConstraintInfo? constraint = Array.Find(table.Constraints, c => c.Name == from);
        bool inherits = constraint is { Kind: Catalog.ConstraintKind.Check, NoInherit: false };
        List<RelationInfo> descendants = inherits ? RelationTree.Descendants(context.View, table) : [];
        if (inherits && descendants.Count > 0 && !includesDescendants)
            throw new SqlException(SqlState.InvalidTableDefinition, $"inherited constraint \"{from}\" must be renamed in child tables too");
        if (constraint is { InheritCount: > 0 })
            throw new SqlException(SqlState.InvalidTableDefinition, $"cannot rename inherited constraint \"{from}\"");
        RenameConstraint(context, table, from, to);
        foreach (RelationInfo descendant in descendants)
            if (context.LockRelation(descendant, RelationLockMode.AccessExclusive) is { } locked && Array.Exists(locked.Constraints, c => c.Name == from))
                RenameConstraint(context, locked, from, to);
    }

    private static void RenameColumn(DdlContext context, RelationInfo table, string from, string to)
    {
        ColumnInfo column = table.FindColumn(from) ?? throw new SqlException(SqlState.UndefinedColumn, $"column \"{from}\" does not exist");
        if (table.FindColumn(to) is not null)
            throw new SqlException(SqlState.DuplicateColumn, $"column \"{to}\" of relation \"{table.Name}\" already exists");
        if (ColumnBuilder.SystemColumn(to))
            throw new SqlException(SqlState.DuplicateColumn, $"column name \"{to}\" conflicts with a system column name");
        ColumnInfo[] columns = [.. table.Columns];
        columns[column.Number - 1] = column with { Name = to };
        // Definitions that mention the column follow: DependentDefinitions.
        RelationInfo changed = table with { Columns = columns };
        if (table.View is { IsCanonical: false } view)
            changed = changed with { View = new ViewInfo(WithColumnNames(view.Text, columns)) { RuleOid = view.RuleOid, SearchPath = view.SearchPath } };
        context.Replace(table, changed);
        RejectViews(context, table, from);
    }

    private static string WithColumnNames(string query, ColumnInfo[] columns) =>
        $"SELECT * FROM ({query}) AS v({string.Join(", ", columns.Select(static c => TypeNames.QuoteIdentifier(c.Name)))})";

    // A view's text names columns: until texts are rewritten, a column that one mentions keeps its name.
    private static void RejectViews(DdlContext context, RelationInfo table, string column)
    {
        foreach (RelationInfo candidate in context.View.UserRelations)
            if (candidate.View is { IsCanonical: false } view && Array.Exists(candidate.Dependencies, d => d.Referenced.ObjectOid == table.Oid) && view.Text.Contains(column, StringComparison.OrdinalIgnoreCase))
                throw new SqlException(SqlState.FeatureNotSupported, $"renaming column \"{column}\" that view \"{candidate.Name}\" uses is not supported yet");
    }

    private static void RenameConstraint(DdlContext context, RelationInfo table, string from, string to)
    {
        ConstraintInfo constraint = Array.Find(table.Constraints, c => c.Name == from) ??
            throw new SqlException(SqlState.UndefinedObject, $"constraint \"{from}\" for table \"{table.Name}\" does not exist");
        if (Array.Exists(table.Constraints, c => c.Name == to))
            throw new SqlException(SqlState.DuplicateObject, $"constraint \"{to}\" for relation \"{table.Name}\" already exists");
        if (constraint.Kind is Catalog.ConstraintKind.PrimaryKey or Catalog.ConstraintKind.Unique)
            RenameRelation(context, context.View.FindRelation(constraint.IndexOid)!, to);
        else
            context.Replace(table, table with { Constraints = [.. table.Constraints.Select(c => c.Oid == constraint.Oid ? c with { Name = to } : c)] });
    }

    private static void RenameSchema(DdlContext context, string from, string to)
    {
        SchemaInfo schema = context.RequireSchema(from);
        if (!context.Permissions.IsOwner(schema.OwnerOid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of schema {from}");
        if (context.View.FindSchema(to) is not null)
            throw new SqlException(SqlState.DuplicateSchema, $"schema \"{to}\" already exists");
        if (to.StartsWith("pg_", StringComparison.Ordinal))
            throw new SqlException(SqlState.ReservedName, $"unacceptable schema name \"{to}\"") { Detail = "The prefix \"pg_\" is reserved for system schemas." };
        context.Changes.Replace(schema, schema with { Name = to }, context.Cancellation);
    }

    private static void RenameRole(DdlContext context, string from, string to)
    {
        RoleInfo role = context.View.FindRole(from) ?? throw new SqlException(SqlState.UndefinedObject, $"role \"{from}\" does not exist");
        if (context.View.FindRole(context.CurrentUser) is not ({ IsSuperuser: true } or { CanCreateRole: true }))
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied to rename role");
        if (role.Oid == context.CurrentUser)
            throw new SqlException(SqlState.FeatureNotSupported, "current user cannot be renamed");
        if (context.View.FindRole(to) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"role \"{to}\" already exists");
        context.Changes.Replace(role, role with { Name = to }, context.Cancellation);
    }

    private static void RenameType(DdlContext context, TypeName name, string to)
    {
        UserTypeInfo type = TypeCommands.RequireUserType(context, name);
        RenameTypePair(context, type, to);
    }

    public static void SetSchema(DdlContext context, AlterObjectSchemaStatement statement)
    {
        if (statement.Kind == ObjectKind.Extension)
            ExtensionCommands.SetSchema(context, ((NamedObject)statement.Object).Name.Name, statement.NewSchema);
        else if ((statement.Relation?.Name ?? OldName(statement.Object)) is { } name)
            DependentDefinitions.Follow(context, name, () => MoveOne(context, statement));
        else
            MoveOne(context, statement);
    }

    private static void MoveOne(DdlContext context, AlterObjectSchemaStatement statement)
    {
        if (ObjectChanges.Handles(statement.Kind))
        {
            ObjectChanges.SetSchema(context, statement.Kind, statement.Object, statement.NewSchema);
            return;
        }

        if (statement.Kind is ObjectKind.Type or ObjectKind.Domain)
        {
            MoveType(context, TypeNameOf(statement.Object), statement.NewSchema);
            return;
        }

        if (statement.Kind is not (ObjectKind.Table or ObjectKind.View or ObjectKind.Sequence))
            throw new SqlException(SqlState.FeatureNotSupported, $"ALTER {DropCommand.KindName(statement.Kind).ToUpperInvariant()} SET SCHEMA is not supported yet");
        if (FindRelation(context, statement.Object, statement.Relation, statement.IfExists) is not { } relation)
            return;
        SchemaInfo schema = context.RequireSchema(statement.NewSchema);
        context.Permissions.CheckSchema(schema, Privileges.Create);
        if (relation.SchemaOid == schema.Oid)
            return;
        Move(context, relation, schema);
        foreach (IndexInfo index in relation.Indexes)
            Move(context, context.View.FindRelation(index.Oid)!, schema);
        foreach (RelationInfo sequence in context.View.UserRelations.ToArray())
            if (sequence.Sequence is not null && Array.Exists(sequence.Dependencies, d => d.Kind != DependencyKind.Normal && d.Referenced.ObjectOid == relation.Oid))
                Move(context, sequence, schema);
    }

    private static TypeName TypeNameOf(ObjectReference? reference) => reference switch
    {
        TypeObject given => given.Type,
        _ => new TypeName(((NamedObject)reference!).Name.Parts, reference.Position),
    };

    private static void MoveType(DdlContext context, TypeName name, string newSchema)
    {
        UserTypeInfo type = TypeCommands.RequireUserType(context, name);
        SchemaInfo schema = context.RequireSchema(newSchema);
        context.Permissions.CheckSchema(schema, Privileges.Create);
        if (type.Kind == UserTypeKind.Array)
            throw new SqlException(SqlState.WrongObjectType, $"cannot alter array type {TypeNames.Format(TypeResolver.Find(type.Oid, context.View)!)}")
            {
                Hint = $"You can alter type {TypeNames.Format(TypeResolver.Find(type.ElementOid, context.View)!)}, which will alter the array type as well.",
            };
        if (type.SchemaOid == schema.Oid)
            return;
        context.LockName(schema.Oid, type.Name);
        if (context.View.FindUserType(schema.Oid, type.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"type \"{type.Name}\" already exists in schema \"{schema.Name}\"");
        if (type.RelationOid != 0)
        {
            RelationInfo relation = context.View.FindRelation(type.RelationOid)!;
            if (relation.Kind != RelationKind.CompositeType)
                throw new SqlException(SqlState.WrongObjectType, $"{type.Name} is a table's row type") { Hint = "Use ALTER TABLE instead." };
            Move(context, relation, schema);
            return;
        }

        context.Changes.Replace(type, type with { SchemaOid = schema.Oid, Constraints = [.. type.Constraints.Select(c => c with { SchemaOid = schema.Oid })] }, context.Cancellation);
        if (context.View.FindUserType(type.ArrayOid) is { } array)
            context.Changes.Replace(array, array with { SchemaOid = schema.Oid }, context.Cancellation);
    }

    private static void Move(DdlContext context, RelationInfo relation, SchemaInfo schema)
    {
        context.LockName(schema.Oid, relation.Name);
        if (context.View.FindRelation(schema.Oid, relation.Name) is not null)
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{relation.Name}\" already exists in schema \"{schema.Name}\"");
        RelationInfo changed = relation with { SchemaOid = schema.Oid, Constraints = [.. relation.Constraints.Select(c => c with { SchemaOid = schema.Oid })] };
        context.Replace(relation, changed);
        if (relation.RowTypeOid == 0 || context.View.FindUserType(relation.RowTypeOid) is not { } type)
            return;
        context.Changes.Replace(type, type with { SchemaOid = schema.Oid }, context.Cancellation);
        if (context.View.FindUserType(type.ArrayOid) is { } array)
            context.Changes.Replace(array, array with { SchemaOid = schema.Oid }, context.Cancellation);
    }
}
