using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Foreign-data wrappers, servers and user mappings: entries of the catalogs. Nothing reads foreign data.</summary>
internal static class ForeignCommands
{
    private const int Handler = 3, Validator = 4;

    public static void Create(DdlContext context, CreateForeignDataWrapperStatement statement)
    {
        if (!context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to create foreign-data wrapper \"{statement.Name}\"") { Hint = "Must be superuser to create a foreign-data wrapper." };
        if (Find(context, CatalogOids.PgForeignDataWrapper, statement.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"foreign-data wrapper \"{statement.Name}\" already exists");
        CatalogValue[] row = [context.NewOid(), statement.Name, context.CurrentUser, 0L, 0L, CatalogValue.Null, GenericOptions.Change(CatalogValue.Null, statement.Options)];
        SetFunctions(context, row, statement.Functions);
        Make(context, CatalogOids.PgForeignDataWrapper, row, []);
    }

    public static void Alter(DdlContext context, AlterForeignDataWrapperStatement statement)
    {
        if (!context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to alter foreign-data wrapper \"{statement.Name}\"") { Hint = "Must be superuser to alter a foreign-data wrapper." };
        CatalogObject wrapper = Require(context, CatalogOids.PgForeignDataWrapper, statement.Name);
        CatalogValue[] row = [.. wrapper.Row];
        SetFunctions(context, row, statement.Functions);
        row[6] = GenericOptions.Change(row[6], statement.Options);
        Replace(context, wrapper, row);
    }

    private static void SetFunctions(DdlContext context, CatalogValue[] row, SyntaxList<DefinitionElement> functions)
    {
        foreach (DefinitionElement function in functions)
        {
            if (function.Name is not ("handler" or "validator"))
                throw new SqlException(SqlState.SyntaxError, $"option \"{function.Name}\" not recognized");
            int at = function.Name == "handler" ? Handler : Validator;
            row[at] = function.Value is null
                ? 0L
                : throw new SqlException(SqlState.FeatureNotSupported, "handlers and validators of foreign-data wrappers are not supported");
        }
    }

    public static void Create(DdlContext context, CreateForeignServerStatement statement)
    {
        if (Find(context, CatalogOids.PgForeignServer, statement.Name) is not null)
        {
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateObject, $"server \"{statement.Name}\" already exists");
            context.Session.Notice($"server \"{statement.Name}\" already exists, skipping", sqlState: SqlState.DuplicateObject.Code);
            return;
        }

        CatalogObject wrapper = Require(context, CatalogOids.PgForeignDataWrapper, statement.Wrapper);
        if (!Has(context, wrapper, 5))
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for foreign-data wrapper {wrapper.Name}");
        uint oid = context.NewOid();
        CatalogValue[] row =
        [
            oid, statement.Name, context.CurrentUser, wrapper.Oid, statement.Type, statement.Version, CatalogValue.Null, GenericOptions.Change(CatalogValue.Null, statement.Options),
        ];
        Make(context, CatalogOids.PgForeignServer, row, [new Dependency(new ObjectAddress(CatalogOids.PgForeignServer, oid), wrapper.Address, DependencyKind.Normal)]);
    }

    public static void Alter(DdlContext context, AlterForeignServerStatement statement)
    {
        CatalogObject server = Require(context, CatalogOids.PgForeignServer, statement.Name);
        ObjectFinder.CheckOwner(context, server);
        CatalogValue[] row = [.. server.Row];
        if (statement.HasVersion)
            row[5] = statement.Version;
        row[7] = GenericOptions.Change(row[7], statement.Options);
        Replace(context, server, row);
    }

    public static void Create(DdlContext context, CreateUserMappingStatement statement)
    {
        CatalogObject server = Require(context, CatalogOids.PgForeignServer, statement.Server);
        uint user = UserOf(context, statement.User);
        if (FindMapping(context, user, server.Oid) is not null)
        {
            string message = $"user mapping for \"{NameOf(context, user)}\" already exists for server \"{server.Name}\"";
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateObject, message);
            context.Session.Notice(message + ", skipping", sqlState: SqlState.DuplicateObject.Code);
            return;
        }

        uint oid = context.NewOid();
        Make(context, CatalogOids.PgUserMapping, [oid, user, server.Oid, GenericOptions.Change(CatalogValue.Null, statement.Options)],
            [new Dependency(new ObjectAddress(CatalogOids.PgUserMapping, oid), server.Address, DependencyKind.Normal)]);
    }

    public static void Alter(DdlContext context, AlterUserMappingStatement statement)
    {
        CatalogObject server = Require(context, CatalogOids.PgForeignServer, statement.Server);
        uint user = UserOf(context, statement.User);
        CatalogObject mapping = FindMapping(context, user, server.Oid)
            ?? throw new SqlException(SqlState.UndefinedObject, $"user mapping for \"{NameOf(context, user)}\" does not exist for server \"{server.Name}\"");
        Replace(context, mapping, [mapping.Row[0], mapping.Row[1], mapping.Row[2], GenericOptions.Change(mapping.Row[3], statement.Options)]);
    }

    public static void Drop(DdlContext context, DropUserMappingStatement statement)
    {
        uint user = 0;
        CatalogObject? server = Find(context, CatalogOids.PgForeignServer, statement.Server);
        if (server is null && !statement.IfExists)
            throw new SqlException(SqlState.UndefinedObject, $"server \"{statement.Server}\" does not exist");
        if (server is null)
        {
            context.Notice($"server \"{statement.Server}\" does not exist, skipping");
            return;
        }

        user = UserOf(context, statement.User);
        if (FindMapping(context, user, server.Oid) is { } mapping)
            context.Changes.Drop(mapping, context.Cancellation);
        else if (statement.IfExists)
            context.Notice($"user mapping for \"{NameOf(context, user)}\" does not exist for server \"{server.Name}\", skipping");
        else
            throw new SqlException(SqlState.UndefinedObject, $"user mapping for \"{NameOf(context, user)}\" does not exist for server \"{server.Name}\"");
    }

    /// <summary>Notes the server of a foreign table that has been made.</summary>
    public static void Attach(DdlContext context, RelationInfo table, string serverName, SyntaxList<DefinitionElement> options)
    {
        CatalogObject server = Require(context, CatalogOids.PgForeignServer, serverName);
        Make(context, CatalogOids.PgForeignTable, [table.Oid, server.Oid, GenericOptions.Change(CatalogValue.Null, options)], []);
        context.Replace(table, table with
        {
            Dependencies = [.. table.Dependencies, new Dependency(new ObjectAddress(CatalogOids.PgClass, table.Oid), server.Address, DependencyKind.Normal)],
        });
    }

    /// <summary>Changes the options of a foreign table. Throws 42809.</summary>
    public static void ChangeTable(DdlContext context, RelationInfo table, SyntaxList<DefinitionElement> options)
    {
        if (context.View.FindObject(CatalogOids.PgForeignTable, table.Oid) is not { } entry)
            throw new SqlException(SqlState.WrongObjectType, $"\"{table.Name}\" is not a foreign table");
        Replace(context, entry, [entry.Row[0], entry.Row[1], GenericOptions.Change(entry.Row[2], options)]);
    }

    /// <summary>An object by name. Throws 42704.</summary>
    public static CatalogObject Require(DdlContext context, uint classOid, string name) => Find(context, classOid, name)
        ?? throw new SqlException(SqlState.UndefinedObject, $"{CatalogObjectShapes.Of(classOid).Word} \"{name}\" does not exist");

    public static CatalogObject? Find(DdlContext context, uint classOid, string name)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(classOid))
            if (candidate.Name == name)
                return candidate;
        return null;
    }

    private static bool Has(DdlContext context, CatalogObject entry, int acl) =>
        (context.Permissions.Of(context.CurrentUser, entry.OwnerOid, AccessControlList.FromStored(entry.Row[acl]), Privileges.None, Privileges.Usage) & Privileges.Usage) != 0;

    private static CatalogObject? FindMapping(DdlContext context, uint user, uint server)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgUserMapping))
            if (candidate.OidAt(1) == user && candidate.OidAt(2) == server)
                return candidate;
        return null;
    }

    private static uint UserOf(DdlContext context, RoleReference role) => role.Kind == RoleKind.Public ? 0 : context.RequireRole(role).Oid;

    private static string NameOf(DdlContext context, uint user) => user == 0 ? "public" : context.View.RoleName(user);

    private static void Make(DdlContext context, uint classOid, CatalogValue[] row, Dependency[] dependencies) =>
        context.Changes.Create(CatalogObjectShapes.Make(classOid, row, dependencies), context.Cancellation);

    private static void Replace(DdlContext context, CatalogObject before, CatalogValue[] row) =>
        context.Changes.Replace(before, CatalogObjectShapes.Make(before.ClassOid, row, before.Dependencies), context.Cancellation);
}
