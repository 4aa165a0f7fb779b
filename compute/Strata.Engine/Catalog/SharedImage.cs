using System.Collections.Immutable;
using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>What all databases of a timeline share: roles, databases, settings of roles and databases, comments on them. Immutable.</summary>
internal sealed record SharedImage
{
    public ImmutableDictionary<uint, RoleInfo> Roles { get; init; } = ImmutableDictionary<uint, RoleInfo>.Empty;
    public ImmutableDictionary<string, uint> RoleNames { get; init; } = ImmutableDictionary.Create<string, uint>(StringComparer.Ordinal);
    public ImmutableDictionary<uint, DatabaseInfo> Databases { get; init; } = ImmutableDictionary<uint, DatabaseInfo>.Empty;
    public ImmutableDictionary<string, uint> DatabaseNames { get; init; } = ImmutableDictionary.Create<string, uint>(StringComparer.Ordinal);

    /// <summary><c>pg_db_role_setting</c>, by (database or 0, role or 0).</summary>
    public ImmutableDictionary<SettingScope, SettingList> Settings { get; init; } = ImmutableDictionary<SettingScope, SettingList>.Empty;

    /// <summary><c>pg_parameter_acl</c>, by name.</summary>
    public ImmutableDictionary<string, ParameterPrivileges> Parameters { get; init; } = ImmutableDictionary.Create<string, ParameterPrivileges>(StringComparer.OrdinalIgnoreCase);

    public ImmutableDictionary<ObjectAddress, CommentInfo> Comments { get; init; } = ImmutableDictionary<ObjectAddress, CommentInfo>.Empty;

    /// <summary>Where each row of a shared catalog heap stands.</summary>
    public ImmutableDictionary<CatalogRowKey, ulong> RowIds { get; init; } = ImmutableDictionary<CatalogRowKey, ulong>.Empty;

    public RoleInfo? FindRole(string name) => RoleNames.TryGetValue(name, out uint oid) ? Roles[oid] : null;

    public DatabaseInfo? FindDatabase(string name) => DatabaseNames.TryGetValue(name, out uint oid) ? Databases[oid] : null;

    /// <summary>The next state: an object replaced, created (no before) or dropped (no after).</summary>
    public SharedImage With(in CatalogChange change) => change switch
    {
        { Before: RoleInfo or null, After: RoleInfo or null } => WithRole((RoleInfo?)change.Before, (RoleInfo?)change.After),
        { Before: DatabaseInfo or null, After: DatabaseInfo or null } => WithDatabase((DatabaseInfo?)change.Before, (DatabaseInfo?)change.After),
        { Before: SettingList or null, After: SettingList or null } => this with { Settings = CatalogChange.Replace(Settings, change, static (SettingList l) => l.Scope) },
        { Before: CommentInfo or null, After: CommentInfo or null } => this with { Comments = CatalogChange.Replace(Comments, change, static (CommentInfo c) => c.Object) },
        { Before: ParameterPrivileges or null, After: ParameterPrivileges or null } => this with { Parameters = CatalogChange.Replace(Parameters, change, static (ParameterPrivileges p) => p.Name) },
        _ => throw new InvariantViolationException($"not a shared object: {change}"),
    };

    private SharedImage WithRole(RoleInfo? before, RoleInfo? after)
    {
        ImmutableDictionary<string, uint> names = before is null ? RoleNames : RoleNames.Remove(before.Name);
        return this with
        {
            Roles = CatalogChange.Replace(Roles, new CatalogChange(before, after), static (RoleInfo r) => r.Oid),
            RoleNames = after is null ? names : names.SetItem(after.Name, after.Oid),
        };
    }

    private SharedImage WithDatabase(DatabaseInfo? before, DatabaseInfo? after)
    {
        ImmutableDictionary<string, uint> names = before is null ? DatabaseNames : DatabaseNames.Remove(before.Name);
        return this with
        {
            Databases = CatalogChange.Replace(Databases, new CatalogChange(before, after), static (DatabaseInfo d) => d.Oid),
            DatabaseNames = after is null ? names : names.SetItem(after.Name, after.Oid),
        };
    }
}

/// <summary>Whom a list of settings is for; 0 means any.</summary>
internal readonly record struct SettingScope(uint DatabaseOid, uint RoleOid);

/// <summary>Who may set a parameter: a row of <c>pg_parameter_acl</c>.</summary>
internal sealed record ParameterPrivileges(uint Oid, string Name, AccessControlItem[] Acl);

/// <summary>Settings of a scope, <c>name=value</c> each.</summary>
internal sealed record SettingList(SettingScope Scope, string[] Items);

/// <summary>A comment: a row of <c>pg_description</c> or <c>pg_shdescription</c>.</summary>
internal sealed record CommentInfo(ObjectAddress Object, string Text);

/// <summary>Identity of a row in a catalog heap: the catalog and what is unique in it.</summary>
internal readonly record struct CatalogRowKey(uint Catalog, uint First, uint Second = 0, int Third = 0);
