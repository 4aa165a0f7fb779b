using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>
/// The relations that PostgreSQL keeps large values in, as catalogs show them: <c>pg_toast.pg_toast_N</c> of the table with OID N, and its index. Here the values stand in a storage that goes with the table's
/// (<see cref="Strata.Format.ToastStorage"/>) and needs no entry, so these are made up when somebody asks: their OIDs are the table's with high bits set, which counted OIDs never reach. Stateless.
/// </summary>
internal static class ToastRelations
{
    /// <summary>OIDs from here on are of these relations.</summary>
    public const uint FirstOid = 0x8000_0000;

    private const uint IndexBit = 0x4000_0000;
    private const string NamePrefix = "pg_toast_";
    private const string IndexSuffix = "_index";
    private const uint OidOperatorClass = 1981;
    private const uint Int4OperatorClass = 1978;

    // What a row may take before PostgreSQL looks for values to move out of it, with 8 kB pages.
    private const long RowThresholdBytes = 2032;
    private const int RowHeaderBytes = 23;
    private const int NumericHeaderBytes = 8;
    private const int VarHeaderBytes = 4;
    private const int Utf8BytesMax = 4;

    private static readonly SystemTable s_rows = new Unreadable();

    private static readonly ColumnInfo[] s_columns =
    [
        new() { Number = 1, Name = "chunk_id", TypeOid = TypeOid.Oid, Length = 4, PassedByValue = true },
        new() { Number = 2, Name = "chunk_seq", TypeOid = TypeOid.Int4, Length = 4, PassedByValue = true },
        new() { Number = 3, Name = "chunk_data", TypeOid = TypeOid.Bytea, Length = -1 },
    ];

    /// <summary>OID of the relation for a table's large values; 0 when it needs none.</summary>
    public static uint OidOf(RelationInfo table) => NeedsOne(table) ? table.Oid | FirstOid : 0;

    /// <summary>OID of the table whose large values a relation holds, or an index on it.</summary>
    public static uint TableOf(uint oid) => oid & ~(FirstOid | IndexBit);

    /// <summary>The relation with an OID from <see cref="FirstOid"/> on; null if there is none.</summary>
    public static RelationInfo? Find(DatabaseImage image, uint oid)
    {
        if (oid < FirstOid || image.Relations.GetValueOrDefault(TableOf(oid)) is not { } table || !NeedsOne(table))
            return null;
        return (oid & IndexBit) != 0 ? IndexRelation(table) : Table(table);
    }

    /// <summary>The relation of <c>pg_toast</c> with a name; null if there is none.</summary>
    public static RelationInfo? Find(DatabaseImage image, string name)
    {
        if (!name.StartsWith(NamePrefix, StringComparison.Ordinal))
            return null;
        ReadOnlySpan<char> number = name.AsSpan(NamePrefix.Length);
        bool isIndex = number.EndsWith(IndexSuffix, StringComparison.Ordinal);
        if (isIndex)
            number = number[..^IndexSuffix.Length];
        return uint.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out uint oid) && oid < IndexBit
            ? Find(image, isIndex ? oid | FirstOid | IndexBit : oid | FirstOid)
            : null;
    }

    /// <summary>All of them that tables of users have, with their indexes.</summary>
    public static IEnumerable<RelationInfo> Of(IEnumerable<RelationInfo> tables)
    {
        foreach (RelationInfo table in tables)
        {
            if (!NeedsOne(table))
                continue;
            yield return Table(table);
            yield return IndexRelation(table);
        }
    }

    private static RelationInfo Table(RelationInfo table)
    {
        IndexInfo index = Index(table);
        return new RelationInfo
        {
            Oid = table.Oid | FirstOid,
            Name = Name(table),
            SchemaOid = CatalogOids.ToastSchema,
            Kind = RelationKind.Toast,
            OwnerOid = table.OwnerOid,
            Version = table.Version,
            Database = table.Database,
            Persistence = table.Persistence,
            AccessMethodOid = CatalogOids.HeapAccessMethod,
            ReplicaIdentity = 'n',
            Columns = s_columns,
            Indexes = [index],
            Options = table.ToastOptions,
            SystemTable = s_rows,
        };
    }

    private static RelationInfo IndexRelation(RelationInfo table)
    {
        IndexInfo index = Index(table);
        return new RelationInfo
        {
            Oid = index.Oid,
            Name = index.Name,
            SchemaOid = CatalogOids.ToastSchema,
            Kind = RelationKind.Index,
            OwnerOid = table.OwnerOid,
            Version = table.Version,
            Database = table.Database,
            Persistence = table.Persistence,
            AccessMethodOid = CatalogOids.BTreeAccessMethod,
            Columns = s_columns[..2],
            Index = index,
        };
    }

    private static IndexInfo Index(RelationInfo table) => new()
    {
        Oid = table.Oid | FirstOid | IndexBit,
        Name = Name(table) + IndexSuffix,
        TableOid = table.Oid | FirstOid,
        Storage = 0,
        Keys =
        [
            new IndexKey(1, null, TypeOid.Oid, -1, 0, OidOperatorClass, IndexKeyOptions.None),
            new IndexKey(2, null, TypeOid.Int4, -1, 0, Int4OperatorClass, IndexKeyOptions.None),
        ],
        KeyCount = 2,
        IsUnique = true,
        IsPrimary = true,
    };

    private static string Name(RelationInfo table) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{NamePrefix}{table.Oid}");

    // PostgreSQL makes one for tables whose rows might not fit.
    private static bool NeedsOne(RelationInfo table)
    {
        if (table.Kind is not (RelationKind.Table or RelationKind.MaterializedView) || table.SystemTable is not null)
            return false;
        long bytes = 0;
        bool canMove = false;
        foreach (ColumnInfo column in table.Columns)
        {
            if (column.IsDropped)
                continue;
            bytes = Aligned(bytes, column.Alignment switch { 'd' => 8, 'i' => 4, 's' => 2, _ => 1 });
            long width = column.Length > 0 ? column.Length : WidthMax(column.TypeOid, column.TypeModifier);
            canMove |= column.Length <= 0 && column.StorageStrategy != 'p';
            if (width < 0 && canMove)
                return true;
            bytes += Math.Max(width, 0);
        }

        long header = RowHeaderBytes + (table.Columns.Length + 7) / 8;
        return canMove && Aligned(header, 8) + Aligned(bytes, 8) > RowThresholdBytes;
    }

    private static long Aligned(long bytes, int alignment) => (bytes + alignment - 1) / alignment * alignment;

    // Bytes that a value takes at most by its modifier; negative when that says nothing.
    private static long WidthMax(uint type, int modifier) => modifier < 0 ? -1 : type switch
    {
        TypeOid.BpChar or TypeOid.VarChar => (long)(modifier - VarHeaderBytes) * Utf8BytesMax + VarHeaderBytes,
        TypeOid.Numeric => NumericHeaderBytes + ((((modifier - VarHeaderBytes) >> 16) & 0xffff) + 6) / 4 * 2,
        TypeOid.Bit or TypeOid.VarBit => (modifier + 7L) / 8 + 2 * sizeof(int),
        _ => -1,
    };

    private sealed class Unreadable : SystemTable
    {
        public override IEnumerable<CatalogValue[]> Scan(SystemScanContext context) => throw new SqlException(SqlState.FeatureNotSupported, "reading TOAST tables is not supported");
    }
}
