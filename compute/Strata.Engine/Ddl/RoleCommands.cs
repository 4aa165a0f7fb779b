using Strata.Engine.Catalog;
using Strata.Engine.Sessions;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;
using Strata.Platform;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE, ALTER and DROP ROLE, membership, settings of roles.</summary>
internal static class RoleCommands
{
    private static bool MayManage(DdlContext context) => context.View.FindRole(context.CurrentUser) is { IsSuperuser: true } or { CanCreateRole: true };

    public static void Create(DdlContext context, CreateRoleStatement statement)
    {
        if (!MayManage(context))
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied to create role");
        CheckName(statement.Name);
        context.LockName(uint.MaxValue, statement.Name);
        if (context.View.FindRole(statement.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"role \"{statement.Name}\" already exists");
        var role = new RoleInfo { Oid = context.NewOid(), Name = statement.Name, CanLogin = statement.Kind == RoleStatementKind.User };
        role = Apply(context, role, statement.Options, isCreate: true);
        context.Changes.Create(role, context.Cancellation);
        foreach (DefinitionElement option in statement.Options)
            if (option.Name is "rolemembers" or "adminmembers")
                foreach (RoleReference member in ((RoleList)option.Value!).Roles)
                    AddMember(context, context.RequireRole(member), role, option.Name == "adminmembers");
            else if (option.Name == "addroleto")
                foreach (RoleReference parent in ((RoleList)option.Value!).Roles)
                    AddMember(context, context.View.FindRole(role.Oid)!, context.RequireRole(parent), adminOption: false);
    }

    private static void CheckName(string name)
    {
        if (name.StartsWith("pg_", StringComparison.Ordinal))
            throw new SqlException(SqlState.ReservedName, $"role name \"{name}\" is reserved") { Detail = "Role names starting with \"pg_\" are reserved." };
        if (name is "public" or "none")
            throw new SqlException(SqlState.ReservedName, $"role name \"{name}\" is reserved");
    }

    private static RoleInfo Apply(DdlContext context, RoleInfo role, SyntaxList<DefinitionElement> options, bool isCreate)
    {
        bool isSuperuser = context.Session.IsSuperuser;
        foreach (DefinitionElement option in options)
        {
            if (!isSuperuser && option.Name is "superuser" or "isreplication" or "bypassrls" && !isSuperuser)
                throw new SqlException(SqlState.InsufficientPrivilege, option.Name == "superuser"
                    ? (isCreate ? "must be superuser to create superusers" : "must be superuser to alter superuser roles or change superuser attribute")
                    : "must be superuser to change this attribute");
            role = option.Name switch
            {
                "superuser" => role with { IsSuperuser = Boolean(option) },
                "inherit" => role with { Inherits = Boolean(option) },
                "createrole" => role with { CanCreateRole = Boolean(option) },
                "createdb" => role with { CanCreateDatabase = Boolean(option) },
                "canlogin" => role with { CanLogin = Boolean(option) },
                "isreplication" => role with { IsReplication = Boolean(option) },
                "bypassrls" => role with { BypassesRowSecurity = Boolean(option) },
                "connectionlimit" => role with { ConnectionLimit = ((IntegerLiteral)option.Value!).Value },
                "password" => role with { Password = Password(context, role.Name, option) },
                "validUntil" => role with { ValidUntil = ValidUntil(context, option) },
                "sysid" => Ignored(context, role),
                "rolemembers" or "adminmembers" or "addroleto" => role,
                _ => throw new SqlException(SqlState.SyntaxError, $"unrecognized role option \"{option.Name}\""),
            };
        }

        return role;
    }

    private static RoleInfo Ignored(DdlContext context, RoleInfo role)
    {
        context.Notice("SYSID can no longer be specified");
        return role;
    }

    private static bool Boolean(DefinitionElement option) => option.Value is not BooleanLiteral { Value: false };

    private static string? Password(DdlContext context, string role, DefinitionElement option)
    {
        if (option.Value is not StringLiteral text)
            return null;
        if (text.Value.Length == 0)
        {
            context.Notice("empty string is not a valid password, clearing password");
            return null;
        }

        if (ScramVerifier.IsVerifier(text.Value) || Md5Verifier.IsVerifier(text.Value))
            return text.Value;
        if (context.Session.Settings["password_encryption"] == "md5")
            return Md5Verifier.Create(text.Value, role);
        return ScramVerifier.Create(text.Value, context.Session.Random);
    }

    private static long? ValidUntil(DdlContext context, DefinitionElement option)
    {
        if (option.Value is not StringLiteral text)
            return null;
        return TypeInput.Parse(SqlType.TimestampTz, System.Text.Encoding.UTF8.GetBytes(text.Value), context.Session).Get<long>();
    }

    public static void Alter(DdlContext context, AlterRoleStatement statement)
    {
        RoleInfo role = context.RequireRole(statement.Role);
        bool onlyOwnPassword = role.Oid == context.CurrentUser && statement.Options.AsSpan().ToArray().All(static o => o.Name == "password");
        if (!MayManage(context) && !onlyOwnPassword)
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied");
        if (role.IsSuperuser && !context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, "must be superuser to alter superuser roles or change superuser attribute");
        foreach (DefinitionElement option in statement.Options)
            if (option.Name == "rolemembers")
                foreach (RoleReference member in ((RoleList)option.Value!).Roles)
                {
                    if (statement.IsDrop)
                        RemoveMember(context, context.RequireRole(member), role, adminOnly: false);
                    else
                        AddMember(context, context.RequireRole(member), role, adminOption: false);
                }

        RoleInfo current = context.View.FindRole(role.Oid)!;
        RoleInfo changed = Apply(context, current, statement.Options, isCreate: false);
        if (!changed.Equals(current))
            Replace(context, current, changed);
    }

    // Predefined roles have no row until something about them changes.
    private static void Replace(DdlContext context, RoleInfo before, RoleInfo after)
    {
        if (context.View.HasRow(new CatalogRowKey(CatalogOids.PgAuthId, before.Oid)))
            context.Changes.Replace(before, after, context.Cancellation);
        else
            context.Changes.Create(after, context.Cancellation);
    }

    public static void Drop(DdlContext context, DropRoleStatement statement)
    {
        if (!MayManage(context))
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied to drop role");
        foreach (RoleReference reference in statement.Roles)
        {
            if (reference.Kind != RoleKind.Named)
                throw new SqlException(SqlState.InvalidParameterValue, "cannot use special role specifier in DROP ROLE");
            if (context.View.FindRole(reference.Name!) is not { } role)
            {
                if (!statement.IfExists)
                    throw new SqlException(SqlState.UndefinedObject, $"role \"{reference.Name}\" does not exist");
                context.Notice($"role \"{reference.Name}\" does not exist, skipping");
                continue;
            }

            if (role.Oid == context.CurrentUser)
                throw new SqlException(SqlState.ObjectInUse, "current user cannot be dropped");
            if (role.Oid == context.Session.SessionUserOid)
                throw new SqlException(SqlState.ObjectInUse, "session user cannot be dropped");
            if (role.Oid < CatalogOids.FirstUser)
                throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop role {role.Name} because it is required by the database system");
            CheckOwnsNothing(context, role);
            foreach (RoleInfo member in context.View.Roles.ToArray())
                if (Array.Exists(member.MemberOf, m => m.RoleOid == role.Oid))
                    Replace(context, member, member with { MemberOf = [.. member.MemberOf.Where(m => m.RoleOid != role.Oid)] });
            foreach (SettingList list in context.View.RoleSettings.Where(s => s.Scope.RoleOid == role.Oid).ToArray())
                context.Changes.Drop(list, context.Cancellation);
            context.Changes.Drop(context.View.FindRole(role.Oid)!, context.Cancellation);
        }
    }

    private static void CheckOwnsNothing(DdlContext context, RoleInfo role)
    {
        var owned = new List<string>();
        foreach (CatalogValue[] row in SharedDependencyScans.Rows(context.Session.SystemScan).Where(row => row[5].Number == role.Oid).OrderBy(static row => row[1].Number).ThenBy(static row => row[2].Number))
        {
            string what = context.Session.Catalog.DescribeObject((uint)row[1].Number, (uint)row[2].Number, (int)row[3].Number) ?? "object";
            owned.Add((char)row[6].Number switch { 'o' => "owner of ", 'r' => "target of ", _ => "privileges for " } + what);
        }

        foreach (DatabaseInfo other in context.View.Databases)
        {
            if (other.Oid == context.DatabaseOid || !other.AllowsConnections)
                continue;
            var scan = new SystemScanContext(context.Session.Engine.Catalog.View(other.Oid, context.Cancellation), context.Session.Session);
            int count = SharedDependencyScans.Rows(scan).Count(row => row[5].Number == role.Oid && row[0].Number != 0);
            if (count > 0)
                owned.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "object" : "objects")} in database {other.Name}"));
        }

        if (owned.Count > 0)
            throw new SqlException(SqlState.DependentObjectsStillExist, $"role \"{role.Name}\" cannot be dropped because some objects depend on it") { Detail = string.Join('\n', owned) };
    }

    public static void Grant(DdlContext context, GrantRoleStatement statement)
    {
        foreach (string granted in statement.GrantedRoles)
        {
            RoleInfo role = context.View.FindRole(granted) ?? throw new SqlException(SqlState.UndefinedObject, $"role \"{granted}\" does not exist");
            bool mayGrant = MayManage(context) && (!role.IsSuperuser || context.Session.IsSuperuser) ||
                Array.Exists(context.View.FindRole(context.CurrentUser)!.MemberOf, m => m.RoleOid == role.Oid && m.AdminOption);
            if (!mayGrant)
                throw new SqlException(SqlState.InsufficientPrivilege, $"must have admin option on role \"{role.Name}\"");
            foreach (RoleReference grantee in statement.Grantees)
            {
                RoleInfo member = context.RequireRole(grantee);
                if (statement.IsGrant)
                    AddMember(context, member, role, statement.AdminOption);
                else
                    RemoveMember(context, member, role, statement.AdminOption);
            }
        }
    }

    private static void AddMember(DdlContext context, RoleInfo member, RoleInfo role, bool adminOption)
    {
        if (context.Permissions.HasRole(role.Oid, member.Oid))
            throw new SqlException(SqlState.InvalidGrantOperation, $"role \"{role.Name}\" is a member of role \"{member.Name}\"");
        int at = Array.FindIndex(member.MemberOf, m => m.RoleOid == role.Oid);
        if (at >= 0 && (member.MemberOf[at].AdminOption || !adminOption))
        {
            context.Notice($"role \"{member.Name}\" is already a member of role \"{role.Name}\"");
            return;
        }

        RoleMembership[] kept = [.. member.MemberOf.Where(m => m.RoleOid != role.Oid)];
        Replace(context, member, member with { MemberOf = [.. kept, new RoleMembership(role.Oid, context.CurrentUser, adminOption)] });
    }

    private static void RemoveMember(DdlContext context, RoleInfo member, RoleInfo role, bool adminOnly)
    {
        int at = Array.FindIndex(member.MemberOf, m => m.RoleOid == role.Oid);
        if (at < 0)
        {
            context.Session.Notice($"role \"{member.Name}\" is not a member of role \"{role.Name}\"", "WARNING", "01000");
            return;
        }

        RoleMembership[] memberships = adminOnly
            ? [.. member.MemberOf.Select(m => m.RoleOid == role.Oid ? m with { AdminOption = false } : m)]
            : [.. member.MemberOf.Where(m => m.RoleOid != role.Oid)];
        Replace(context, member, member with { MemberOf = memberships });
    }

    /// <summary>ALTER ROLE … SET and ALTER DATABASE … SET: settings that new sessions begin with.</summary>
    public static void ChangeSettings(DdlContext context, SettingScope scope, SetStatement setting)
    {
        SettingList? before = context.View.RoleSettings.FirstOrDefault(s => s.Scope == scope);
        var items = new List<string>(before?.Items ?? []);
        string name = setting.Name is { } given ? SessionSettings.Definition(given).Name : "";
        switch (setting.Kind)
        {
            case SetKind.ResetAll:
                items.Clear();
                break;
            case SetKind.Reset or SetKind.Default:
                items.RemoveAll(i => i.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase));
                break;
            default:
                string value = setting.Kind == SetKind.FromCurrent ? context.Session.Settings[name] : SettingCommands.ValueText(name, setting.Values);
                // Kept as written, once it is known to be good.
                SettingValues.Normalize(SessionSettings.Definition(name), value);
                items.RemoveAll(i => i.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase));
                items.Add(name + "=" + value);
                break;
        }

        SettingList? after = items.Count == 0 ? null : new SettingList(scope, [.. items]);
        if (before is not null && after is not null)
            context.Changes.Replace(before, after, context.Cancellation);
        else if (after is not null)
            context.Changes.Create(after, context.Cancellation);
        else if (before is not null)
            context.Changes.Drop(before, context.Cancellation);
    }

    public static void AlterSettings(DdlContext context, AlterRoleSetStatement statement)
    {
        RoleInfo? role = statement.Role is { } reference ? context.RequireRole(reference) : null;
        if (!MayManage(context) && role?.Oid != context.CurrentUser)
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied");
        uint database = statement.Database is { } name
            ? context.View.FindDatabase(name)?.Oid ?? throw new SqlException(SqlState.InvalidCatalogName, $"database \"{name}\" does not exist")
            : 0;
        ChangeSettings(context, new SettingScope(database, role?.Oid ?? 0), statement.Setting);
    }
}
