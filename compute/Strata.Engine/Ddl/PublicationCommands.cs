using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE and ALTER PUBLICATION: entries of the catalogs. Nothing subscribes to them.</summary>
internal static class PublicationCommands
{
    public static void Create(DdlContext context, CreatePublicationStatement statement)
    {
        if (ForeignCommands.Find(context, CatalogOids.PgPublication, statement.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"publication \"{statement.Name}\" already exists");
        if (!context.Session.IsSuperuser && (statement.IsForAllTables || statement.Objects.Any(static o => o.Kind != PublicationObjectKind.Table)))
            throw new SqlException(SqlState.InsufficientPrivilege, statement.IsForAllTables ? "must be superuser to create FOR ALL TABLES publication" : "must be superuser to create FOR TABLES IN SCHEMA publication");
        uint oid = context.NewOid();
        CatalogValue[] row = [oid, statement.Name, context.CurrentUser, statement.IsForAllTables, true, true, true, true, false];
        SetOptions(row, statement.Options);
        var publication = CatalogObjectShapes.Make(CatalogOids.PgPublication, row, []);
        context.Changes.Create(publication, context.Cancellation);
        Add(context, publication, statement.Objects);
        context.Session.Notice("wal_level is insufficient to publish logical changes", "WARNING", "55000", hint: "Set wal_level to \"logical\" before creating subscriptions.");
    }

    public static void Alter(DdlContext context, AlterPublicationStatement statement)
    {
        CatalogObject publication = ForeignCommands.Require(context, CatalogOids.PgPublication, statement.Name);
        ObjectFinder.CheckOwner(context, publication);
        if (statement.Options.Count > 0)
        {
            CatalogValue[] row = [.. publication.Row];
            SetOptions(row, statement.Options);
            context.Changes.Replace(publication, CatalogObjectShapes.Make(CatalogOids.PgPublication, row, publication.Dependencies), context.Cancellation);
            return;
        }

        if (publication.Number(3) != 0)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"publication \"{publication.Name}\" is defined as FOR ALL TABLES")
            {
                Detail = "Tables cannot be added to or dropped from FOR ALL TABLES publications.",
            };
        if (statement.Action is DefinitionAction.Set)
            foreach (CatalogObject member in Members(context, publication))
                context.Changes.Drop(member, context.Cancellation);
        if (statement.Action == DefinitionAction.Drop)
            Remove(context, publication, statement.Objects);
        else
            Add(context, publication, statement.Objects);
    }

    private static CatalogObject[] Members(DdlContext context, CatalogObject publication) =>
        [.. context.View.ObjectsOf(CatalogOids.PgPublicationRel).Concat(context.View.ObjectsOf(CatalogOids.PgPublicationNamespace)).Where(m => m.OidAt(1) == publication.Oid)];

    private static void SetOptions(CatalogValue[] row, SyntaxList<DefinitionElement> options)
    {
        foreach (DefinitionElement option in options)
        {
            switch (option.Name)
            {
                case "publish":
                    for (int i = 4; i <= 7; i++)
                        row[i] = false;
                    foreach (string word in DefinitionValues.Text(option).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                        row[word switch
                        {
                            "insert" => 4,
                            "update" => 5,
                            "delete" => 6,
                            "truncate" => 7,
                            _ => throw new SqlException(SqlState.SyntaxError, $"unrecognized value for publication option \"publish\": \"{word}\""),
                        }] = true;
                    break;
                case "publish_via_partition_root":
                    row[8] = DefinitionValues.Flag(option);
                    break;
                default:
                    throw new SqlException(SqlState.SyntaxError, $"unrecognized publication parameter: \"{option.Name}\"");
            }
        }
    }

    private static void Add(DdlContext context, CatalogObject publication, SyntaxList<PublicationObject> objects)
    {
        foreach (PublicationObject item in objects)
        {
            uint oid = context.NewOid();
            if (item.Kind != PublicationObjectKind.Table)
            {
                SchemaInfo schema = SchemaOf(context, item);
                context.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgPublicationNamespace, [oid, publication.Oid, schema.Oid],
                    Links(new ObjectAddress(CatalogOids.PgPublicationNamespace, oid), publication.Address, new ObjectAddress(CatalogOids.PgNamespace, schema.Oid))), context.Cancellation);
                continue;
            }

            RelationInfo table = Table(context, publication, item);
            CatalogValue condition = item.Where is null ? CatalogValue.Null : StoredExpressions.OverTable(context, table, item.Where, isCondition: true).Text;
            CatalogValue columns = item.Columns.IsEmpty
                ? CatalogValue.Null
                : (CatalogValue)item.Columns.AsSpan().ToArray().Select(name => (long)AlterTableCommand.RequireColumn(table, name).Number).ToArray();
            context.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgPublicationRel, [oid, publication.Oid, table.Oid, condition, columns],
                Links(new ObjectAddress(CatalogOids.PgPublicationRel, oid), publication.Address, new ObjectAddress(CatalogOids.PgClass, table.Oid))), context.Cancellation);
        }
    }

    private static Dependency[] Links(ObjectAddress self, ObjectAddress publication, ObjectAddress member) =>
        [new Dependency(self, publication, DependencyKind.Auto), new Dependency(self, member, DependencyKind.Auto)];

    private static SchemaInfo SchemaOf(DdlContext context, PublicationObject item) => item.Kind == PublicationObjectKind.TablesInSchema
        ? context.RequireSchema(item.Schema!)
        : context.View.FindSchema(context.Session.SearchPath.CreationSchema) ?? throw new SqlException(SqlState.InvalidSchemaName, "no schema has been selected for CURRENT_SCHEMA");

    private static RelationInfo Table(DdlContext context, CatalogObject publication, PublicationObject item)
    {
        RelationInfo table = context.Require(item.Relation!, RelationLockMode.ShareUpdateExclusive);
        if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable))
            throw new SqlException(SqlState.InvalidParameterValue, $"cannot add relation \"{table.Name}\" to publication")
            {
                Detail = table.Kind == RelationKind.View ? "This operation is not supported for views." : "This operation is not supported for such relations.",
            };
        if (table.SystemTable is not null)
            throw new SqlException(SqlState.InvalidParameterValue, $"cannot add relation \"{table.Name}\" to publication") { Detail = "This operation is not supported for system tables." };
        context.CheckOwner(table);
        foreach (CatalogObject member in context.View.ObjectsOf(CatalogOids.PgPublicationRel))
            if (member.OidAt(1) == publication.Oid && member.OidAt(2) == table.Oid)
                throw new SqlException(SqlState.DuplicateObject, $"relation \"{table.Name}\" is already member of publication \"{publication.Name}\"");
        return table;
    }

    private static void Remove(DdlContext context, CatalogObject publication, SyntaxList<PublicationObject> objects)
    {
        foreach (PublicationObject item in objects)
        {
            bool isTable = item.Kind == PublicationObjectKind.Table;
            uint oid = isTable ? context.Require(item.Relation!, RelationLockMode.ShareUpdateExclusive).Oid : SchemaOf(context, item).Oid;
            CatalogObject member = Array.Find(Members(context, publication), m => m.OidAt(2) == oid && (m.ClassOid == CatalogOids.PgPublicationRel) == isTable)
                ?? throw new SqlException(SqlState.UndefinedObject, isTable
                    ? $"relation \"{item.Relation!.Name}\" is not part of the publication"
                    : $"tables from schema \"{context.View.FindSchema(oid)!.Name}\" are not part of the publication");
            context.Changes.Drop(member, context.Cancellation);
        }
    }
}
