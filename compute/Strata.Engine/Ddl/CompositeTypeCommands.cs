using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE TYPE … AS (…). The attributes stand in a relation of kind <c>c</c> without storage, as in PostgreSQL.</summary>
internal static class CompositeTypeCommands
{
    public static void Create(DdlContext context, CreateCompositeTypeStatement statement)
    {
        SchemaInfo schema = context.CreationSchema(statement.Name.Schema, statement.Name.Position);
        context.LockName(schema.Oid, statement.Name.Name);
        if (context.View.FindUserType(schema.Oid, statement.Name.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"type \"{statement.Name.Name}\" already exists");
        if (context.View.FindRelation(schema.Oid, statement.Name.Name) is not null)
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{statement.Name.Name}\" already exists");
        var columns = new List<ColumnInfo>();
        foreach (ColumnDefinition definition in statement.Columns)
        {
            if (columns.Exists(c => c.Name == definition.Name))
                throw new SqlException(SqlState.DuplicateColumn, $"column \"{definition.Name}\" specified more than once");
            columns.Add(Column(context, definition, (short)(columns.Count + 1)));
        }

        context.CreateRelation(new RelationInfo
        {
            Oid = context.NewOid(),
            Name = statement.Name.Name,
            SchemaOid = schema.Oid,
            Kind = RelationKind.CompositeType,
            OwnerOid = context.CurrentUser,
            Database = context.DatabaseOid,
            RowTypeOid = context.NewTypePair(),
            Columns = [.. columns],
        });
    }

    private static ColumnInfo Column(DdlContext context, ColumnDefinition definition, short number)
    {
        SqlType type = context.ResolveType(definition.Type!);
        if (type.IsPseudo && type.Oid != TypeOid.Record)
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{definition.Name}\" has pseudo-type {TypeNames.Format(type)}");
        if (definition.Collation is { } collation && !type.IsCollatable)
            throw new SqlException(SqlState.DatatypeMismatch, $"collations are not supported by type {TypeNames.Format(type)}") { Position = context.Position(collation.Position) };
        return ColumnBuilder.Make(number, definition.Name, type, definition.Collation is { } named ? ColumnBuilder.Collation(context, named) : null);
    }
}
