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
        if (OwnClass(name, typeOid, context) is { } own)
            return own;
        if (!s_classes.Value.Names.TryGetValue(name.Name, out uint found))
            throw new SqlException(SqlState.UndefinedObject, $"operator class \"{name}\" does not exist for access method \"btree\"");
        // The text patterns compare bytes, which is what text does here anyway.
        bool sameOrder = name.Name is "text_pattern_ops" or "varchar_pattern_ops" or "bpchar_pattern_ops" or "varchar_ops" || found == Default(typeOid, context);
        return sameOrder ? found : throw new SqlException(SqlState.FeatureNotSupported, $"operator class \"{name}\" is not supported for this type yet");
    }

    // A class that users made for the order that the type has anyway. Any other order an index can't keep.
    private static uint? OwnClass(QualifiedName name, uint typeOid, DdlContext context)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgOpClass))
        {
            bool isMeant = candidate.Name == name.Name && candidate.OidAt(1) == CatalogOids.BTreeAccessMethod
                && (name.Schema is { } schema ? context.View.FindSchema(schema)?.Oid == candidate.SchemaOid : context.Session.SearchPath.Contains(candidate.SchemaOid));
            if (!isMeant)
                continue;
            SqlType type = TypeResolver.Find(typeOid, context.View)!;
            if (candidate.OidAt(6) != typeOid && !new Functions.TypeCoercion(context.Session.Catalog).IsBinaryCoercible(typeOid, candidate.OidAt(6)))
                throw new SqlException(SqlState.DatatypeMismatch, $"operator class \"{name}\" does not accept data type {TypeNames.Format(type)}");
            foreach (CatalogObject support in context.View.ObjectsOf(CatalogOids.PgAmProc))
                if (support.OidAt(1) == candidate.OidAt(5) && support.OidAt(2) == candidate.OidAt(6) && support.OidAt(3) == candidate.OidAt(6) && support.Number(4) == 1
                    && support.OidAt(5) == ComparisonOf(candidate.OidAt(6), context))
                    return candidate.Oid;
            throw new SqlException(SqlState.FeatureNotSupported, $"operator class \"{name}\" has an order of its own, which indexes do not support yet");
        }

        return null;
    }

    // The comparison of a type's default class.
    private static uint ComparisonOf(uint typeOid, DdlContext context)
    {
        uint operatorClass = Default(typeOid, context);
        CatalogTable classes = CatalogTable.Open("pg_opclass");
        int oid = classes.ColumnIndex("oid"), family = classes.ColumnIndex("opcfamily");
        uint familyOid = 0;
        for (int i = 0; i < classes.RowCount && familyOid == 0; i++)
            if (classes[i].Oid(oid) == operatorClass)
                familyOid = classes[i].Oid(family);
        CatalogTable procedures = CatalogTable.Open("pg_amproc");
        int procedureFamily = procedures.ColumnIndex("amprocfamily"), left = procedures.ColumnIndex("amproclefttype"), right = procedures.ColumnIndex("amprocrighttype");
        int number = procedures.ColumnIndex("amprocnum"), procedure = procedures.ColumnIndex("amproc");
        for (int i = 0; i < procedures.RowCount; i++)
            if (procedures[i].Oid(procedureFamily) == familyOid && procedures[i].Oid(left) == typeOid && procedures[i].Oid(right) == typeOid && procedures[i].Number(number) == 1)
                return procedures[i].Oid(procedure);
        return 0;
    }
}
