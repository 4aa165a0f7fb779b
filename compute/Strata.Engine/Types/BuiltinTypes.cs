using Strata.Format;

namespace Strata.Engine.Types;

/// <summary>The built-in types of PostgreSQL 15, read from the embedded pg_type. Immutable, thread-safe.</summary>
public static class BuiltinTypes
{
    private static readonly Dictionary<uint, SqlType> s_byOid = [];
    private static readonly Dictionary<string, SqlType> s_byName = [];

    static BuiltinTypes()
    {
        CatalogTable table = CatalogTable.Open("pg_type");
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex("typname"), length = table.ColumnIndex("typlen");
        int kind = table.ColumnIndex("typtype"), category = table.ColumnIndex("typcategory");
        int preferred = table.ColumnIndex("typispreferred"), delimiter = table.ColumnIndex("typdelim");
        int relation = table.ColumnIndex("typrelid"), subscript = table.ColumnIndex("typsubscript");
        int element = table.ColumnIndex("typelem"), array = table.ColumnIndex("typarray");
        int alignment = table.ColumnIndex("typalign"), storage = table.ColumnIndex("typstorage");
        int baseType = table.ColumnIndex("typbasetype"), collation = table.ColumnIndex("typcollation");
        int ns = table.ColumnIndex("typnamespace");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            var type = new SqlType
            {
                Oid = row.Oid(oid),
                Name = row.Text(name)!,
                NamespaceOid = row.Oid(ns),
                Physical = PhysicalOf(row.Oid(oid)),
                Length = (short)row.Number(length),
                Kind = (TypeKind)row.Char(kind),
                Category = (TypeCategory)row.Char(category),
                IsPreferred = row.Boolean(preferred),
                Delimiter = row.Char(delimiter),
                RelationOid = row.Oid(relation),
                ElementOid = row.Oid(element),
                ArrayOid = row.Oid(array),
                Alignment = row.Char(alignment),
                Storage = row.Char(storage),
                BaseOid = row.Oid(baseType),
                CollationOid = row.Oid(collation),
                IsArray = row[subscript].SequenceEqual("array_subscript_handler"u8),
            };
            s_byOid.Add(type.Oid, type);
            s_byName.Add(type.Name, type);
        }
    }

    public static IReadOnlyCollection<SqlType> All => s_byOid.Values;

    /// <summary>A built-in type that must exist.</summary>
    public static SqlType Get(uint oid) =>
        s_byOid.TryGetValue(oid, out SqlType? type) ? type : throw new InvariantViolationException($"no built-in type {oid}");

    /// <summary>A built-in type, or null.</summary>
    public static SqlType? Find(uint oid) => s_byOid.GetValueOrDefault(oid);

    /// <summary>A built-in type by pg_type.typname, or null.</summary>
    public static SqlType? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>How values of a type with this OID stand in vectors. User-defined types: enums Int32 (OID), others Bytes.</summary>
    public static PhysicalType PhysicalOf(uint oid) => oid switch
    {
        TypeOid.Boolean => PhysicalType.Boolean,
        TypeOid.Char => PhysicalType.Int8,
        TypeOid.Int2 => PhysicalType.Int16,
        TypeOid.Int4 or TypeOid.Date or TypeOid.Oid or TypeOid.Xid or TypeOid.Cid or TypeOid.RegProc or TypeOid.RegProcedure
            or TypeOid.RegOper or TypeOid.RegOperator or TypeOid.RegClass or TypeOid.RegType or TypeOid.RegConfig
            or TypeOid.RegDictionary or TypeOid.RegNamespace or TypeOid.RegRole or TypeOid.RegCollation
            or TypeOid.Trigger or TypeOid.AnyEnum => PhysicalType.Int32,
        TypeOid.Int8 or TypeOid.Time or TypeOid.Timestamp or TypeOid.TimestampTz or TypeOid.Money or TypeOid.PgLsn
            or TypeOid.Xid8 or TypeOid.Tid or TypeOid.Internal => PhysicalType.Int64,
        TypeOid.Float4 => PhysicalType.Float32,
        TypeOid.Float8 => PhysicalType.Float64,
        TypeOid.Uuid or TypeOid.Interval or TypeOid.TimeTz => PhysicalType.Fixed16,
        _ => PhysicalType.Bytes,
    };
}
