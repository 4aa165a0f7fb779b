using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Types by name and OID, built-in and user-defined, as descriptors. Stateless; thread-safe.</summary>
public static class TypeResolver
{
    /// <summary>A type by name; null if there is none. Without a schema, the path decides.</summary>
    public static SqlType? Find(string? schema, string name, CatalogView catalog, SearchPath path)
    {
        if (schema is null)
        {
            foreach (uint oid in path.Schemas)
                if (Find(oid, name, catalog) is { } visible)
                    return visible;
            return null;
        }

        SchemaInfo found = catalog.FindSchema(schema) ?? throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{schema}\" does not exist");
        return Find(found.Oid, name, catalog);
    }

    private static SqlType? Find(uint schemaOid, string name, CatalogView catalog)
    {
        if (schemaOid == CatalogOids.CatalogSchema)
            return BuiltinTypes.Find(name) is { NamespaceOid: CatalogOids.CatalogSchema } builtin ? builtin : null;
        return catalog.FindUserType(schemaOid, name) is { } type ? Describe(type, catalog) : null;
    }

    /// <summary>A type by OID, built-in or not; null if there is none.</summary>
    public static SqlType? Find(uint oid, CatalogView catalog) =>
        BuiltinTypes.Find(oid) ?? (catalog.FindUserType(oid) is { } type ? Describe(type, catalog) : null);

    /// <summary>The descriptor of a user-defined type. An enum's values stand in vectors and rows as the OIDs of their labels.</summary>
    public static SqlType Describe(UserTypeInfo type, CatalogView catalog)
    {
        SqlType? domainBase = type.Kind == UserTypeKind.Domain ? Find(type.BaseTypeOid, catalog) : null;
        return new SqlType
        {
            Oid = type.Oid,
            Name = type.Name,
            NamespaceOid = type.SchemaOid,
            Physical = type.Kind == UserTypeKind.Enum ? PhysicalType.Int32 : domainBase?.Physical ?? PhysicalType.Bytes,
            Kind = type.Kind switch
            {
                UserTypeKind.Composite => TypeKind.Composite,
                UserTypeKind.Domain => TypeKind.Domain,
                UserTypeKind.Enum => TypeKind.Enum,
                _ => TypeKind.Base,
            },
            Category = type.Kind switch
            {
                UserTypeKind.Array => TypeCategory.Array,
                UserTypeKind.Composite => TypeCategory.Composite,
                UserTypeKind.Enum => TypeCategory.Enum,
                _ => domainBase?.Category ?? TypeCategory.User,
            },
            Length = type.Kind == UserTypeKind.Enum ? (short)4 : domainBase?.Length ?? -1,
            Alignment = type.Kind == UserTypeKind.Enum ? (byte)'i' : domainBase?.Alignment ?? (byte)'d',
            Storage = type.Kind == UserTypeKind.Enum ? (byte)'p' : domainBase?.Storage ?? (byte)'x',
            ElementOid = type.ElementOid,
            ArrayOid = type.ArrayOid,
            BaseOid = type.BaseTypeOid,
            RelationOid = type.RelationOid,
            CollationOid = domainBase?.CollationOid ?? 0,
            IsArray = type.Kind == UserTypeKind.Array,
            ElementType = type.ElementOid >= CatalogOids.FirstUser && catalog.FindUserType(type.ElementOid) is { } element ? Describe(element, catalog) : null,
        };
    }
}
