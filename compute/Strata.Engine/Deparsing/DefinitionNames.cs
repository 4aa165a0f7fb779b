using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Deparsing;

/// <summary>Names of objects in definitions: qualified wherever the search path would not find the same object. Immutable; for the session's thread.</summary>
/// <param name="view">The catalog.</param>
/// <param name="path">The path of the reader; of texts that catalogs keep, pg_catalog alone.</param>
/// <param name="functions">Settings and services for values.</param>
/// <param name="isStored">The text is for a catalog: objects in constants stand as OIDs.</param>
internal sealed class DefinitionNames(CatalogView view, SearchPath path, IFunctionContext functions, bool isStored)
{
    /// <summary>The path of texts that catalogs keep: every user object in them is qualified.</summary>
    public static readonly SearchPath StoredPath = new([CatalogOids.CatalogSchema], 0);

    public CatalogView View => view;

    /// <summary>The text is for a catalog.</summary>
    public bool IsStored => isStored;

    public string Schema(uint oid) => TypeNames.QuoteIdentifier(view.FindSchema(oid)?.Name ?? "");

    public string Relation(uint oid)
    {
        RelationInfo relation = view.FindRelation(oid)!;
        string name = TypeNames.QuoteIdentifier(relation.Name);
        return view.ResolveRelation(path, null, relation.Name)?.Oid == oid ? name : Schema(relation.SchemaOid) + "." + name;
    }

    /// <summary>A type with its modifier; one without says so where the bare name would mean a length of 1.</summary>
    public string Type(SqlType type, int typmod = -1)
    {
        // The type may have got another name since it was bound.
        if (type.Oid >= CatalogOids.FirstUser)
            type = TypeResolver.Find(type.Oid, view) ?? type;
        SqlType element = type.IsArray && type.Storage != (byte)'p' && type.ElementType is { } found ? found : type;
        string suffix = ReferenceEquals(element, type) ? "" : "[]";
        if (typmod < 0 && element.Oid == TypeOid.BpChar)
            return "bpchar" + suffix;
        if (typmod < 0 && element.Oid == TypeOid.Bit)
            return "\"bit\"" + suffix;
        string name = TypeNames.Format(element, typmod) + suffix;
        if (element.NamespaceOid == CatalogOids.CatalogSchema)
            return name;
        return TypeResolver.Find(null, element.Name, view, path)?.Oid == element.Oid ? name : Schema(element.NamespaceOid) + "." + name;
    }

    public string Function(FunctionInfo function)
    {
        function = view.FindRoutine(function.Oid)?.Function ?? function;
        string name = TypeNames.QuoteIdentifier(function.Name);
        foreach (FunctionInfo visible in RoutineLookup.Find(view, path, null, function.Name, -1))
            if (visible.Oid == function.Oid)
                return name;
        return Schema(function.NamespaceOid) + "." + name;
    }

    public string Operator(OperatorInfo op)
    {
        uint schema = view.FindObject(CatalogOids.PgOperator, op.Oid)?.SchemaOid ?? op.NamespaceOid;
        return schema == CatalogOids.CatalogSchema || path.Contains(schema) ? op.Name : $"OPERATOR({Schema(schema)}.{op.Name})";
    }

    /// <summary>The type that a name in a kept text stands for.</summary>
    public SqlType Resolve(Sql.Syntax.TypeName name) => TypeResolver.Resolve(name, view, path);

    public string Collation(uint oid)
    {
        if (view.FindObject(CatalogOids.PgCollation, oid) is { } own)
            return path.Contains(own.SchemaOid) ? TypeNames.QuoteIdentifier(own.Name) : Schema(own.SchemaOid) + "." + TypeNames.QuoteIdentifier(own.Name);
        return TypeNames.QuoteIdentifier(BuiltinNames.NameOf("pg_collation", "collname", oid) ?? "default");
    }

    /// <summary>The text of a value that is not null.</summary>
    public string Value(SqlType type, in Datum value) => isStored
        ? TypeOutput.ToText(IsReference(type.Oid) ? SqlType.OidType : type, value, TypeSettings.Default, functions.Catalog)!
        : TypeOutput.ToText(type, value, functions.Settings, functions.Catalog)!;

    public IReadOnlyList<(string Name, SqlType Type)> Fields(uint compositeType) => functions.Catalog.CompositeColumns(compositeType);

    // Types whose values are objects by name.
    private static bool IsReference(uint type) => type is TypeOid.RegClass or TypeOid.RegType or TypeOid.RegProc or TypeOid.RegProcedure or TypeOid.RegOper or TypeOid.RegOperator
        or TypeOid.RegRole or TypeOid.RegNamespace or TypeOid.RegCollation or TypeOid.RegConfig or TypeOid.RegDictionary;
}
