using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>acldefault, aclexplode, makeaclitem and their like. An aclitem stands as its text: <c>grantee=rights/grantor</c>.</summary>
internal static class AclFunctions
{
    // Letters in bit order with the words of aclexplode; PostgreSQL's ACL_ALL_RIGHTS_STR.
    private static readonly (char Letter, string Word)[] s_rights =
    [
        ('a', "INSERT"), ('r', "SELECT"), ('w', "UPDATE"), ('d', "DELETE"), ('D', "TRUNCATE"), ('x', "REFERENCES"), ('t', "TRIGGER"), ('X', "EXECUTE"), ('U', "USAGE"), ('C', "CREATE"),
        ('T', "TEMPORARY"), ('c', "CONNECT"), ('s', "SET"), ('A', "ALTER SYSTEM"),
    ];

    public static void Register(FunctionTable t)
    {
        t.Add("acldefault_sql", static (ref FunctionCall c) => Default(ref c));
        t.Add("makeaclitem", static (ref FunctionCall c) => Make(ref c));
        t.Add("aclitem_eq", static (ref FunctionCall c) => c.Return(c.Bytes(0).SequenceEqual(c.Bytes(1))));
        t.Add("aclcontains", static (ref FunctionCall c) => Contains(ref c));
        t.AddSet("aclexplode", static (ref FunctionCall c) => new Exploded(Items(c.Bytes(0)), c.Context.Catalog));
    }

    private static string Role(ICatalogServices catalog, uint oid)
    {
        if (oid == 0)
            return "";
        string name = catalog.UserName(oid) ?? oid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return name.All(static ch => char.IsAsciiLetterOrDigit(ch) || ch == '_') ? name : "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    private static void Default(ref FunctionCall c)
    {
        (string all, string publicRights) = (char)c.Byte(0) switch
        {
            'c' => ("", ""),
            'r' => ("arwdDxt", ""),
            's' => ("rwU", ""),
            'd' => ("CTc", "Tc"),
            'f' => ("X", "X"),
            'l' => ("U", "U"),
            'L' => ("rw", ""),
            'n' => ("UC", ""),
            'p' => ("sA", ""),
            't' => ("C", ""),
            'F' or 'S' => ("U", ""),
            'T' => ("U", "U"),
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized object type abbreviation: {(char)c.Byte(0)}"),
        };
        string owner = Role(c.Context.Catalog, c.Oid(1));
        var items = new ArrayBuilder();
        if (publicRights.Length > 0)
            items.Add(Encoding.UTF8.GetBytes($"={publicRights}/{owner}"));
        if (all.Length > 0)
            items.Add(Encoding.UTF8.GetBytes($"{owner}={all}/{owner}"));
        c.Return(items.Build(TypeOid.AclItem));
    }

    private static void Make(ref FunctionCall c)
    {
        var rights = new StringBuilder();
        bool withOption = c.Boolean(3);
        string[] wanted = [.. c.String(2).Split(',').Select(static w => w.Trim().ToUpperInvariant())];
        foreach (string word in wanted)
            if (!Array.Exists(s_rights, r => r.Word == word || (word == "TEMP" && r.Letter == 'T')))
                throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized privilege type: \"{word}\"");
        foreach ((char letter, string word) in s_rights)
            if (Array.IndexOf(wanted, word) >= 0 || (letter == 'T' && Array.IndexOf(wanted, "TEMP") >= 0))
                rights.Append(letter).Append(withOption ? "*" : "");
        c.Return($"{Role(c.Context.Catalog, c.Oid(0))}={rights}/{Role(c.Context.Catalog, c.Oid(1))}");
    }

    private static void Contains(ref FunctionCall c)
    {
        (string grantee, string rights, string grantor) = Split(c.String(1));
        foreach (string item in Items(c.Bytes(0)))
        {
            (string otherGrantee, string otherRights, string otherGrantor) = Split(item);
            if (otherGrantee == grantee && otherGrantor == grantor && rights.All(r => r == '*' || otherRights.Contains(r, StringComparison.Ordinal)))
            {
                c.Return(true);
                return;
            }
        }

        c.Return(false);
    }

    private static List<string> Items(ReadOnlySpan<byte> array)
    {
        var items = new List<string>();
        foreach (ArrayValue.Element element in new ArrayValue(array))
            if (!element.IsNull)
                items.Add(Encoding.UTF8.GetString(element.Stored));
        return items;
    }

    private static (string Grantee, string Rights, string Grantor) Split(string item)
    {
        int slash = item.LastIndexOf('/');
        int equals = item.LastIndexOf('=', slash < 0 ? item.Length - 1 : slash);
        return equals < 0 || slash < equals ? ("", "", "") : (item[..equals], item[(equals + 1)..slash], item[(slash + 1)..]);
    }

    /// <summary>One row per right of each item: grantor, grantee, word, with grant option.</summary>
    private sealed class Exploded : RowSource
    {
        private readonly List<(uint Grantor, uint Grantee, string Word, bool Grantable)> _rows = [];
        private int _next;

        public Exploded(List<string> items, ICatalogServices catalog)
        {
            foreach (string item in items)
            {
                (string grantee, string rights, string grantor) = Split(item);
                uint to = Oid(catalog, grantee), from = Oid(catalog, grantor);
                foreach ((char letter, string word) in s_rights)
                    if (rights.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at)
                        _rows.Add((from, to, word, at + 1 < rights.Length && rights[at + 1] == '*'));
            }
        }

        private static uint Oid(ICatalogServices catalog, string role) =>
            role.Length == 0 ? 0 : catalog.ResolveName(TypeOid.RegRole, role) ?? (uint.TryParse(role, System.Globalization.CultureInfo.InvariantCulture, out uint oid) ? oid : 0);

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = Math.Min(rowsMax, _rows.Count - _next);
            for (int i = 0; i < count; i++, _next++)
            {
                (uint grantor, uint grantee, string word, bool grantable) = _rows[_next];
                columns[0].Set(start + i, grantor);
                columns[1].Set(start + i, grantee);
                columns[2].SetBytes(start + i, Encoding.UTF8.GetBytes(word));
                columns[3].Set(start + i, grantable ? (byte)1 : (byte)0);
            }

            return count;
        }
    }
}
