namespace Strata.Engine.Catalog;

/// <summary>PostgreSQL's predefined roles: part of the binary, with no row in any heap until something about them changes.</summary>
internal static class BuiltinRoles
{
    private static readonly (uint Oid, string Name, uint[] MemberOf)[] s_roles =
    [
        (6171, "pg_database_owner", []),
        (6181, "pg_read_all_data", []),
        (6182, "pg_write_all_data", []),
        (3373, "pg_monitor", [3374, 3375, 3377]),
        (3374, "pg_read_all_settings", []),
        (3375, "pg_read_all_stats", []),
        (3377, "pg_stat_scan_tables", []),
        (4569, "pg_read_server_files", []),
        (4570, "pg_write_server_files", []),
        (4571, "pg_execute_server_program", []),
        (4200, "pg_signal_backend", []),
        (4544, "pg_checkpoint", []),
    ];

    /// <summary>Adds those that an image does not have.</summary>
    public static SharedImage AddTo(SharedImage image)
    {
        foreach ((uint oid, string name, uint[] memberOf) in s_roles)
            if (!image.Roles.ContainsKey(oid))
                image = image.With(new CatalogChange(null, new RoleInfo
                {
                    Oid = oid,
                    Name = name,
                    MemberOf = Array.ConvertAll(memberOf, static role => new RoleMembership(role, CatalogOids.BootstrapRole, false)),
                }));
        return image;
    }
}
