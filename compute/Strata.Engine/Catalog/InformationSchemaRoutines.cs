using System.Collections.Frozen;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>The helper functions of <c>information_schema</c>, which drivers call too (JDBC finds keys with <c>_pg_expandarray</c>): SQL functions that come with every database. Immutable; thread-safe.</summary>
internal static class InformationSchemaRoutines
{
    // OIDs that PostgreSQL leaves to what initdb makes.
    private const uint FirstOid = 13215;
    private const uint PgAttributeRow = 75, PgTypeRow = 71;

    private static readonly RoutineInfo[] s_routines = Make();

    private static readonly FrozenDictionary<uint, RoutineInfo> s_byOid = s_routines.ToFrozenDictionary(static r => r.Oid);

    /// <summary>All of them, by OID.</summary>
    public static IReadOnlyList<RoutineInfo> All => s_routines;

    public static RoutineInfo? Find(uint oid) => s_byOid.GetValueOrDefault(oid);

    public static IEnumerable<RoutineInfo> Find(string name) => s_routines.Where(r => r.Name == name);

    private static RoutineInfo[] Make()
    {
        RoutineParameter typeId = new("typid", 'i', TypeOid.Oid, null), modifier = new("typmod", 'i', TypeOid.Int4, null);
        var attribute = new RoutineParameter("", 'i', PgAttributeRow, null);
        var type = new RoutineParameter("", 'i', PgTypeRow, null);
        RoutineInfo[] routines =
        [
            Routine("_pg_expandarray", TypeOid.Record, [new("", 'i', TypeOid.AnyArray, null), new("x", 'o', TypeOid.AnyElement, null), new("n", 'o', TypeOid.Int4, null)], """
                select $1[s],
                        s operator(pg_catalog.-) pg_catalog.array_lower($1,1) operator(pg_catalog.+) 1
                        from pg_catalog.generate_series(pg_catalog.array_lower($1,1),
                                                        pg_catalog.array_upper($1,1),
                                                        1) as g(s)
                """) with { ReturnsSet = true, Rows = 1000 },
            Routine("_pg_index_position", TypeOid.Int4, [new("", 'i', TypeOid.Oid, null), new("", 'i', TypeOid.Int2, null)], """
                SELECT p.n FROM (SELECT pg_catalog.generate_subscripts(indkey, 1) + 1 AS n, pg_catalog.unnest(indkey) AS k FROM pg_catalog.pg_index WHERE indexrelid = $1) p WHERE p.k = $2
                """) with { Volatility = Volatility.Stable, Parallel = 'u' },
            Routine("_pg_truetypid", TypeOid.Oid, [attribute, type], "SELECT CASE WHEN $2.typtype = 'd' THEN $2.typbasetype ELSE $1.atttypid END"),
            Routine("_pg_truetypmod", TypeOid.Int4, [attribute, type], "SELECT CASE WHEN $2.typtype = 'd' THEN $2.typtypmod ELSE $1.atttypmod END"),
            Routine("_pg_char_max_length", TypeOid.Int4, [typeId, modifier], """
                SELECT CASE WHEN $2 = -1 THEN NULL WHEN $1 IN (1042, 1043) THEN $2 - 4 WHEN $1 IN (1560, 1562) THEN $2 END
                """),
            Routine("_pg_char_octet_length", TypeOid.Int4, [typeId, modifier], """
                SELECT CASE WHEN $1 IN (25, 1042, 1043) THEN CASE WHEN $2 = -1 THEN 1073741824
                    ELSE information_schema._pg_char_max_length($1, $2) * pg_catalog.pg_encoding_max_length((SELECT encoding FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())) END END
                """),
            Routine("_pg_numeric_precision", TypeOid.Int4, [typeId, modifier], """
                SELECT CASE $1 WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53 WHEN 1700 THEN CASE WHEN $2 <> -1 THEN (($2 - 4) >> 16) & 65535 END END
                """),
            Routine("_pg_numeric_precision_radix", TypeOid.Int4, [typeId, modifier], "SELECT CASE WHEN $1 IN (21, 23, 20, 700, 701) THEN 2 WHEN $1 = 1700 THEN 10 END"),
            Routine("_pg_numeric_scale", TypeOid.Int4, [typeId, modifier], """
                SELECT CASE WHEN $1 IN (21, 23, 20) THEN 0 WHEN $1 = 1700 AND $2 <> -1 THEN ($2 - 4) & 65535 END
                """),
            Routine("_pg_datetime_precision", TypeOid.Int4, [typeId, modifier], """
                SELECT CASE WHEN $1 = 1082 THEN 0 WHEN $1 IN (1083, 1114, 1184, 1266) THEN CASE WHEN $2 < 0 THEN 6 ELSE $2 END
                    WHEN $1 = 1186 THEN CASE WHEN $2 < 0 OR $2 & 65535 = 65535 THEN 6 ELSE $2 & 65535 END END
                """),
            Routine("_pg_interval_type", TypeOid.Text, [typeId, new("mod", 'i', TypeOid.Int4, null)], """
                SELECT CASE WHEN $1 = 1186 THEN pg_catalog.upper(substring(pg_catalog.format_type($1, $2) similar 'interval[()0-9]* #"%#"' escape '#')) END
                """),
        ];
        for (int i = 0; i < routines.Length; i++)
            routines[i] = routines[i] with { Oid = FirstOid + (uint)i };
        return routines;
    }

    private static RoutineInfo Routine(string name, uint result, RoutineParameter[] parameters, string source) => new()
    {
        Oid = 0,
        Name = name,
        SchemaOid = CatalogOids.InformationSchema,
        OwnerOid = CatalogOids.BootstrapRole,
        LanguageOid = RoutineInfo.SqlLanguage,
        ReturnType = result,
        Parameters = parameters,
        Source = source,
        IsStrict = true,
        Volatility = Volatility.Immutable,
        Parallel = 's',
    };
}
