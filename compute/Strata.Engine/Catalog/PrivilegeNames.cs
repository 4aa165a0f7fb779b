namespace Strata.Engine.Catalog;

/// <summary>The words for privileges in GRANT and in <c>has_table_privilege</c> and its like (PostgreSQL's <c>string_to_privilege</c>).</summary>
internal static class PrivilegeNames
{
    /// <summary>The privilege that an upper-case word names, or null.</summary>
    public static Privileges? Find(string name) => name switch
    {
        "SELECT" => Privileges.Select,
        "INSERT" => Privileges.Insert,
        "UPDATE" => Privileges.Update,
        "DELETE" => Privileges.Delete,
        "TRUNCATE" => Privileges.Truncate,
        "REFERENCES" => Privileges.References,
        "TRIGGER" => Privileges.Trigger,
        "EXECUTE" => Privileges.Execute,
        "USAGE" => Privileges.Usage,
        "CREATE" => Privileges.Create,
        "TEMPORARY" or "TEMP" => Privileges.Temporary,
        "CONNECT" => Privileges.Connect,
        "SET" => Privileges.Set,
        "ALTER SYSTEM" => Privileges.AlterSystem,
        _ => null,
    };
}
