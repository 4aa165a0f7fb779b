using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Operator classes of types, from the embedded catalogs.</summary>
internal static class OperatorClasses
{
    private static readonly Lazy<(Dictionary<(IndexMethod, uint), BuiltinOperatorClass> Defaults, Dictionary<(IndexMethod, string), List<BuiltinOperatorClass>> Names)> s_classes = new(static () =>
    {
        var defaults = new Dictionary<(IndexMethod, uint), BuiltinOperatorClass>();
        var names = new Dictionary<(IndexMethod, string), List<BuiltinOperatorClass>>();
        foreach (BuiltinOperatorClass known in OperatorFamilies.Classes)
        {
            if (!names.TryGetValue((known.Method, known.Name), out List<BuiltinOperatorClass>? same))
                names.Add((known.Method, known.Name), same = []);
            same.Add(known);
            if (known.IsDefault)
                defaults.TryAdd((known.Method, known.InputTypeOid), known);
        }

        return (defaults, names);
    });

    /// <summary>The B-tree class of a type. Throws 42704.</summary>
    public static uint Default(uint typeOid, DdlContext context) => Default(IndexMethod.BTree, typeOid, context);

    /// <summary>The default class of a type, looking through domains, arrays, enums and the types that are kept as others. Throws 42704.</summary>
    public static uint Default(IndexMethod method, uint typeOid, DdlContext context)
    {
        SqlType type = TypeResolver.Find(typeOid, context.View)!;
        return TryDefault(method, typeOid, context) ?? throw new SqlException(
            SqlState.UndefinedObject, $"data type {TypeNames.Format(type)} has no default operator class for access method \"{IndexMethods.NameOf(method)}\"")
        {
            Hint = "You must specify an operator class for the index or define a default operator class for the data type.",
        };
    }

    /// <summary>As <see cref="Default(IndexMethod, uint, DdlContext)"/>; null when the type has none.</summary>
    public static uint? TryDefault(IndexMethod method, uint typeOid, DdlContext context)
    {
        foreach (uint candidate in InputTypes(typeOid, context))
        {
            // Hash indexes are B-trees, whose classes cover every type that has one of hash.
            if (s_classes.Value.Defaults.TryGetValue((method, candidate), out BuiltinOperatorClass? found)
                || (method == IndexMethod.Hash && s_classes.Value.Defaults.TryGetValue((IndexMethod.BTree, candidate), out found)))
                return found.Oid;
        }

        return DefaultOfExtension(method, InputTypes(typeOid, context), context);
    }

    private static uint? DefaultOfExtension(IndexMethod method, List<uint> types, DdlContext context)
    {
        foreach (IndexMethod tried in method == IndexMethod.Hash ? [IndexMethod.Hash, IndexMethod.BTree] : (IndexMethod[])[method])
            foreach (CatalogObject own in context.View.ObjectsOf(CatalogOids.PgOpClass))
                if (own.OidAt(1) == IndexMethods.OidOf(tried) && own.Number(7) != 0 && types.Contains(own.OidAt(6)) && IsUsable(tried, own, context))
                    return own.Oid;
        return null;
    }

    private static bool IsUsable(IndexMethod method, CatalogObject operatorClass, DdlContext context) => method.HasKeys()
        ? NativeOperatorClasses.KeepsOrder(context.View, operatorClass)
        : NativeOperatorClasses.ItemsOf(context.View, operatorClass.Oid) is not null;

    /// <summary>A class by name. Throws 42704, 42804, 0A000.</summary>
    public static uint Find(QualifiedName name, uint typeOid, DdlContext context) => Find(IndexMethod.BTree, name, typeOid, context);

    /// <summary>A class of an access method by name; of B-trees those that keep the type's own order. Throws 42704, 42804, 0A000.</summary>
    public static uint Find(IndexMethod method, QualifiedName name, uint typeOid, DdlContext context)
    {
        if (!s_classes.Value.Names.TryGetValue((method, name.Name), out List<BuiltinOperatorClass>? known)
            && !(method == IndexMethod.Hash && s_classes.Value.Names.TryGetValue((IndexMethod.BTree, name.Name), out known)))
        {
            if (OfExtension(method, name, typeOid, context) is { } extended)
                return extended;
            if (method == IndexMethod.BTree && OwnClass(name, typeOid, context) is { } made)
                return made;
            foreach (CatalogObject own in context.View.ObjectsOf(CatalogOids.PgOpClass))
                if (own.Name == name.Name && own.OidAt(1) == IndexMethods.OidOf(method))
                    throw new SqlException(SqlState.FeatureNotSupported, $"indexes with operator class \"{name}\" are not supported: it is not a built-in one");
            throw new SqlException(SqlState.UndefinedObject, $"operator class \"{name}\" does not exist for access method \"{IndexMethods.NameOf(method)}\"");
        }

        List<uint> types = InputTypes(typeOid, context);
        BuiltinOperatorClass? found = known.Find(candidate => types.Contains(candidate.InputTypeOid));
        if (found is null)
            throw new SqlException(SqlState.DatatypeMismatch, $"operator class \"{name}\" does not accept data type {TypeNames.Format(TypeResolver.Find(typeOid, context.View)!)}");
        if (!method.HasKeys())
            return found.Oid;
        // The text patterns compare bytes, which is what text does here anyway.
        bool sameOrder = name.Name is "text_pattern_ops" or "varchar_pattern_ops" or "bpchar_pattern_ops" or "varchar_ops" || TryDefault(method, typeOid, context) is { } usual && IsOfFamily(found, usual);
        return sameOrder ? found.Oid : throw new SqlException(SqlState.FeatureNotSupported, $"operator class \"{name}\" is not supported for this type yet");
    }

    // A class of an extension by name. Throws 42804 for a type that it is not for.
    private static uint? OfExtension(IndexMethod method, QualifiedName name, uint typeOid, DdlContext context)
    {
        foreach (uint schema in name.Schema is { } given ? [context.RequireSchema(given).Oid] : context.Session.SearchPath.Schemas)
            foreach (CatalogObject own in context.View.ObjectsOf(CatalogOids.PgOpClass))
            {
                if (own.SchemaOid != schema || own.Name != name.Name || own.OidAt(1) != IndexMethods.OidOf(method) || !IsUsable(method, own, context))
                    continue;
                if (!InputTypes(typeOid, context).Contains(own.OidAt(6)) && !new Functions.TypeCoercion(context.Session.Catalog).IsBinaryCoercible(typeOid, own.OidAt(6)))
                    throw new SqlException(SqlState.DatatypeMismatch, $"operator class \"{name}\" does not accept data type {TypeNames.Format(TypeResolver.Find(typeOid, context.View)!)}");
                return own.Oid;
            }

        return null;
    }

    private static bool IsOfFamily(BuiltinOperatorClass found, uint usual) => found.Oid == usual || OperatorFamilies.Class(usual)?.FamilyOid == found.FamilyOid;

    /// <summary>The type and those that a class may be declared for instead.</summary>
    private static List<uint> InputTypes(uint typeOid, DdlContext context)
    {
        SqlType type = TypeResolver.Find(typeOid, context.View)!;
        while (type.BaseOid != 0)
            type = TypeResolver.Find(type.BaseOid, context.View)!;
        var types = new List<uint> { type.Oid };
        if (type.Kind == TypeKind.Enum)
            types.Add(TypeOid.AnyEnum);
        if (type.IsArray)
            types.Add(TypeOid.AnyArray);
        if (type.Kind == TypeKind.Composite)
            types.Add(TypeOid.Record);
        if (type.Kind == TypeKind.Range)
            types.Add(TypeOid.AnyRange);
        if (type.Kind == TypeKind.Multirange)
            types.Add(TypeOid.AnyMultirange);
        if (type.Oid == TypeOid.Cidr)
            types.Add(TypeOid.Inet);
        if (type.Oid is TypeOid.VarChar or TypeOid.Name)
            types.Add(TypeOid.Text);
        if (TypeNames.Format(type).StartsWith("reg", StringComparison.Ordinal) && type.Oid < CatalogOids.FirstUser)
            types.Add(TypeOid.Oid);
        return types;
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
