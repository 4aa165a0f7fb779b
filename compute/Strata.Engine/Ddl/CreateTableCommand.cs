using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Planning;
using Strata.Engine.Sessions;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE TABLE, CREATE TABLE AS and SELECT INTO.</summary>
internal static class CreateTableCommand
{
    public static void Execute(DdlContext context, CreateTableStatement statement)
    {
        RejectUnsupported(statement);
        SchemaInfo schema = context.CreationSchema(statement.Relation.Schema, statement.Relation.Position, statement.Relation.Persistence);
        if (!TryReserveName(context, schema, statement.Relation.Name, statement.IfNotExists))
            return;
        var builder = new TableBuilder(context, schema, statement.Relation.Name) { IsForeign = statement.ForeignServer is not null, AccessMethod = statement.AccessMethod };
        PartitionBoundInfo? bound = null;
        RelationInfo? parent = null;
        if (statement.PartitionOf is { } partitioned)
            (parent, bound) = AddPartitioned(context, builder, partitioned, statement, schema);
        else if (!statement.Inherits.IsEmpty)
            AddParents(context, builder, statement, schema);
        else if (statement.OfType is { } type)
            AddType(context, builder, type);
        builder.Add(statement.Elements);
        RelationInfo table = builder.Create(statement.Relation.Persistence, statement.Options, statement.PartitionBy, bound);
        if (parent is not null)
        {
            InheritCommands.CheckDefaultPartition(context, parent.Oid, table.Oid);
            var indexes = new PartitionIndexes(context);
            indexes.CloneAll(parent, table);
            indexes.CloneForeignKeys(parent, context.View.FindRelation(table.Oid)!, validate: false);
        }

        if (statement.ForeignServer is { } server)
            ForeignCommands.Attach(context, context.View.FindRelation(table.Oid)!, server, statement.ForeignOptions);
        NoteOnCommit(context, table, statement.OnCommit);
    }

    private static (RelationInfo Parent, PartitionBoundInfo Bound) AddPartitioned(
        DdlContext context, TableBuilder builder, RelationName name, CreateTableStatement statement, SchemaInfo schema)
    {
        RelationInfo parent = context.Require(name, RelationLockMode.AccessExclusive);
        if (parent.PartitionKey is null)
            throw parent.Kind == RelationKind.Table
                ? new SqlException(SqlState.WrongObjectType, $"\"{parent.Name}\" is not partitioned") { Position = 0 }
                : new SqlException(SqlState.WrongObjectType, $"inherited relation \"{parent.Name}\" is not a table or foreign table");
        context.CheckOwner(parent);
        bool isTemporary = TemporaryObjects.IsTemporary(schema);
        if (parent.Persistence == 't' && !isTemporary)
            throw new SqlException(SqlState.WrongObjectType, $"cannot create a permanent relation as partition of temporary relation \"{parent.Name}\"");
        if (parent.Persistence != 't' && isTemporary)
            throw new SqlException(SqlState.WrongObjectType, $"cannot create a temporary relation as partition of permanent relation \"{parent.Name}\"");
        var inherited = new InheritedDefinition(context, statement.Relation.Name, schema);
        inherited.Add(parent);
        builder.Inherit(inherited, isPartition: true);
        return (parent, new PartitionBounds(context, parent, statement.Relation.Name).Build(statement.Bound!));
    }

    private static void AddParents(DdlContext context, TableBuilder builder, CreateTableStatement statement, SchemaInfo schema)
    {
        if (statement.PartitionBy is not null)
            throw new SqlException(SqlState.WrongObjectType, "cannot create partitioned table as inheritance child");
        var inherited = new InheritedDefinition(context, statement.Relation.Name, schema);
        foreach (RelationName parent in statement.Inherits)
            inherited.AddParent(parent);
        builder.Inherit(inherited, isPartition: false);
    }

    private static void AddType(DdlContext context, TableBuilder builder, TypeName name)
    {
        SqlType type = context.ResolveType(name);
        if (context.View.FindUserType(type.Oid) is not { Kind: UserTypeKind.Composite } user || context.View.FindRelation(user.RelationOid) is not { Kind: RelationKind.CompositeType } relation)
            throw new SqlException(SqlState.WrongObjectType, $"type {TypeNames.Format(type)} is not a composite type");
        builder.OfType(relation, type.Oid);
    }

    private static void RejectUnsupported(CreateTableStatement statement)
    {
        if (statement.AccessMethod is not null && statement.PartitionBy is not null)
            throw new SqlException(SqlState.FeatureNotSupported, "specifying a table access method is not supported on a partitioned table");
        if (statement.Tablespace is not (null or "pg_default"))
            throw new SqlException(SqlState.UndefinedObject, $"tablespace \"{statement.Tablespace}\" does not exist");
    }

    private static void NoteOnCommit(DdlContext context, RelationInfo table, OnCommitAction action)
    {
        if (action == OnCommitAction.None)
            return;
        if (table.Persistence != 't')
            throw new SqlException(SqlState.InvalidTableDefinition, "ON COMMIT can only be used on temporary tables");
        context.Session.Temporary.OnCommit(table, action);
    }

    private static bool TryReserveName(DdlContext context, SchemaInfo schema, string name, bool ifNotExists)
    {
        context.LockName(schema.Oid, name);
        if (ifNotExists && context.View.FindRelation(schema.Oid, name) is not null)
        {
            context.Session.Notice($"relation \"{name}\" already exists, skipping", sqlState: SqlState.DuplicateTable.Code);
            return false;
        }

        context.CheckNameIsFree(schema.Oid, name, hasRowType: true);
        return true;
    }

    /// <summary>Makes a table of a query's result; returns the number of rows, or null when there is none to tell (it existed already, or WITH NO DATA).</summary>
    public static long? ExecuteAs(DdlContext context, IntoClause into, Statement query, bool ifNotExists)
    {
        IReadOnlyList<Expression>? values = context.ParameterValues;
        if (query is ExecuteStatement execute)
            (query, values) = PreparedQuery.Resolve(context, execute);
        SchemaInfo schema = context.CreationSchema(into.Relation.Schema, into.Relation.Position, into.Relation.Persistence);
        if (!TryReserveName(context, schema, into.Relation.Name, ifNotExists))
            return null;
        // Without data nothing is read: materialized views that are not filled yet will do.
        BoundStatement bound = Binder.Bind(query, (into.WithNoData ? StoredExpressions.RecordedContextOf(context) : StoredExpressions.BindingContextOf(context)) with { ParameterValues = values });
        CheckPrivileges(context, bound);
        if (into.Columns.Count > bound.Output.Count)
            throw new SqlException(SqlState.SyntaxError, "too many column names were specified");
        var builder = new TableBuilder(context, schema, into.Relation.Name) { AccessMethod = into.AccessMethod };
        for (int i = 0; i < bound.Output.Count; i++)
            builder.AddColumn(i < into.Columns.Count ? into.Columns[i] : bound.Output[i].Name, StoredType(bound.Output[i].Type));
        RelationInfo table = builder.Create(into.Relation.Persistence, into.Options);
        NoteOnCommit(context, table, into.OnCommit);
        if (into.WithNoData)
            return null;
        var target = new RelationName(null, schema.Name, table.Name, -1);
        var insert = new InsertStatement(target, (SelectStatement)query, -1);
        return new InternalQuery(context) { Measured = context.Measured, ParameterValues = values }.Run(insert, context.StatementText);
    }

    private static SqlType StoredType(SqlType type) => type.Oid == TypeOid.Unknown ? SqlType.Text : type;

    private static void CheckPrivileges(DdlContext context, BoundStatement bound)
    {
        foreach (RequiredPrivilege required in bound.Privileges)
            if (context.View.FindRelation(required.RelationOid) is { } relation)
                context.Permissions.Check(relation, required.Privilege switch { 'r' => Privileges.Select, 'a' => Privileges.Insert, 'w' => Privileges.Update, _ => Privileges.Delete }, required.RoleOid);
    }
}
