using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Names of operator classes in definitions. Thread-safe.</summary>
internal static class OperatorClassNames
{
    private static readonly Lazy<Dictionary<uint, (string Name, uint Type, bool IsDefault)>> s_builtin = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_opclass");
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex("opcname"), type = table.ColumnIndex("opcintype"), isDefault = table.ColumnIndex("opcdefault");
        var classes = new Dictionary<uint, (string, uint, bool)>();
        for (int i = 0; i < table.RowCount; i++)
            classes.Add(table[i].Oid(oid), (table[i].Text(name)!, table[i].Oid(type), table[i].Boolean(isDefault)));
        return classes;
    });

    /// <summary>True when a class is the one that an index on the type gets by itself.</summary>
    public static bool IsDefault(uint oid, uint typeOid, CatalogView view)
    {
        if (view.FindObject(CatalogOids.PgOpClass, oid) is { } own)
            return own.Number(7) != 0 && (own.OidAt(6) == typeOid || IsFor(own.OidAt(6), typeOid, view));
        return s_builtin.Value.TryGetValue(oid, out (string Name, uint Type, bool IsDefault) found) && found.IsDefault;
    }

    // A class that takes a type's values as those of another: of text, of any enum, of any array.
    private static bool IsFor(uint classType, uint typeOid, CatalogView view) => classType switch
    {
        TypeOid.Text => typeOid == TypeOid.VarChar,
        TypeOid.AnyEnum => TypeResolver.Find(typeOid, view) is { Kind: TypeKind.Enum },
        TypeOid.AnyArray => TypeResolver.Find(typeOid, view) is { IsArray: true },
        _ => false,
    };

    /// <summary>True for the built-in classes that compare texts byte by byte, with operators of their own.</summary>
    public static bool IsPattern(uint oid) => s_builtin.Value.TryGetValue(oid, out (string Name, uint Type, bool IsDefault) found) && found.Name.EndsWith("_pattern_ops", StringComparison.Ordinal);

    /// <summary>The name, qualified when the search path does not find it.</summary>
    public static string Of(uint oid, CatalogView view, SearchPath path)
    {
        if (view.FindObject(CatalogOids.PgOpClass, oid) is { } own)
            return path.Contains(own.SchemaOid)
                ? TypeNames.QuoteIdentifier(own.Name)
                : TypeNames.QuoteIdentifier(view.FindSchema(own.SchemaOid)?.Name ?? "") + "." + TypeNames.QuoteIdentifier(own.Name);
        return s_builtin.Value.TryGetValue(oid, out (string Name, uint Type, bool IsDefault) found) ? found.Name : "";
    }
}
