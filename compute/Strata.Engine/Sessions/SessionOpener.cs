using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Pooling;
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
        (RoleInfo role, DatabaseInfo database) = Check(engine, startup);
        CheckConnectionLimits(engine, role, database);
        SettingsState initial = InitialSettings(engine, shared, role, database, startup);
        SessionContext context = Create(engine, startup, output, role, database);
        context.Settings.Restore(initial);
        ReportSettings(context.Settings, output);
        return new SqlSession(context, context.Transactions.Owner);
    }

    /// <summary>Checks who may connect where, and gives what a client of the pooler starts with; tells the client its settings.</summary>
    public static (PoolKey Key, SettingsState Settings) Admit(EngineInstance engine, SessionStartup startup, ISessionOutput output)
    {
        (RoleInfo role, DatabaseInfo database) = Check(engine, startup);
        SettingsState initial = InitialSettings(engine, engine.Catalog.Shared, role, database, startup);
        var settings = new SessionSettings
        {
            Computed = name => name switch
            {
                "is_superuser" => role.IsSuperuser ? "on" : "off",
                "session_authorization" => role.Name,
                _ => null,
            },
        };
        settings.Restore(initial);
        ReportSettings(settings, output);
        return (new PoolKey(database.Oid, role.Oid), initial);
    }

    /// <summary>A session of the pooler, without a client yet. Throws as <see cref="Open"/>.</summary>
    public static SqlSession OpenWorking(EngineInstance engine, SessionStartup startup, ISessionOutput output, PoolKey key)
    {
        SharedImage shared = engine.Catalog.Shared;
        if (!shared.Roles.TryGetValue(key.RoleOid, out RoleInfo? role) || !role.CanLogin)
            throw Fatal(SqlState.InvalidAuthorizationSpecification, $"role \"{startup.User}\" is not permitted to log in");
        if (!shared.Databases.TryGetValue(key.DatabaseOid, out DatabaseInfo? database) || !database.AllowsConnections)
            throw Fatal(SqlState.InvalidCatalogName, $"database \"{startup.Database}\" does not exist");
        CheckConnectionLimits(engine, role, database);
        SessionContext context = Create(engine, startup, output, role, database);
        return new SqlSession(context, context.Transactions.Owner);
    }

    private static (RoleInfo Role, DatabaseInfo Database) Check(EngineInstance engine, SessionStartup startup)
    {
        SharedImage shared = engine.Catalog.Shared;
        RoleInfo role = shared.FindRole(startup.User) ?? throw Fatal(SqlState.InvalidAuthorizationSpecification, $"role \"{startup.User}\" does not exist");
        if (!role.CanLogin)
            throw Fatal(SqlState.InvalidAuthorizationSpecification, $"role \"{role.Name}\" is not permitted to log in");
        string name = startup.Database ?? startup.User;
        DatabaseInfo database = shared.FindDatabase(name) ?? throw Fatal(SqlState.InvalidCatalogName, $"database \"{name}\" does not exist");
        if (!database.AllowsConnections)
            throw Fatal(SqlState.ObjectNotInPrerequisiteState, $"database \"{name}\" is not currently accepting connections");
        CheckConnectPrivilege(engine, role, database);
        return (role, database);
    }

    private static SessionContext Create(EngineInstance engine, SessionStartup startup, ISessionOutput output, RoleInfo role, DatabaseInfo database)
    {
        var settings = new SessionSettings();
        LockOwner owner = engine.Transactions.Locks.CreateOwner(database.Oid);
        var transactions = new TransactionBlock(engine.Transactions, owner, engine.Catalog, settings, database.Oid);
        var context = new SessionContext(engine, startup, output, database, role, transactions, settings);
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
        // The client may be another one by then.
        settings.Reported = (name, value) => context.Output.ParameterStatus(name, value);
        return context;
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

    // Weakest first: operator, database, role, role in database, client. Most clients say the same as those before them: equal values are one object, which makes changing clients cheap.
    private static SettingsState InitialSettings(EngineInstance engine, SharedImage shared, RoleInfo role, DatabaseInfo database, SessionStartup startup)
    {
        string key = InitialSettingsCache.KeyOf(database.Oid, role.Oid, startup.Settings);
        if (engine.InitialSettings.Find(shared, key) is { } known)
            return known;
        var settings = new SessionSettings();
        foreach (KeyValuePair<string, string> setting in engine.Options.Settings)
            settings.SetInitial(setting.Key, setting.Value);
        ReadOnlySpan<SettingScope> scopes = [new(0, 0), new(database.Oid, 0), new(0, role.Oid), new(database.Oid, role.Oid)];
        foreach (SettingScope scope in scopes)
            if (shared.Settings.TryGetValue(scope, out SettingList? list))
                foreach (string item in list.Items)
                    settings.SetInitial(item[..item.IndexOf('=', StringComparison.Ordinal)], item[(item.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        foreach (KeyValuePair<string, string> setting in startup.Settings)
            SetFromClient(settings, setting.Key, setting.Value, role.IsSuperuser);
        SettingsState made = settings.Capture();
        engine.InitialSettings.Add(shared, key, made);
        return made;
    }

    private static void ReportSettings(SessionSettings settings, ISessionOutput output)
    {
        foreach (SettingDefinition setting in SettingRegistry.Reported)
            output.ParameterStatus(setting.Name, settings.Show(setting.Name));
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
