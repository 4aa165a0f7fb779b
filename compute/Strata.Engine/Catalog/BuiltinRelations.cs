using System.Collections.Frozen;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>
/// The relations of <c>pg_catalog</c> and <c>information_schema</c>: made once per process from the embedded <c>pg_class</c>, <c>pg_attribute</c> and <c>pg_index</c> rows.
/// Catalogs and monitoring views are <see cref="SystemTable"/>s; the other views are SQL text, parsed when first used. Thread-safe.
/// </summary>
internal static class BuiltinRelations
{
    private static readonly FrozenDictionary<uint, RelationInfo> s_byOid;
    private static readonly FrozenDictionary<QualifiedKey, RelationInfo> s_byName;

    static BuiltinRelations()
    {
        var relations = new Dictionary<uint, RelationInfo>();
        Load("pg", relations);
        Load("is", relations);
        s_byOid = relations.ToFrozenDictionary();
        var names = new Dictionary<QualifiedKey, RelationInfo>();
        foreach (RelationInfo relation in relations.Values)
            names.TryAdd(new QualifiedKey(relation.SchemaOid, relation.Name), relation);
        s_byName = names.ToFrozenDictionary();
    }

    public static IEnumerable<RelationInfo> All => s_byOid.Values;

    public static RelationInfo? Find(uint oid) => s_byOid.GetValueOrDefault(oid);

    public static RelationInfo? Find(uint schemaOid, string name) => s_byName.GetValueOrDefault(new QualifiedKey(schemaOid, name));

    /// <param name="prefix">"pg" for the catalogs, "is" for the information schema's views.</param>
    private static void Load(string prefix, Dictionary<uint, RelationInfo> relations)
    {
        Dictionary<uint, List<ColumnInfo>> columns = LoadColumns(prefix == "pg" ? "pg_attribute" : "information_schema_columns");
        HashSet<uint> indexed = prefix == "pg" ? LoadIndexedTables(columns) : [];
        CatalogTable table = CatalogTable.Open(prefix == "pg" ? "pg_class" : "information_schema_views");
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex("relname"), schema = table.ColumnIndex("relnamespace"), kind = table.ColumnIndex("relkind");
        int rowType = table.ColumnIndex("reltype"), method = table.ColumnIndex("relam"), shared = table.ColumnIndex("relisshared");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            string relationName = row.Text(name)!;
            var relationKind = (RelationKind)row.Char(kind);
            uint relationOid = row.Oid(oid);
            string? viewText = relationKind == RelationKind.View ? SystemViews.Find(relationName) : null;
            relations.Add(relationOid, new RelationInfo
            {
                Oid = relationOid,
                Name = relationName,
                SchemaOid = row.Oid(schema),
                Kind = relationKind,
                OwnerOid = CatalogOids.BootstrapRole,
                RowTypeOid = row.Oid(rowType),
                AccessMethodOid = row.Oid(method),
                IsShared = row.Boolean(shared),
                Storage = relationKind is RelationKind.View ? 0 : relationOid,
                Columns = columns.TryGetValue(relationOid, out List<ColumnInfo>? list) ? [.. list] : [],
                HasBuiltinIndexes = indexed.Contains(relationOid),
                View = viewText is null ? null : new ViewInfo(viewText),
                SystemTable = viewText is null && relationKind is RelationKind.Table or RelationKind.View ? SystemTables.Make(relationOid, relationName) : null,
                Acl = relationKind is RelationKind.Index ? null : AclOf(relationName),
            });
        }
    }

    // What initdb grants: everybody may read most catalogs, and change settings through their view.
    private static AccessControlItem[] AclOf(string name)
    {
        var owner = new AccessControlItem(CatalogOids.BootstrapRole, CatalogOids.BootstrapRole, Privileges.AllTable, Privileges.None);
        return name is "pg_statistic" or "pg_authid" or "pg_shadow" or "pg_statistic_ext_data" or "pg_file_settings" or "pg_hba_file_rules" or "pg_ident_file_mappings" or "pg_config" or "pg_user_mapping"
            or "pg_replication_origin_status" or "pg_largeobject"
            ? [owner]
            : [owner, new AccessControlItem(0, CatalogOids.BootstrapRole, name == "pg_settings" ? Privileges.Select | Privileges.Update : Privileges.Select, Privileges.None)];
    }

    private static Dictionary<uint, List<ColumnInfo>> LoadColumns(string resource)
    {
        var columns = new Dictionary<uint, List<ColumnInfo>>();
        CatalogTable table = CatalogTable.Open(resource);
        int relation = table.ColumnIndex("attrelid"), name = table.ColumnIndex("attname"), type = table.ColumnIndex("atttypid"), length = table.ColumnIndex("attlen");
        int number = table.ColumnIndex("attnum"), dimensions = table.ColumnIndex("attndims"), modifier = table.ColumnIndex("atttypmod"), byValue = table.ColumnIndex("attbyval");
        int alignment = table.ColumnIndex("attalign"), storage = table.ColumnIndex("attstorage"), notNull = table.ColumnIndex("attnotnull"), collation = table.ColumnIndex("attcollation");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            uint oid = row.Oid(relation);
            if (!columns.TryGetValue(oid, out List<ColumnInfo>? list))
                columns.Add(oid, list = []);
            list.Add(new ColumnInfo
            {
                Number = (short)row.Number(number),
                Name = row.Text(name)!,
                TypeOid = row.Oid(type),
                Length = (short)row.Number(length),
                Dimensions = (short)row.Number(dimensions),
                TypeModifier = (int)row.Number(modifier),
                PassedByValue = row.Boolean(byValue),
                Alignment = (char)row.Char(alignment),
                StorageStrategy = (char)row.Char(storage),
                NotNull = row.Boolean(notNull),
                CollationOid = row.Oid(collation),
            });
        }

        foreach (List<ColumnInfo> list in columns.Values)
            list.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return columns;
    }

    // The tables that have indexes; the columns of the indexes follow from theirs.
    private static HashSet<uint> LoadIndexedTables(Dictionary<uint, List<ColumnInfo>> columns)
    {
        CatalogTable table = CatalogTable.Open("pg_index");
        int relation = table.ColumnIndex("indrelid"), index = table.ColumnIndex("indexrelid"), keys = table.ColumnIndex("indkey");
        var oids = new HashSet<uint>();
        for (int i = 0; i < table.RowCount; i++)
        {
            oids.Add(table[i].Oid(relation));
            if (!columns.TryGetValue(table[i].Oid(relation), out List<ColumnInfo>? own))
                continue;
            var list = new List<ColumnInfo>();
            foreach (string key in table[i].Text(keys)!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                short number = short.Parse(key, System.Globalization.CultureInfo.InvariantCulture);
                ColumnInfo column = own.First(c => c.Number == number) with { Number = (short)(list.Count + 1), NotNull = false };
                // Indexes keep names as C strings.
                list.Add(column.TypeOid == TypeOid.Name ? column with { TypeOid = TypeOid.CString, Length = -2, Alignment = 'c' } : column);
            }

            columns[table[i].Oid(index)] = list;
        }

        return oids;
    }
}
