namespace Strata.Engine.Catalog;

/// <summary>PostgreSQL's OIDs of the catalogs, schemas, roles and databases that code refers to.</summary>
public static class CatalogOids
{
    public const uint PgType = 1247;
    public const uint PgAttribute = 1249;
    public const uint PgProc = 1255;
    public const uint PgClass = 1259;
    public const uint PgAuthId = 1260;
    public const uint PgAuthMembers = 1261;
    public const uint PgDatabase = 1262;
    public const uint PgTablespace = 1213;
    public const uint PgShDepend = 1214;
    public const uint PgInherits = 2611;
    public const uint PgPartitionedTable = 3350;
    public const uint PgIndex = 2610;
    public const uint PgOpClass = 2616;
    public const uint PgOperator = 2617;
    public const uint PgAm = 2601;
    public const uint PgAttrDef = 2604;
    public const uint PgConstraint = 2606;
    public const uint PgDepend = 2608;
    public const uint PgDescription = 2609;
    public const uint PgLanguage = 2612;
    public const uint PgInitPrivs = 3394;
    public const uint PgParameterAcl = 6243;
    public const uint PgNamespace = 2615;
    public const uint PgRewrite = 2618;
    public const uint PgStatistic = 2619;
    public const uint PgStatisticExt = 3381;
    public const uint PgStatisticExtData = 3429;
    public const uint PgTrigger = 2620;
    public const uint PgDbRoleSetting = 2964;
    public const uint PgSequence = 2224;
    public const uint PgShDescription = 2396;
    public const uint PgCollation = 3456;
    public const uint PgEnum = 3501;
    public const uint PgRange = 3541;
    public const uint PgAggregate = 2600;
    public const uint PgAmOp = 2602;
    public const uint PgAmProc = 2603;
    public const uint PgCast = 2605;
    public const uint PgConversion = 2607;
    public const uint PgOpFamily = 2753;
    public const uint PgPolicy = 3256;
    public const uint PgTsConfig = 3602;
    public const uint PgTsConfigMap = 3603;
    public const uint PgTsDict = 3600;
    public const uint PgTsParser = 3601;
    public const uint PgTsTemplate = 3764;
    public const uint PgForeignDataWrapper = 2328;
    public const uint PgForeignServer = 1417;
    public const uint PgUserMapping = 1418;
    public const uint PgForeignTable = 3118;
    public const uint PgPublication = 6104;
    public const uint PgPublicationRel = 6106;
    public const uint PgPublicationNamespace = 6237;
    public const uint PgDefaultAcl = 826;
    public const uint PgExtension = 3079;
    public const uint PgLargeObject = 2613;
    public const uint PgLargeObjectMetadata = 2995;

    /// <summary>Schema <c>pg_catalog</c>.</summary>
    public const uint CatalogSchema = 11;

    /// <summary>Schema <c>pg_toast</c>.</summary>
    public const uint ToastSchema = 99;

    /// <summary>Schema <c>public</c>.</summary>
    public const uint PublicSchema = 2200;

    /// <summary>Schema <c>information_schema</c>; its OID in PostgreSQL 15 as initdb assigns it.</summary>
    public const uint InformationSchema = 13207;

    /// <summary>The bootstrap superuser, <c>postgres</c>.</summary>
    public const uint BootstrapRole = 10;

    /// <summary>Database <c>template1</c>.</summary>
    public const uint Template1Database = 1;

    /// <summary>Database <c>template0</c>.</summary>
    public const uint Template0Database = 4;

    /// <summary>Database <c>postgres</c>.</summary>
    public const uint PostgresDatabase = 5;

    /// <summary>Built-in objects from here on are listed in <c>pg_depend</c>: they could be dropped.</summary>
    public const uint FirstUnpinned = 12000;

    /// <summary>Tablespace <c>pg_default</c>.</summary>
    public const uint DefaultTablespace = 1663;

    /// <summary>Tablespace <c>pg_global</c>.</summary>
    public const uint GlobalTablespace = 1664;

    /// <summary>Access method <c>heap</c>.</summary>
    public const uint HeapAccessMethod = 2;

    /// <summary>Access method <c>btree</c>.</summary>
    public const uint BTreeAccessMethod = 403;

    /// <summary>Access method <c>hash</c>; its indexes are B-trees here.</summary>
    public const uint HashAccessMethod = 405;

    /// <summary>Access method <c>gist</c>.</summary>
    public const uint GistAccessMethod = 783;

    /// <summary>Access method <c>gin</c>.</summary>
    public const uint GinAccessMethod = 2742;

    /// <summary>Access method <c>brin</c>.</summary>
    public const uint BrinAccessMethod = 3580;

    /// <summary>Access method <c>spgist</c>.</summary>
    public const uint SpGistAccessMethod = 4000;

    /// <summary>Collation <c>default</c>: the database's, C.UTF-8.</summary>
    public const uint DefaultCollation = 100;

    /// <summary>Collation <c>C</c>.</summary>
    public const uint CCollation = 950;

    /// <summary>OIDs of objects created by users begin here.</summary>
    public const uint FirstUser = 16384;
}
