using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>Which columns of a catalog are an object's name, schema and owner (-1: none), for <see cref="CatalogObject"/>.</summary>
internal static class CatalogObjectShapes
{
    /// <summary>Place of the columns that every kind of object may have; <paramref name="Word"/> is how messages call it.</summary>
    internal readonly record struct Shape(CatalogHeap Heap, int Name, int Schema, int Owner, string Word);

    private static readonly Dictionary<uint, Shape> s_shapes = new()
    {
        [CatalogOids.PgOperator] = new(CatalogHeap.PgOperator, 1, 2, 3, "operator"),
        [CatalogOids.PgCast] = new(CatalogHeap.PgCast, -1, -1, -1, "cast"),
        [CatalogOids.PgOpClass] = new(CatalogHeap.PgOpClass, 2, 3, 4, "operator class"),
        [CatalogOids.PgOpFamily] = new(CatalogHeap.PgOpFamily, 2, 3, 4, "operator family"),
        [CatalogOids.PgAmOp] = new(CatalogHeap.PgAmOp, -1, -1, -1, "operator of access method"),
        [CatalogOids.PgAmProc] = new(CatalogHeap.PgAmProc, -1, -1, -1, "function of access method"),
        [CatalogOids.PgAm] = new(CatalogHeap.PgAm, 1, -1, -1, "access method"),
        [CatalogOids.PgConversion] = new(CatalogHeap.PgConversion, 1, 2, 3, "conversion"),
        [CatalogOids.PgCollation] = new(CatalogHeap.PgCollation, 1, 2, 3, "collation"),
        [CatalogOids.PgPolicy] = new(CatalogHeap.PgPolicy, 1, -1, -1, "policy"),
        [CatalogOids.PgTsConfig] = new(CatalogHeap.PgTsConfig, 1, 2, 3, "text search configuration"),
        [CatalogOids.PgTsConfigMap] = new(CatalogHeap.PgTsConfigMap, -1, -1, -1, "mapping"),
        [CatalogOids.PgTsDict] = new(CatalogHeap.PgTsDict, 1, 2, 3, "text search dictionary"),
        [CatalogOids.PgTsParser] = new(CatalogHeap.PgTsParser, 1, 2, -1, "text search parser"),
        [CatalogOids.PgTsTemplate] = new(CatalogHeap.PgTsTemplate, 1, 2, -1, "text search template"),
        [CatalogOids.PgForeignDataWrapper] = new(CatalogHeap.PgForeignDataWrapper, 1, -1, 2, "foreign-data wrapper"),
        [CatalogOids.PgForeignServer] = new(CatalogHeap.PgForeignServer, 1, -1, 2, "server"),
        [CatalogOids.PgUserMapping] = new(CatalogHeap.PgUserMapping, -1, -1, -1, "user mapping"),
        [CatalogOids.PgForeignTable] = new(CatalogHeap.PgForeignTable, -1, -1, -1, "foreign table"),
        [CatalogOids.PgPublication] = new(CatalogHeap.PgPublication, 1, -1, 2, "publication"),
        [CatalogOids.PgPublicationRel] = new(CatalogHeap.PgPublicationRel, -1, -1, -1, "publication of table"),
        [CatalogOids.PgPublicationNamespace] = new(CatalogHeap.PgPublicationNamespace, -1, -1, -1, "publication of schema"),
        [CatalogOids.PgStatisticExt] = new(CatalogHeap.PgStatisticExt, 2, 3, 4, "statistics object"),
        [CatalogOids.PgStatisticExtData] = new(CatalogHeap.PgStatisticExtData, -1, -1, -1, "statistics object data"),
        [CatalogOids.PgExtension] = new(CatalogHeap.PgExtension, 1, 3, 2, "extension"),
        [CatalogOids.PgTrigger] = new(CatalogHeap.PgTrigger, -1, -1, -1, "triggers"),
        [CatalogOids.PgLargeObjectMetadata] = new(CatalogHeap.PgLargeObjectMetadata, -1, -1, 1, "large object"),
        [CatalogOids.PgInitPrivs] = new(CatalogHeap.PgInitPrivs, -1, -1, -1, "privileges"),
        [CatalogOids.PgDefaultAcl] = new(CatalogHeap.PgDefaultAcl, -1, 2, 1, "default privileges"),
    };

    /// <summary>The catalogs whose objects are kept this way.</summary>
    public static IEnumerable<Shape> All => s_shapes.Values;

    public static bool IsGeneric(uint classOid) => s_shapes.ContainsKey(classOid);

    public static Shape Of(uint classOid) => s_shapes.TryGetValue(classOid, out Shape shape)
        ? shape
        : throw new InvariantViolationException($"catalog {classOid} has no generic objects");

    /// <summary>The column with the access control list; -1 for catalogs that have none.</summary>
    public static int AclColumn(uint classOid) => classOid switch
    {
        CatalogOids.PgForeignDataWrapper => 5,
        CatalogOids.PgForeignServer => 6,
        CatalogOids.PgDefaultAcl => 4,
        CatalogOids.PgLargeObjectMetadata => 2,
        CatalogOids.PgInitPrivs => 3,
        _ => -1,
    };

    /// <summary>The object that a row stands for.</summary>
    public static CatalogObject Make(uint classOid, CatalogValue[] row, Dependency[] dependencies)
    {
        Shape shape = Of(classOid);
        Invariant.Check(row.Length == shape.Heap.ColumnCount);
        return new CatalogObject
        {
            ClassOid = classOid,
            Oid = unchecked((uint)row[0].Number),
            Name = shape.Name < 0 ? "" : row[shape.Name].Text,
            SchemaOid = shape.Schema < 0 ? 0 : unchecked((uint)row[shape.Schema].Number),
            OwnerOid = shape.Owner < 0 ? 0 : unchecked((uint)row[shape.Owner].Number),
            Row = row,
            Dependencies = dependencies,
        };
    }
}
