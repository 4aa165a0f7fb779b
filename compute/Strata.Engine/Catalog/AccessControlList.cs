using System.Globalization;
using System.Text;

namespace Strata.Engine.Catalog;

/// <summary>Text forms of access control lists. Catalog heaps keep role OIDs (<c>16400=r/10</c>), so that renaming a role changes no list; SQL shows names as PostgreSQL's <c>aclitem</c>.</summary>
internal static class AccessControlList
{
    // Letters in bit order, PostgreSQL's ACL_ALL_RIGHTS_STR.
    private const string Letters = "arwdDxtXUCTcsA";

    public static string[]? ToStored(AccessControlItem[]? acl)
    {
        if (acl is null)
            return null;
        var items = new string[acl.Length];
        for (int i = 0; i < acl.Length; i++)
            items[i] = string.Create(CultureInfo.InvariantCulture, $"{acl[i].Grantee}={Rights(acl[i])}/{acl[i].Grantor}");
        return items;
    }

    public static AccessControlItem[]? FromStored(CatalogValue value)
    {
        if (value.IsNull)
            return null;
        var texts = (string[])value.Array;
        var acl = new AccessControlItem[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            ReadOnlySpan<char> text = texts[i];
            int equals = text.IndexOf('='), slash = text.LastIndexOf('/');
            ParseRights(text[(equals + 1)..slash], out Privileges rights, out Privileges options);
            acl[i] = new AccessControlItem(
                uint.Parse(text[..equals], CultureInfo.InvariantCulture), uint.Parse(text[(slash + 1)..], CultureInfo.InvariantCulture), rights, options);
        }

        return acl;
    }

    /// <summary>The list as SQL shows it: <c>alice=r/postgres</c>, PUBLIC as an empty name.</summary>
    public static string[]? ToDisplay(AccessControlItem[]? acl, CatalogView catalog)
    {
        if (acl is null)
            return null;
        var items = new string[acl.Length];
        for (int i = 0; i < acl.Length; i++)
        {
            string grantee = acl[i].Grantee == 0 ? "" : Name(catalog, acl[i].Grantee);
            items[i] = $"{grantee}={Rights(acl[i])}/{Name(catalog, acl[i].Grantor)}";
        }

        return items;
    }

    private static string Name(CatalogView catalog, uint role)
    {
        string? name = catalog.FindRole(role)?.Name;
        if (name is null)
            return role.ToString(CultureInfo.InvariantCulture);
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        return name;
    }

    private static string Rights(in AccessControlItem item)
    {
        var text = new StringBuilder();
        for (int bit = 0; bit < Letters.Length; bit++)
        {
            var right = (Privileges)(1u << bit);
            if ((item.Privileges & right) != 0)
                text.Append(Letters[bit]);
            if ((item.GrantOptions & right) != 0)
                text.Append('*');
        }

        return text.ToString();
    }

    private static void ParseRights(ReadOnlySpan<char> text, out Privileges rights, out Privileges options)
    {
        rights = options = Privileges.None;
        Privileges last = Privileges.None;
        foreach (char letter in text)
        {
            if (letter == '*')
            {
                options |= last;
                continue;
            }

            last = (Privileges)(1u << Letters.IndexOf(letter));
            rights |= last;
        }
    }
}
