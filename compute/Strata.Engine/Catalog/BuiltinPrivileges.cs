using Strata.Engine.Ddl;

namespace Strata.Engine.Catalog;

/// <summary>Privileges of built-in objects. What GRANT and REVOKE change of them stands in a heap of its own (<see cref="CatalogHeap.PgInitPrivs"/>): the objects themselves are in the binary.</summary>
internal static class BuiltinPrivileges
{
    /// <summary>Columns of an entry.</summary>
    private const int ClassColumn = 1, ListColumn = 3;

    /// <summary>The list of an object that was never changed: PostgreSQL's acldefault().</summary>
    public static AccessControlItem[] Default(uint classOid, uint oid, char kind)
    {
        if (classOid == CatalogOids.PgClass && BuiltinRelations.Find(oid)?.Acl is { } own)
            return own;
        return kind == 'l'
            ? [new AccessControlItem(0, CatalogOids.BootstrapRole, Privileges.Usage, Privileges.None), new AccessControlItem(CatalogOids.BootstrapRole, CatalogOids.BootstrapRole, Privileges.Usage, Privileges.None)]
            : DefaultPrivileges.BuiltIn(kind, CatalogOids.BootstrapRole);
    }

    /// <summary>The object's entry, or null.</summary>
    public static CatalogObject? Find(CatalogView view, uint classOid, uint oid) =>
        view.FindObject(CatalogOids.PgInitPrivs, oid) is { } entry && entry.OidAt(ClassColumn) == classOid ? entry : null;

    /// <summary>The list of an entry.</summary>
    public static AccessControlItem[]? ListOf(CatalogObject entry) => AccessControlList.FromStored(entry.Row[ListColumn]);

    /// <summary>An entry.</summary>
    public static CatalogObject Make(uint classOid, uint oid, AccessControlItem[] acl) =>
        CatalogObjectShapes.Make(CatalogOids.PgInitPrivs, [oid, classOid, 0L, AccessControlList.ToStored(acl)], []);

    /// <summary>Puts changed lists into rows of a catalog of built-in objects; <paramref name="column"/> is that of the list.</summary>
    public static IEnumerable<CatalogValue[]> Overlay(IEnumerable<CatalogValue[]> rows, CatalogView view, uint classOid, int column)
    {
        bool isChanged = !view.Image.BuiltinPrivileges.IsEmpty;
        foreach (CatalogValue[] row in rows)
        {
            if (isChanged && Find(view, classOid, (uint)row[0].Number) is { } entry)
                row[column] = AccessControlList.ToDisplay(ListOf(entry), view);
            yield return row;
        }
    }
}
