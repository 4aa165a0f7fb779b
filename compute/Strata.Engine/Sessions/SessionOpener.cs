using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Transactions;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions;

/// <summary>Checks who may connect where, and gives a new session its settings.</summary>
internal static class SessionOpener
{
    public static SqlSession Open(EngineInstance engine, SessionStartup startup, ISessionOutput output)
    {
        SharedImage shared = engine.Catalog.Shared;
        RoleInfo role = shared.FindRole(startup.User) ?? throw Fatal(SqlState.InvalidAuthorizationSpecification, $"role \"{startup.User}\" does not exist");
        if (!role.CanLogin)
            throw Fatal(SqlState.InvalidAuthorizationSpecification, $"role \"{role.Name}\" is not permitted to log in");
        string name = startup.Database ?? startup.User;
        DatabaseInfo database = shared.FindDatabase(name) ?? throw Fatal(SqlState.InvalidCatalogName, $"database \"{name}\" does not exist");
        if (!database.AllowsConnections)
            throw Fatal(SqlState.ObjectNotInPrerequisiteState, $"database \"{name}\" is not currently accepting connections");
        CheckConnectionLimits(engine, role, database);
        CheckConnectPrivilege(engine, role, database);
        var settings = new SessionSettings();
        LockOwner owner = engine.Transactions.Locks.CreateOwner();
        var transactions = new TransactionBlock(engine.Transactions, owner, engine.Catalog, settings, database.Oid);
        var context = new SessionContext(engine, startup, output, database, role, transactions, settings);
        Initialize(context, shared, role, database);
        return new SqlSession(context, owner);
    }

    /// <summary>A session of the bootstrap superuser for work within the engine; nobody sees it, and it has no client.</summary>
    public static SqlSession OpenInternal(EngineInstance engine, uint databaseOid)
    {
        SharedImage shared = engine.Catalog.Shared;
        var startup = new SessionStartup { User = "postgres" };
        var settings = new SessionSettings();
        LockOwner owner = engine.Transactions.Locks.CreateOwner();
        var transactions = new TransactionBlock(engine.Transactions, owner, engine.Catalog, settings, databaseOid);
        var context = new SessionContext(
            engine, startup, new SilentOutput(), shared.Databases[databaseOid], shared.Roles[CatalogOids.BootstrapRole], transactions, settings);
        return new SqlSession(context, owner);
    }

    private static void CheckConnectionLimits(EngineInstance engine, RoleInfo role, DatabaseInfo database)
    {
        if (role.IsSuperuser)
            return;
        if (role.ConnectionLimit >= 0 && engine.Sessions.Count(s => s.Context.AuthenticatedUserOid == role.Oid) >= role.ConnectionLimit)
            throw Fatal(SqlState.TooManyConnections, $"too many connections for role \"{role.Name}\"");
        if (database.ConnectionLimit >= 0 && engine.Sessions.Count(s => s.Context.DatabaseOid == database.Oid) >= database.ConnectionLimit)
            throw Fatal(SqlState.TooManyConnections, $"too many connections for database \"{database.Name}\"");
    }

    private static void CheckConnectPrivilege(EngineInstance engine, RoleInfo role, DatabaseInfo database)
    {
        CatalogView view = engine.Catalog.View(database.Oid, engine.Closing);
        var permissions = new Permissions(() => view, () => role.Oid);
        if ((permissions.Of(role.Oid, database.OwnerOid, database.Acl, Privileges.Connect | Privileges.Temporary, Privileges.AllDatabase) & Privileges.Connect) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for database \"{database.Name}\"") { Detail = "User does not have CONNECT privilege.", IsFatal = true };
    }

    // Weakest first: operator, database, role, role in database, client.
    private static void Initialize(SessionContext context, SharedImage shared, RoleInfo role, DatabaseInfo database)
    {
        SessionSettings settings = context.Settings;
        settings.Computed = name => name switch
        {
            "transaction_isolation" => context.Transactions.IsolationSetting,
            "transaction_read_only" => context.Transactions.IsReadOnly ? "on" : "off",
            "transaction_deferrable" => context.Transactions.IsDeferrable ? "on" : "off",
            "is_superuser" => context.IsSuperuser ? "on" : "off",
            "session_authorization" => context.View.RoleName(context.SessionUserOid),
            "role" => context.CurrentUserOid == context.SessionUserOid ? "none" : context.View.RoleName(context.CurrentUserOid),
            _ => null,
        };
        foreach (KeyValuePair<string, string> setting in context.Engine.Options.Settings)
            settings.SetInitial(setting.Key, setting.Value);
        ReadOnlySpan<SettingScope> scopes = [new(0, 0), new(database.Oid, 0), new(0, role.Oid), new(database.Oid, role.Oid)];
        foreach (SettingScope scope in scopes)
            if (shared.Settings.TryGetValue(scope, out SettingList? list))
                foreach (string item in list.Items)
                    settings.SetInitial(item[..item.IndexOf('=', StringComparison.Ordinal)], item[(item.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        foreach (KeyValuePair<string, string> setting in context.Startup.Settings)
            SetFromClient(settings, setting.Key, setting.Value, role.IsSuperuser);
        settings.Reported = context.Output.ParameterStatus;
        foreach (SettingDefinition setting in SettingRegistry.All)
            if (setting.IsReported)
                context.Output.ParameterStatus(setting.Name, settings.Show(setting.Name));
    }

    private static void SetFromClient(SessionSettings settings, string name, string value, bool isSuperuser)
    {
        try
        {
            SettingDefinition definition = SessionSettings.Definition(name);
            if (definition.Context is SettingContext.User or SettingContext.Backend || (definition.Context is SettingContext.Superuser or SettingContext.SuperuserBackend && isSuperuser))
                settings.SetInitial(name, value);
            else
                settings.Set(name, value, isLocal: false, isSuperuser);
        }
        catch (SqlException error)
        {
            throw new SqlException(error.State, error.Message, error) { Detail = error.Detail, Hint = error.Hint, IsFatal = true };
        }
    }

    private static SqlException Fatal(SqlState state, string message) => new(state, message) { IsFatal = true };
}
