using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>B-tree operator classes of types, from the embedded catalogs.</summary>
internal static class OperatorClasses
{
    private static readonly Lazy<(Dictionary<uint, uint> Defaults, Dictionary<string, uint> Names)> s_classes = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_opclass");
        int oid = table.ColumnIndex("oid"), method = table.ColumnIndex("opcmethod"), type = table.ColumnIndex("opcintype");
        int isDefault = table.ColumnIndex("opcdefault"), name = table.ColumnIndex("opcname");
        var defaults = new Dictionary<uint, uint>();
        var names = new Dictionary<string, uint>(StringComparer.Ordinal);
        for (int i = 0; i < table.RowCount; i++)
        {
            if (table[i].Oid(method) != CatalogOids.BTreeAccessMethod)
                continue;
            names.TryAdd(table[i].Text(name)!, table[i].Oid(oid));
            if (table[i].Boolean(isDefault))
                defaults.TryAdd(table[i].Oid(type), table[i].Oid(oid));
        }

        return (defaults, names);
    });

    /// <summary>The default class of a type, looking through domains, arrays, enums and the types that are kept as others. Throws 42704.</summary>
    public static uint Default(uint typeOid, DdlContext context)
    {
        SqlType type = TypeResolver.Find(typeOid, context.View)!;
        while (type.BaseOid != 0)
            type = TypeResolver.Find(type.BaseOid, context.View)!;
        uint key = type.Kind == TypeKind.Enum ? TypeOid.AnyEnum
            : type.IsArray ? TypeOid.AnyArray
            : type.Kind == TypeKind.Composite ? TypeOid.Record
            : type.Kind == TypeKind.Range ? TypeOid.AnyRange
            : type.Kind == TypeKind.Multirange ? TypeOid.AnyMultirange
            : type.Oid is TypeOid.Cidr ? TypeOid.Inet
            : type.Oid is TypeOid.VarChar ? TypeOid.Text
            : type.Oid;
        return s_classes.Value.Defaults.TryGetValue(key, out uint found)
            ? found
            : throw new SqlException(SqlState.UndefinedObject, $"data type {TypeNames.Format(type)} has no default operator class for access method \"btree\"")
            {
                Hint = "You must specify an operator class for the index or define a default operator class for the data type.",
            };
    }

    /// <summary>A class by name: those that keep the type's own order. Throws 42704, 0A000.</summary>
    public static uint Find(QualifiedName name, uint typeOid, DdlContext context)
    {
        if (!s_classes.Value.Names.TryGetValue(name.Name, out uint found))
            throw new SqlException(SqlState.UndefinedObject, $"operator class \"{name}\" does not exist for access method \"btree\"");
        // The text patterns compare bytes, which is what text does here anyway.
        bool sameOrder = name.Name is "text_pattern_ops" or "varchar_pattern_ops" or "bpchar_pattern_ops" or "varchar_ops" || found == Default(typeOid, context);
        return sameOrder ? found : throw new SqlException(SqlState.FeatureNotSupported, $"operator class \"{name}\" is not supported for this type yet");
    }
}
