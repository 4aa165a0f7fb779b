using Strata.Engine.Sessions;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Transactions;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Rows of the views of the running system: settings, sessions, cursors, prepared statements.</summary>
internal static class MonitoringScans
{
    public static IEnumerable<CatalogValue[]> Settings(SystemScanContext context)
    {
        foreach (SettingDefinition setting in SettingRegistry.All)
        {
            if (setting.Name is "role" or "session_authorization" or "is_superuser")
                continue;
            SessionSettings? values = context.Session?.Context.Settings;
            string value = values?.Computed?.Invoke(setting.Name) ?? values?[setting.Name] ?? setting.Default;
            yield return
            [
                setting.Name, value, setting.Unit, setting.Category, setting.Description, CatalogValue.Null, ContextName(setting.Context), TypeName(setting.Type),
                values?.IsChanged(setting.Name) == true ? "session" : "default", setting.Minimum, setting.Maximum, setting.EnumValues, setting.Default,
                values?.ResetValue(setting.Name) ?? setting.Default, CatalogValue.Null, CatalogValue.Null, false,
            ];
        }
    }

    private static string ContextName(SettingContext context) => context switch
    {
        SettingContext.SuperuserBackend => "superuser-backend",
        _ => context.ToString().ToLowerInvariant(),
    };

    private static string TypeName(SettingType type) => type == SettingType.Boolean ? "bool" : type.ToString().ToLowerInvariant();

    public static IEnumerable<CatalogValue[]> Activity(SystemScanContext context)
    {
        if (context.Session is not { } asking)
            yield break;
        foreach (SqlSession session in asking.Context.Engine.Sessions)
        {
            SessionContext other = session.Context;
            SessionActivity activity = session.Activity;
            bool maySee = asking.Context.IsSuperuser || asking.Context.Catalog.Permissions.HasRole(asking.Context.CurrentUserOid, other.AuthenticatedUserOid);
            bool inTransaction = activity.State != "idle";
            string? wait = LockScans.WaitOf(session.LockOwner);
            yield return
            [
                other.DatabaseOid, other.DatabaseName, session.ProcessId, CatalogValue.Null, other.AuthenticatedUserOid, context.Catalog.RoleName(other.AuthenticatedUserOid),
                other.Settings["application_name"], other.Startup.ClientAddress, CatalogValue.Null, other.Startup.ClientPort,
                activity.StartedAt, inTransaction ? activity.QueryStartedAt : CatalogValue.Null, activity.QueryStartedAt == 0 ? CatalogValue.Null : activity.QueryStartedAt, activity.StateChangedAt,
                wait is not null ? "Lock" : activity.State == "active" ? CatalogValue.Null : "Client", wait ?? (activity.State == "active" ? CatalogValue.Null : (CatalogValue)"ClientRead"),
                maySee ? activity.State : CatalogValue.Null, session.LockOwner.Transaction is { Xid: not 0 and var xid } ? (long)xid : CatalogValue.Null, CatalogValue.Null, CatalogValue.Null,
                maySee ? activity.Query : "<insufficient privilege>", "client backend",
            ];
        }
    }

    public static IEnumerable<CatalogValue[]> Encryption(SystemScanContext context)
    {
        if (context.Session is not { } asking)
            yield break;
        foreach (SqlSession session in asking.Context.Engine.Sessions)
        {
            SessionContext other = session.Context;
            if (other.Startup.ClientAddress is null)
                continue;
            if (!asking.Context.IsSuperuser && !asking.Context.Catalog.Permissions.HasRole(asking.Context.CurrentUserOid, other.AuthenticatedUserOid))
                yield return [session.ProcessId, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null];
            else if (other.Startup.Encryption is { } encryption)
                yield return [session.ProcessId, true, encryption.Version, encryption.Cipher, encryption.Bits, encryption.ClientName, encryption.ClientSerial, encryption.IssuerName];
            else
                yield return [session.ProcessId, false, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null, CatalogValue.Null];
        }
    }

    public static IEnumerable<CatalogValue[]> PreparedStatements(SystemScanContext context)
    {
        foreach (PreparedStatement statement in context.Session?.Portals.Statements ?? [])
        {
            if (statement.Name.Length == 0)
                continue;
            long[] types = Array.ConvertAll(statement.Plan?.ParameterOids ?? [], static oid => (long)oid);
            yield return [statement.Name, statement.Text, statement.PreparedAt, types, statement.FromSql, statement.Choice.GenericPlans, statement.Choice.CustomPlans];
        }
    }

    public static IEnumerable<CatalogValue[]> Cursors(SystemScanContext context)
    {
        foreach (Portal portal in context.Session?.Portals.Portals ?? [])
            yield return
            [
                portal.Name, portal.Text, portal.Declaration?.IsHold ?? false, portal.Declaration?.IsBinary ?? false, portal.Declaration is null || portal.MayScroll, portal.CreatedAt,
            ];
    }

    /// <summary>What the endpoint has written to its log. Images of whole pages are not a thing of their own here, and the log is written and made durable by the safekeepers.</summary>
    public static IEnumerable<CatalogValue[]> Wal(SystemScanContext context)
    {
        if (context.Session?.Context.Engine is { } engine)
            yield return
            [
                engine.Storage.Wal.Records, 0L, (engine.Options.Wal.EndOfLog.Value - engine.StartLsn.Value).ToString(System.Globalization.CultureInfo.InvariantCulture), 0L, 0L, 0L,
                CatalogValue.Float(0), CatalogValue.Float(0), engine.StartTimestamp,
            ];
    }

    /// <summary>There are no checkpoints and no dirty pages to write: the log is all that compute writes. What is counted is the pages that came into the pool.</summary>
    public static IEnumerable<CatalogValue[]> BackgroundWriter(SystemScanContext context)
    {
        if (context.Session?.Context.Engine is { } engine)
            yield return [0L, 0L, CatalogValue.Float(0), CatalogValue.Float(0), 0L, 0L, 0L, 0L, 0L, engine.Storage.Pool.Misses, engine.StartTimestamp];
    }

    /// <summary>As with archive_mode off: object storage has the log without an archiver.</summary>
    public static IEnumerable<CatalogValue[]> Archiver(SystemScanContext context)
    {
        if (context.Session?.Context.Engine is { } engine)
            yield return [0L, CatalogValue.Null, CatalogValue.Null, 0L, CatalogValue.Null, CatalogValue.Null, engine.StartTimestamp];
    }
}
