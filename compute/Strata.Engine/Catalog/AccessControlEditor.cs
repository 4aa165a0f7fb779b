using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Changes to access control lists, with PostgreSQL's rules (aclupdate, recursive_revoke, select_best_grantor).</summary>
internal static class AccessControlEditor
{
    /// <summary>The list with privileges given.</summary>
    public static AccessControlItem[] Grant(AccessControlItem[] acl, uint grantee, uint grantor, Privileges privileges, bool withOption, uint owner)
    {
        if (withOption && grantee == 0)
            throw new SqlException(new SqlState("0LP01"), "grant options can only be granted to roles");
        var items = new List<AccessControlItem>(acl);
        int at = items.FindIndex(i => i.Grantee == grantee && i.Grantor == grantor);
        AccessControlItem item = at >= 0 ? items[at] : new AccessControlItem(grantee, grantor, Privileges.None, Privileges.None);
        // The owner has all grant options without being given them.
        item = item with { Privileges = item.Privileges | privileges, GrantOptions = withOption && grantee != owner ? item.GrantOptions | privileges : item.GrantOptions };
        if (at >= 0)
            items[at] = item;
        else
            items.Add(item);
        return [.. items.Where(static i => i.Privileges != Privileges.None)];
    }

    /// <summary>The list with privileges (or only their grant options) taken. Throws 2BP01 when others hold them through the grantee and <paramref name="cascade"/> is false.</summary>
    public static AccessControlItem[] Revoke(AccessControlItem[] acl, uint grantee, uint grantor, Privileges privileges, bool optionOnly, bool cascade, uint owner)
    {
        int at = Array.FindIndex(acl, i => i.Grantee == grantee && i.Grantor == grantor);
        if (at < 0)
            return acl;
        AccessControlItem before = acl[at];
        AccessControlItem after = before with
        {
            Privileges = optionOnly ? before.Privileges : before.Privileges & ~privileges,
            GrantOptions = before.GrantOptions & ~privileges,
        };
        var items = new List<AccessControlItem>(acl);
        if (after.Privileges == Privileges.None)
            items.RemoveAt(at);
        else
            items[at] = after;
        AccessControlItem[] result = [.. items];
        Privileges lost = before.GrantOptions & ~after.GrantOptions;
        return lost == Privileges.None || grantee == 0 || grantee == owner ? result : RevokeDependent(result, grantee, lost, cascade, owner);
    }

    private static AccessControlItem[] RevokeDependent(AccessControlItem[] acl, uint grantor, Privileges lost, bool cascade, uint owner)
    {
        // What the role may still grant through others stays granted.
        Privileges still = Privileges.None;
        foreach (AccessControlItem item in acl)
            if (item.Grantee == grantor)
                still |= item.GrantOptions;
        Privileges gone = lost & ~still;
        if (gone == Privileges.None)
            return acl;
        for (int i = 0; i < acl.Length; i++)
        {
            if (acl[i].Grantor != grantor || (acl[i].Privileges & gone) == 0)
                continue;
            if (!cascade)
                throw new SqlException(SqlState.DependentObjectsStillExist, "dependent privileges exist") { Hint = "Use CASCADE to revoke them too." };
            acl = Revoke(acl, acl[i].Grantee, grantor, gone, optionOnly: false, cascade, owner);
            i = -1;
        }

        return acl;
    }

    /// <summary>Who grants: the owner for the owner and superusers, else the role through which the current one may grant most; and which privileges it may grant.</summary>
    public static (uint Grantor, Privileges Options) BestGrantor(Permissions permissions, CatalogView view, uint current, uint owner, AccessControlItem[] acl, Privileges wanted, Privileges all)
    {
        if (permissions.IsOwner(owner))
            return (owner, all);
        (uint Grantor, Privileges Options) best = (current, Privileges.None);
        foreach (RoleInfo role in view.Roles)
        {
            if (!permissions.HasRole(current, role.Oid))
                continue;
            Privileges options = Privileges.None;
            foreach (AccessControlItem item in acl)
                if (item.Grantee == role.Oid)
                    options |= item.GrantOptions;
            options &= wanted;
            if (System.Numerics.BitOperations.PopCount((uint)options) > System.Numerics.BitOperations.PopCount((uint)best.Options))
                best = (role.Oid, options);
        }

        return best;
    }
}
