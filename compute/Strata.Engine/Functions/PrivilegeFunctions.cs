using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>has_table_privilege and its family, pg_has_role: overloads take the role by name, by OID or not, and the object by name or by OID. Source: PostgreSQL 15, "Access Privilege Inquiry Functions".</summary>
internal static class PrivilegeFunctions
{
    private static readonly string[] s_forms = ["_name_name", "_name_id", "_id_name", "_id_id", "_name", "_id"];

    public static void Register(FunctionTable t)
    {
        foreach ((string kind, uint reg) in new[]
        {
            ("table", TypeOid.RegClass), ("sequence", TypeOid.RegClass), ("any_column", TypeOid.RegClass), ("function", TypeOid.RegProcedure), ("type", TypeOid.RegType),
            ("schema", 0u), ("database", 0u), ("language", 0u), ("tablespace", 0u), ("foreign_data_wrapper", 0u), ("server", 0u),
        })
        {
            foreach (string form in s_forms)
                t.Add($"has_{kind}_privilege{form}", (ref FunctionCall c) => Object(ref c, kind, reg));
        }

        foreach (string form in new[]
        {
            "_name_name_name", "_name_name_attnum", "_name_id_name", "_name_id_attnum", "_id_name_name", "_id_name_attnum",
            "_id_id_name", "_id_id_attnum", "_name_name", "_name_attnum", "_id_name", "_id_attnum",
        })
        {
            t.Add("has_column_privilege" + form, Column);
        }

        foreach (string form in s_forms)
            t.Add("pg_has_role" + form, Role);
        foreach (string form in new[] { "_name_name", "_id_name", "_name" })
            t.Add("has_parameter_privilege" + form, static (ref FunctionCall c) =>
            {
                uint? role = GivenRole(ref c, c.ArgumentCount - 2, orPublic: true);
                c.Return(c.Context.Catalog.HasParameterPrivilege(role, c.String(c.ArgumentCount - 2), c.String(c.ArgumentCount - 1)));
            });
    }

    private static bool IsText(ref FunctionCall c, int argument) => c.ArgumentType(argument).Physical == PhysicalType.Bytes;

    /// <summary>The role in front of the object; null for the current one.</summary>
    private static uint? GivenRole(ref FunctionCall c, int objectAt, bool orPublic) =>
        objectAt == 0 ? null : IsText(ref c, 0) ? c.Context.Catalog.FindRole(c.String(0), orPublic) : c.Oid(0);

    private static void Object(ref FunctionCall c, string kind, uint reg)
    {
        int objectAt = c.ArgumentCount - 2;
        uint? role = GivenRole(ref c, objectAt, orPublic: true);
        uint oid = !IsText(ref c, objectAt) ? c.Oid(objectAt)
            : reg != 0 ? RegTypes.Parse(BuiltinTypes.Get(reg), c.Bytes(objectAt), c.Context.Catalog) : c.Context.Catalog.FindNamed(kind, c.String(objectAt));
        Return(ref c, c.Context.Catalog.HasPrivilege(role, kind, oid, c.String(c.ArgumentCount - 1)));
    }

    private static void Column(ref FunctionCall c)
    {
        int tableAt = c.ArgumentCount - 3;
        uint? role = GivenRole(ref c, tableAt, orPublic: true);
        uint table = IsText(ref c, tableAt) ? RegTypes.Parse(SqlType.RegClass, c.Bytes(tableAt), c.Context.Catalog) : c.Oid(tableAt);
        short? column = IsText(ref c, tableAt + 1) ? c.Context.Catalog.FindColumn(table, c.String(tableAt + 1)) : c.Int16(tableAt + 1);
        Return(ref c, c.Context.Catalog.HasColumnPrivilege(role, table, column, c.String(c.ArgumentCount - 1)));
    }

    private static void Role(ref FunctionCall c)
    {
        int targetAt = c.ArgumentCount - 2;
        uint? role = GivenRole(ref c, targetAt, orPublic: false);
        uint target = IsText(ref c, targetAt) ? c.Context.Catalog.FindRole(c.String(targetAt), orPublic: false) : c.Oid(targetAt);
        c.Return(c.Context.Catalog.IsMemberOf(role, target, c.String(c.ArgumentCount - 1)));
    }

    private static void Return(ref FunctionCall c, bool? value)
    {
        if (value is { } known)
            c.Return(known);
        else
            c.ReturnNull();
    }
}
