using Strata.Engine.Catalog;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE SCHEMA.</summary>
internal static class SchemaCommands
{
    public static void Create(DdlContext context, StatementRunner runner, CreateSchemaStatement statement, string own)
    {
        RoleInfo? owner = statement.Authorization is { } role ? context.RequireRole(role) : null;
        string name = statement.Name ?? owner!.Name;
        DatabaseInfo database = context.View.FindDatabase(context.DatabaseOid)!;
        if ((context.Permissions.Of(context.CurrentUser, database.OwnerOid, database.Acl, Privileges.Temporary | Privileges.Connect, Privileges.AllDatabase) & Privileges.Create) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for database {database.Name}");
        if (name.StartsWith("pg_", StringComparison.Ordinal))
            throw new SqlException(SqlState.ReservedName, $"unacceptable schema name \"{name}\"") { Detail = "The prefix \"pg_\" is reserved for system schemas." };
        context.LockName(0, name);
        if (context.View.FindSchema(name) is not null)
        {
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateSchema, $"schema \"{name}\" already exists");
            context.Session.Notice($"schema \"{name}\" already exists, skipping", sqlState: SqlState.DuplicateSchema.Code);
            return;
        }

        context.Changes.Create(new SchemaInfo { Oid = context.NewOid(), Name = name, OwnerOid = owner?.Oid ?? context.CurrentUser }, context.Cancellation);
        if (!statement.Elements.IsEmpty)
            CreateElements(context, runner, statement.Elements, name, owner?.Oid ?? context.CurrentUser, own);
    }

    // The elements belong to the schema's owner, and names in them are looked up in it first.
    private static void CreateElements(DdlContext context, StatementRunner runner, SyntaxList<Statement> elements, string schema, uint owner, string own)
    {
        foreach (Statement element in elements)
            if (SchemaOf(element) is { } given && given != schema)
                throw new SqlException(SqlState.InvalidSchemaDefinition, $"CREATE specifies a schema ({given}) different from the one being created ({schema})");
        SessionContext session = context.Session;
        string path = session.Settings["search_path"];
        uint user = session.CurrentUserOid;
        session.Settings.Set("search_path", string.IsNullOrWhiteSpace(path) ? TypeNames.QuoteIdentifier(schema) : $"{TypeNames.QuoteIdentifier(schema)}, {path}", isLocal: true, session.IsSuperuser);
        session.CurrentUserOid = owner;
        try
        {
            foreach (Statement element in elements)
                DdlCommands.Execute(context, runner, element, own);
        }
        finally
        {
            session.CurrentUserOid = user;
            session.Settings.Set("search_path", path, isLocal: true, session.IsSuperuser);
        }
    }

    private static string? SchemaOf(Statement element) => element switch
    {
        CreateTableStatement create => create.Relation.Schema,
        CreateViewStatement create => create.Relation.Schema,
        CreateSequenceStatement create => create.Sequence.Schema,
        CreateIndexStatement create => create.Relation.Schema,
        CreateTriggerStatement create => create.Relation.Schema,
        _ => null,
    };
}
