using Strata.Engine.Catalog;

namespace Strata.Engine.Ddl;

/// <summary>What ALTER DEFAULT PRIVILEGES says about new objects.</summary>
internal static class DefaultPrivileges
{
    /// <summary>
    /// The access control list of a new object of a kind (r, S, f, T, n as in <c>pg_default_acl</c>), or null when nothing but the built-in defaults applies.
    /// </summary>
    public static AccessControlItem[]? Of(DdlContext context, char kind, uint schemaOid, uint owner)
    {
        AccessControlItem[]? global = Find(context.View, owner, 0, kind), own = schemaOid == 0 ? null : Find(context.View, owner, schemaOid, kind);
        if (global is null && own is null)
            return null;
        var merged = new List<AccessControlItem>(global ?? BuiltIn(kind, owner));
        foreach (AccessControlItem item in own ?? [])
        {
            int at = merged.FindIndex(m => m.Grantee == item.Grantee && m.Grantor == item.Grantor);
            if (at < 0)
                merged.Add(item);
            else
                merged[at] = merged[at] with { Privileges = merged[at].Privileges | item.Privileges, GrantOptions = merged[at].GrantOptions | item.GrantOptions };
        }

        AccessControlItem[] result = [.. merged];
        return result.AsSpan().SequenceEqual(BuiltIn(kind, owner)) ? null : result;
    }

    /// <summary>The list of an entry of <c>pg_default_acl</c>, or null.</summary>
    public static AccessControlItem[]? Find(CatalogView view, uint role, uint schemaOid, char kind) =>
        FindEntry(view, role, schemaOid, kind) is { } entry ? AccessControlList.FromStored(entry.Row[4]) : null;

    public static CatalogObject? FindEntry(CatalogView view, uint role, uint schemaOid, char kind)
    {
        foreach (CatalogObject entry in view.ObjectsOf(CatalogOids.PgDefaultAcl))
            if (entry.OidAt(1) == role && entry.OidAt(2) == schemaOid && entry.Number(3) == kind)
                return entry;
        return null;
    }

    /// <summary>All privileges of a kind of objects.</summary>
    public static Privileges All(char kind) => kind switch
    {
        'r' => Privileges.AllTable,
        'S' => Privileges.AllSequence,
        'f' => Privileges.Execute,
        'T' or 'F' or 'V' => Privileges.Usage,
        'L' => Privileges.AllLargeObject,
        _ => Privileges.AllSchema,
    };

    /// <summary>What an object has whose list is null: PostgreSQL's acldefault().</summary>
    public static AccessControlItem[] BuiltIn(char kind, uint owner)
    {
        var own = new AccessControlItem(owner, owner, All(kind), Privileges.None);
        return kind switch
        {
            'f' => [new AccessControlItem(0, owner, Privileges.Execute, Privileges.None), own],
            'T' => [new AccessControlItem(0, owner, Privileges.Usage, Privileges.None), own],
            _ => [own],
        };
    }
}
