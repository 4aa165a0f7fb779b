using System.Globalization;
using Strata.Engine.Ddl;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>
/// What <c>has_table_privilege</c> and its like answer, by PostgreSQL's rules: any of the privileges that a text lists will do, and an object that is gone gives null. Role 0 is PUBLIC. For the session's thread.
/// </summary>
internal sealed class PrivilegeChecks(CatalogView view, Permissions permissions)
{
    private const string WithGrantOption = " WITH GRANT OPTION", WithAdminOption = " WITH ADMIN OPTION";

    /// <summary>Privileges and grant options.</summary>
    private readonly record struct Rights(Privileges Held, Privileges Options)
    {
        public static readonly Rights All = new((Privileges)uint.MaxValue, (Privileges)uint.MaxValue);

        public bool HasAny(in Rights wanted) => (Held & wanted.Held) != 0 || (Options & wanted.Options) != 0;
    }

    /// <summary>The role of a name; <c>public</c> is PUBLIC. Throws 42704.</summary>
    public uint Role(string name, bool orPublic) => orPublic && name == "public" ? 0
        : view.FindRole(name)?.Oid ?? throw new SqlException(SqlState.UndefinedObject, $"role \"{name}\" does not exist");

    /// <summary>An object of a kind that has no reg* type, by its name. Throws 3D000, 42704.</summary>
    public uint Find(string kind, string name)
    {
        (uint? oid, string word) = kind switch
        {
            "database" => (view.FindDatabase(name)?.Oid, "database"),
            "schema" => (view.FindSchema(name)?.Oid, "schema"),
            "language" => (BuiltinNames.Find("pg_language", "lanname", name), "language"),
            "tablespace" => (name switch { "pg_default" => CatalogOids.DefaultTablespace, "pg_global" => CatalogOids.GlobalTablespace, _ => null }, "tablespace"),
            "server" => (view.ObjectsOf(CatalogOids.PgForeignServer).FirstOrDefault(found => found.Name == name)?.Oid, "server"),
            _ => (view.ObjectsOf(CatalogOids.PgForeignDataWrapper).FirstOrDefault(found => found.Name == name)?.Oid, "foreign-data wrapper"),
        };
        SqlState state = kind switch
        {
            "database" => SqlState.InvalidCatalogName,
            "schema" => SqlState.InvalidSchemaName,
            _ => SqlState.UndefinedObject,
        };
        return oid ?? throw new SqlException(state, $"{word} \"{name}\" does not exist");
    }

    /// <summary>A column's number; null when the table or the column with the number is gone. Throws 42703.</summary>
    public short? Column(uint relation, string name)
    {
        if (view.FindRelation(relation) is not { } table)
            return null;
        if (table.FindColumn(name) is { } column)
            return column.Number;
        return ColumnBuilder.SystemColumn(name) ? (short)-1
            : throw new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" of relation \"{table.Name}\" does not exist");
    }

    /// <summary>Whether a role has one of the privileges on an object; null when that does not exist. Throws 22023 for a privilege that the kind does not have, 42809 for no sequence.</summary>
    public bool? Check(uint role, string kind, uint oid, string privilege)
    {
        RelationInfo? relation = null;
        if (kind is "table" or "sequence" or "any_column")
        {
            relation = view.FindRelation(oid);
            if (kind == "sequence" && relation is { Sequence: null })
                throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is not a sequence");
        }

        Rights wanted = Parse(kind, privilege);
        if (kind == "any_column")
            return relation is null ? null : OfRelation(role, relation).HasAny(wanted) || Array.Exists(relation.Columns, column => !column.IsDropped && FromList(role, column.Acl).HasAny(wanted));
        Rights? held = kind switch
        {
            "table" or "sequence" => relation is null ? null : OfRelation(role, relation),
            "schema" => view.FindSchema(oid) is { } schema ? OfSchema(role, schema) : null,
            "database" => view.FindDatabase(oid) is { } database
                ? Of(role, database.OwnerOid, database.Acl ?? [new AccessControlItem(0, database.OwnerOid, Privileges.Temporary | Privileges.Connect, Privileges.None)]) : null,
            "function" => view.FindRoutine(oid) is { } routine ? Of(role, routine.OwnerOid, routine.Acl ?? DefaultPrivileges.BuiltIn('f', routine.OwnerOid))
                : BuiltinRegistry.Function(oid) is not null ? OfBuiltin(role, CatalogOids.PgProc, oid, 'f') : null,
            "type" => OfType(role, oid),
            "language" => BuiltinNames.Exists("pg_language", oid) ? OfBuiltin(role, CatalogOids.PgLanguage, oid, 'l') : null,
            "tablespace" => oid is CatalogOids.DefaultTablespace or CatalogOids.GlobalTablespace ? Of(role, CatalogOids.BootstrapRole, []) : null,
            "server" => view.FindObject(CatalogOids.PgForeignServer, oid) is { } server ? OfObject(role, server) : null,
            _ => view.FindObject(CatalogOids.PgForeignDataWrapper, oid) is { } wrapper ? OfObject(role, wrapper) : null,
        };
        return held?.HasAny(wanted);
    }

    /// <summary>The same for a column, with what the table gives; system columns have nothing of their own.</summary>
    public bool? CheckColumn(uint role, uint relation, short? column, string privilege)
    {
        Rights wanted = Parse("column", privilege);
        if (column is not { } number || view.FindRelation(relation) is not { } table)
            return null;
        if (number > 0)
        {
            if (number > table.Columns.Length || table.Columns[number - 1].IsDropped)
                return null;
            if (FromList(role, table.Columns[number - 1].Acl).HasAny(wanted))
                return true;
        }
        else if (number is 0 or < -6)
        {
            return null;
        }

        return OfRelation(role, table).HasAny(wanted);
    }

    /// <summary>pg_has_role: USAGE is what is inherited, MEMBER what SET ROLE allows, the options are the right to give it away.</summary>
    public bool CheckRole(uint role, uint target, string privilege)
    {
        bool found = false;
        foreach (string one in Words(privilege))
        {
            string word = one.ToUpperInvariant();
            found |= word switch
            {
                "USAGE" => IsSuperuser(role) || permissions.HasRole(role, target),
                "MEMBER" => permissions.IsMember(role, target),
                _ when Strip(word) is "USAGE" or "MEMBER" && Strip(word) != word => IsAdmin(role, target),
                _ => throw Unrecognized(one),
            };
        }

        return found;
    }

    /// <summary>Whether a role may SET a parameter, or ALTER SYSTEM SET it, by what it was granted.</summary>
    public bool CheckParameter(uint role, string parameter, string privilege)
    {
        Rights wanted = Parse("parameter", privilege);
        return IsSuperuser(role) || (view.FindParameterPrivileges(parameter) is { } acl && FromList(role, acl).HasAny(wanted));
    }

    private bool IsSuperuser(uint role) => view.FindRole(role) is { IsSuperuser: true };

    // A role is not its own administrator; whoever has it through others with the option is.
    private bool IsAdmin(uint role, uint target)
    {
        if (IsSuperuser(role))
            return true;
        var seen = new HashSet<uint> { role };
        var open = new Queue<uint>([role]);
        while (open.TryDequeue(out uint next))
            foreach (RoleMembership membership in view.FindRole(next)?.MemberOf ?? [])
            {
                if (membership.RoleOid == target && membership.AdminOption)
                    return true;
                if (seen.Add(membership.RoleOid))
                    open.Enqueue(membership.RoleOid);
            }

        return false;
    }

    private Rights OfRelation(uint role, RelationInfo relation)
    {
        char kind = relation.Kind == RelationKind.Sequence ? 'S' : 'r';
        AccessControlItem[]? acl = (relation.Oid < CatalogOids.FirstUser ? view.FindBuiltinPrivileges(CatalogOids.PgClass, relation.Oid) : null) ?? relation.Acl;
        Rights rights = Of(role, relation.OwnerOid, acl ?? DefaultPrivileges.BuiltIn(kind, relation.OwnerOid));
        // What the predefined roles read and write.
        return rights with { Held = rights.Held | permissions.OfRelation(role, relation) };
    }

    private Rights OfSchema(uint role, SchemaInfo schema)
    {
        Rights rights = Of(role, schema.OwnerOid, schema.Acl ?? []);
        return rights with { Held = rights.Held | permissions.OfSchema(role, schema) };
    }

    private Rights? OfType(uint role, uint oid)
    {
        if (view.FindUserType(oid) is not { } type)
            return BuiltinTypes.Find(oid) is null ? null : OfBuiltin(role, CatalogOids.PgType, oid, 'T');
        // An array type goes by its elements.
        UserTypeInfo holder = type.Kind == UserTypeKind.Array && view.FindUserType(type.ElementOid) is { } element ? element : type;
        return Of(role, holder.OwnerOid, holder.Acl ?? DefaultPrivileges.BuiltIn('T', holder.OwnerOid));
    }

    private Rights OfObject(uint role, CatalogObject entry) => Of(role, entry.OwnerOid, AccessControlList.FromStored(entry.Row[CatalogObjectShapes.AclColumn(entry.ClassOid)]) ?? []);

    private Rights OfBuiltin(uint role, uint classOid, uint oid, char kind) =>
        Of(role, CatalogOids.BootstrapRole, view.FindBuiltinPrivileges(classOid, oid) ?? BuiltinPrivileges.Default(classOid, oid, kind));

    private Rights Of(uint role, uint owner, AccessControlItem[] acl) => IsSuperuser(role) || (role != 0 && permissions.HasRole(role, owner)) ? Rights.All : FromList(role, acl);

    private Rights FromList(uint role, AccessControlItem[]? acl)
    {
        Privileges held = Privileges.None, options = Privileges.None;
        foreach (AccessControlItem item in acl ?? [])
        {
            if (item.Grantee != 0 && (role == 0 || !permissions.HasRole(role, item.Grantee)))
                continue;
            held |= item.Privileges;
            options |= item.GrantOptions;
        }

        return new Rights(held, options);
    }

    private static Privileges Words(string kind, string word) => (kind, word) switch
    {
        ("table", "SELECT" or "INSERT" or "UPDATE" or "DELETE" or "TRUNCATE" or "REFERENCES" or "TRIGGER") or ("sequence", "USAGE" or "SELECT" or "UPDATE")
            or ("column" or "any_column", "SELECT" or "INSERT" or "UPDATE" or "REFERENCES") or ("database", "CREATE" or "TEMPORARY" or "TEMP" or "CONNECT") or ("function", "EXECUTE")
            or ("schema", "CREATE" or "USAGE") or ("type" or "language" or "server" or "foreign_data_wrapper", "USAGE") or ("tablespace", "CREATE")
            or ("parameter", "SET" or "ALTER SYSTEM") => PrivilegeNames.Find(word) ?? Privileges.None,
        _ => Privileges.None,
    };

    private static Rights Parse(string kind, string privilege)
    {
        Privileges held = Privileges.None, options = Privileges.None;
        foreach (string one in Words(privilege))
        {
            string word = one.ToUpperInvariant(), plain = word.EndsWith(WithGrantOption, StringComparison.Ordinal) ? word[..^WithGrantOption.Length] : word;
            Privileges found = Words(kind, plain);
            // The privilege RULE is known, and nobody has it.
            if (found == Privileges.None && !(kind == "table" && plain == "RULE"))
                throw Unrecognized(one);
            if (plain == word)
                held |= found;
            else
                options |= found;
        }

        return new Rights(held, options);
    }

    private static string[] Words(string privilege) => privilege.Split(',', StringSplitOptions.TrimEntries);

    private static string Strip(string word) =>
        word.EndsWith(WithGrantOption, StringComparison.Ordinal) ? word[..^WithGrantOption.Length] : word.EndsWith(WithAdminOption, StringComparison.Ordinal) ? word[..^WithAdminOption.Length] : word;

    private static SqlException Unrecognized(string word) => new(SqlState.InvalidParameterValue, string.Create(CultureInfo.InvariantCulture, $"unrecognized privilege type: \"{word}\""));
}
