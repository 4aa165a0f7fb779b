namespace Strata.Engine.Types.Ranges;

/// <summary>The range types of PostgreSQL 15, read from the embedded pg_range. Immutable, thread-safe.</summary>
public static class BuiltinRanges
{
    private static readonly Dictionary<uint, RangeInfo> s_byOid = Read();

    private static Dictionary<uint, RangeInfo> Read()
    {
        var ranges = new Dictionary<uint, RangeInfo>();
        CatalogTable table = CatalogTable.Open("pg_range");
        int range = table.ColumnIndex("rngtypid"), subtype = table.ColumnIndex("rngsubtype"), multirange = table.ColumnIndex("rngmultitypid");
        int canonical = table.ColumnIndex("rngcanonical"), difference = table.ColumnIndex("rngsubdiff");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            var info = new RangeInfo
            {
                RangeOid = row.Oid(range),
                MultirangeOid = row.Oid(multirange),
                Subtype = BuiltinTypes.Get(row.Oid(subtype)),
                CanonicalOid = row.Oid(canonical),
                DifferenceOid = row.Oid(difference),
            };
            ranges.Add(info.RangeOid, info);
            ranges.Add(info.MultirangeOid, info);
        }

        return ranges;
    }

    /// <summary>By the OID of the range or of the multirange type; null for any other type.</summary>
    public static RangeInfo? Find(uint oid) => s_byOid.GetValueOrDefault(oid);
}
