using System.Collections.Concurrent;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Names, OIDs and descriptions of built-in objects other than relations and types, from the embedded catalogs. Indexed at first use; thread-safe.</summary>
internal static class BuiltinNames
{
    private static readonly ConcurrentDictionary<string, NameIndex> s_indexes = new(StringComparer.Ordinal);

    private sealed record NameIndex(Dictionary<string, uint> ByName, Dictionary<uint, string> ByOid);

    /// <summary>The OID of an object by name: the first of that name; null if there is none.</summary>
    public static uint? Find(string catalog, string nameColumn, string name) => Index(catalog, nameColumn).ByName.TryGetValue(name, out uint oid) ? oid : null;

    /// <summary>The OID of a built-in function by name and argument types; null if there is none.</summary>
    public static uint? FindProcedure(string name, List<uint> argumentTypes)
    {
        CatalogTable table = CatalogTable.Open("pg_proc");
        int oid = table.ColumnIndex("oid"), nameColumn = table.ColumnIndex("proname"), arguments = table.ColumnIndex("proargtypes");
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Text(nameColumn) == name && table[i].Oids(arguments).AsSpan().SequenceEqual(argumentTypes.ToArray()))
                return table[i].Oid(oid);
        return null;
    }

    public static string? NameOf(string catalog, string nameColumn, uint oid) => Index(catalog, nameColumn).ByOid.GetValueOrDefault(oid);

    /// <summary>True when a built-in catalog has an object of that OID.</summary>
    public static bool Exists(string catalog, uint oid)
    {
        string? name = catalog switch
        {
            "pg_proc" => "proname",
            "pg_operator" => "oprname",
            "pg_collation" => "collname",
            "pg_opclass" => "opcname",
            "pg_opfamily" => "opfname",
            "pg_conversion" => "conname",
            "pg_language" => "lanname",
            "pg_ts_config" => "cfgname",
            "pg_ts_dict" => "dictname",
            "pg_ts_parser" => "prsname",
            "pg_ts_template" => "tmplname",
            _ => null,
        };
        return name is not null && Index(catalog, name).ByOid.ContainsKey(oid);
    }

    private static NameIndex Index(string catalog, string nameColumn) => s_indexes.GetOrAdd(catalog, static (key, column) =>
    {
        CatalogTable table = CatalogTable.Open(key);
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex(column);
        var index = new NameIndex(new Dictionary<string, uint>(table.RowCount, StringComparer.Ordinal), new Dictionary<uint, string>(table.RowCount));
        for (int i = 0; i < table.RowCount; i++)
        {
            string text = table[i].Text(name)!;
            index.ByName.TryAdd(text, table[i].Oid(oid));
            index.ByOid[table[i].Oid(oid)] = text;
        }

        return index;
    }, nameColumn);

    private static readonly Lazy<Dictionary<uint, uint>> s_equalities = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_operator");
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex("oprname"), left = table.ColumnIndex("oprleft"), right = table.ColumnIndex("oprright");
        var equalities = new Dictionary<uint, uint>();
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Text(name) == "=" && table[i].Oid(left) == table[i].Oid(right))
                equalities.TryAdd(table[i].Oid(left), table[i].Oid(oid));
        return equalities;
    });

    /// <summary>OID of the = operator of two values of a type; that of text for types that have none of their own.</summary>
    public static uint EqualityOperator(uint typeOid) =>
        s_equalities.Value.TryGetValue(typeOid, out uint found) ? found : s_equalities.Value[Types.TypeOid.Text];

    private static readonly Lazy<Dictionary<ObjectAddress, string>> s_descriptions = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_description");
        int oid = table.ColumnIndex("objoid"), catalog = table.ColumnIndex("classoid"), sub = table.ColumnIndex("objsubid"), text = table.ColumnIndex("description");
        var descriptions = new Dictionary<ObjectAddress, string>(table.RowCount);
        for (int i = 0; i < table.RowCount; i++)
            descriptions.TryAdd(new ObjectAddress(table[i].Oid(catalog), table[i].Oid(oid), (int)table[i].Number(sub)), table[i].Text(text)!);
        return descriptions;
    });

    /// <summary>The comment on a built-in object, or null.</summary>
    public static string? Description(uint classOid, uint oid, int subId) => s_descriptions.Value.GetValueOrDefault(new ObjectAddress(classOid, oid, subId));
}
