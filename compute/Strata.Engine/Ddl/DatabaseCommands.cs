using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Format;
using Strata.Engine.Sessions;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE, ALTER and DROP DATABASE.</summary>
internal static class DatabaseCommands
{
    public static void Create(DdlContext context, CreateDatabaseStatement statement)
    {
        if (!context.Session.IsSuperuser && context.View.FindRole(context.CurrentUser) is not { CanCreateDatabase: true })
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied to create database");
        context.LockName(uint.MaxValue - 1, statement.Name);
        if (context.View.FindDatabase(statement.Name) is not null)
            throw new SqlException(SqlState.DuplicateDatabase, $"database \"{statement.Name}\" already exists");
        var database = new DatabaseInfo { Oid = context.NewOid(), Name = statement.Name, OwnerOid = context.CurrentUser };
        string template = "template1";
        foreach (DefinitionElement option in statement.Options)
        {
            string value = Text(option);
            switch (option.Name)
            {
                case "owner":
                    database = database with { OwnerOid = context.View.FindRole(value)?.Oid ?? throw new SqlException(SqlState.UndefinedObject, $"role \"{value}\" does not exist") };
                    break;
                case "template":
                    template = value;
                    break;
                case "encoding" when value.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant() is not ("utf8" or "unicode" or "6" or "default"):
                    throw new SqlException(SqlState.FeatureNotSupported, $"encoding \"{value}\" is not supported") { Hint = "Every database is UTF8." };
                case "lc_collate" or "lc_ctype" or "locale" or "collation" when value is not ("C" or "POSIX" or "C.UTF-8" or "C.utf8" or "default"):
                    throw new SqlException(SqlState.FeatureNotSupported, $"locale \"{value}\" is not supported yet") { Hint = "Every database has the locale C.UTF-8." };
                case "connection_limit":
                    database = database with { ConnectionLimit = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "is_template":
                    database = database with { IsTemplate = value == "true" };
                    break;
                case "allow_connections":
                    database = database with { AllowsConnections = value != "false" };
                    break;
            }
        }

        CheckTemplate(context, template);
        Bootstrap.CreateDatabase(context.Session.Engine.Catalog, context.Transaction, context.Changes, database, context.Cancellation);
    }

    private static string Text(DefinitionElement option) => option.Value switch
    {
        StringLiteral text => text.Value,
        BooleanLiteral boolean => boolean.Value ? "true" : "false",
        IntegerLiteral number => number.Value.ToString(CultureInfo.InvariantCulture),
        null => "default",
        _ => option.Value.ToString() ?? "",
    };

    // Copying user objects of a template is a branch's job; a database begins with what every database has.
    private static void CheckTemplate(DdlContext context, string template)
    {
        DatabaseInfo source = context.View.FindDatabase(template) ?? throw new SqlException(SqlState.InvalidCatalogName, $"template database \"{template}\" does not exist");
        DatabaseImage image = context.Session.Engine.Catalog.Database(source.Oid, context.Cancellation);
        if (!image.Relations.IsEmpty || image.Types.Keys.Any(static oid => oid >= CatalogOids.FirstUser))
            throw new SqlException(SqlState.FeatureNotSupported, $"copying the objects of template database \"{template}\" is not supported yet");
    }

    public static void Drop(DdlContext context, DropDatabaseStatement statement)
    {
        if (context.View.FindDatabase(statement.Name) is not { } database)
        {
            if (!statement.IfExists)
                throw new SqlException(SqlState.InvalidCatalogName, $"database \"{statement.Name}\" does not exist");
            context.Notice($"database \"{statement.Name}\" does not exist, skipping");
            return;
        }

        if (!context.Permissions.IsOwner(database.OwnerOid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of database {database.Name}");
        if (database.IsTemplate)
            throw new SqlException(SqlState.WrongObjectType, "cannot drop a template database");
        if (database.Oid == context.DatabaseOid)
            throw new SqlException(SqlState.ObjectInUse, "cannot drop the currently open database");
        EndSessions(context, database, statement.Options.AsSpan().ToArray().Any(static o => o.Name == "force"));
        DatabaseImage image = context.Session.Engine.Catalog.Database(database.Oid, context.Cancellation);
        foreach (RelationInfo relation in image.Relations.Values)
            RelationStorage.Drop(context, relation);
        foreach (CatalogHeap heap in CatalogHeap.OfDatabase)
        {
            context.Transaction.DropStorageAtCommit(database.Oid, heap.Oid);
            context.Transaction.DropStorageAtCommit(database.Oid, ToastStorage.Of(heap.Oid));
        }

        foreach (SettingList list in context.View.RoleSettings.Where(s => s.Scope.DatabaseOid == database.Oid).ToArray())
            context.Changes.Drop(list, context.Cancellation);
        context.Changes.Drop(database, context.Cancellation);
    }

    private static void EndSessions(DdlContext context, DatabaseInfo database, bool force)
    {
        context.Session.Engine.Pool.CloseIdle(database.Oid);
        SqlSession[] others = [.. context.Session.Engine.Sessions.Where(s => s.Context.DatabaseOid == database.Oid)];
        if (others.Length == 0)
            return;
        if (!force)
            throw new SqlException(SqlState.ObjectInUse, $"database \"{database.Name}\" is being accessed by other users")
            {
                Detail = others.Length == 1 ? "There is 1 other session using the database." : $"There are {others.Length} other sessions using the database.",
            };
        foreach (SqlSession session in others)
            session.Terminate();
    }

    public static void Alter(DdlContext context, AlterDatabaseStatement statement)
    {
        DatabaseInfo database = Require(context, statement.Name);
        DatabaseInfo changed = database;
        foreach (DefinitionElement option in statement.Options)
            changed = option.Name switch
            {
                "connection_limit" => changed with { ConnectionLimit = int.Parse(Text(option), CultureInfo.InvariantCulture) },
                "is_template" => changed with { IsTemplate = Text(option) == "true" },
                "allow_connections" => changed with { AllowsConnections = Text(option) != "false" },
                _ => throw new SqlException(SqlState.FeatureNotSupported, $"ALTER DATABASE option \"{option.Name}\" is not supported"),
            };
        context.Changes.Replace(database, changed, context.Cancellation);
    }

    public static void AlterSettings(DdlContext context, AlterDatabaseSetStatement statement) =>
        RoleCommands.ChangeSettings(context, new SettingScope(Require(context, statement.Name).Oid, 0), statement.Setting);

    /// <summary>A database that the current role owns. Throws 3D000, 42501.</summary>
    public static DatabaseInfo Require(DdlContext context, string name)
    {
        DatabaseInfo database = context.View.FindDatabase(name) ?? throw new SqlException(SqlState.InvalidCatalogName, $"database \"{name}\" does not exist");
        return context.Permissions.IsOwner(database.OwnerOid)
            ? database
            : throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of database {name}");
    }
}
