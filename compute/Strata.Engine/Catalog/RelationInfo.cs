using Strata.Format.Pages.Heap;

namespace Strata.Engine.Catalog;

/// <summary>
/// A relation with all that belongs to it: its <c>pg_class</c> row, columns, indexes, constraints and, by kind, index, sequence or view definition.
/// Immutable: a change makes a new entry with another <see cref="Version"/>. Safe to share between sessions and to keep in plans.
/// </summary>
public sealed record RelationInfo
{
    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public required uint SchemaOid { get; init; }
    public required RelationKind Kind { get; init; }
    public required uint OwnerOid { get; init; }

    /// <summary>Another after every change to anything in this entry, and never one that it had before in another state; plans depend on (OID, version) pairs. 0 for built-in relations.</summary>
    public ulong Version { get; init; }

    /// <summary>OID of the database whose pages hold it; 0 for catalogs that all databases share.</summary>
    public uint Database { get; init; }

    /// <summary>Storage id of the main fork; 0 for relations without storage (views, built-in catalogs).</summary>
    public ulong Storage { get; init; }

    /// <summary><c>relpersistence</c>: p, u or t.</summary>
    public char Persistence { get; init; } = 'p';

    /// <summary>OID of the composite type of its rows; 0 for indexes and sequences.</summary>
    public uint RowTypeOid { get; init; }

    public uint AccessMethodOid { get; init; }

    /// <summary>All columns ever, dropped ones too: the column with number n stands at n - 1.</summary>
    public ColumnInfo[] Columns { get; init; } = [];

    /// <summary>Indexes of a table, by OID.</summary>
    public IndexInfo[] Indexes { get; init; } = [];

    /// <summary>Constraints of a table, by name.</summary>
    public ConstraintInfo[] Constraints { get; init; } = [];

    /// <summary>Foreign keys of other tables (or this one) that refer to this table.</summary>
    public ConstraintInfo[] ReferencedBy { get; init; } = [];

    /// <summary>Relations that it inherits from, in order; of a partition, its partitioned table; of a partition's index, the partitioned index.</summary>
    public uint[] Parents { get; init; } = [];

    /// <summary>DETACH PARTITION CONCURRENTLY has begun: it is no part of its parent for new statements, and not yet a table of its own.</summary>
    public bool IsDetachPending { get; init; }

    /// <summary>Relations that inherit from it, by OID. Follows from their <see cref="Parents"/>.</summary>
    public uint[] Children { get; init; } = [];

    /// <summary>How its rows are spread over partitions; null unless it is a partitioned table.</summary>
    public PartitionKeyInfo? PartitionKey { get; init; }

    /// <summary>Which rows it takes as a partition; null when it is none.</summary>
    public PartitionBoundInfo? PartitionBound { get; init; }

    /// <summary>True for partitions, and for indexes of partitions that belong to a partitioned index.</summary>
    public bool IsPartition { get; init; }

    /// <summary>The composite type that a typed table is made of; 0 for other tables.</summary>
    public uint OfTypeOid { get; init; }

    /// <summary><c>relreplident</c>: d, n, f or i; '\0' for what has none.</summary>
    public char ReplicaIdentity { get; init; }

    /// <summary>Set when <see cref="Kind"/> is Index or PartitionedIndex.</summary>
    public IndexInfo? Index { get; init; }

    /// <summary>Set when <see cref="Kind"/> is Sequence.</summary>
    public SequenceInfo? Sequence { get; init; }

    /// <summary>Set when <see cref="Kind"/> is View.</summary>
    public ViewInfo? View { get; init; }

    /// <summary>Set for relations whose rows are made by code (catalogs, <c>pg_stat_activity</c>, <c>pg_settings</c> …): scan this instead of a heap.</summary>
    public SystemTable? SystemTable { get; init; }

    /// <summary>Pages at the last VACUUM or ANALYZE.</summary>
    public int Pages { get; init; }

    /// <summary>Rows at the last VACUUM or ANALYZE; -1 if there was none yet.</summary>
    public float Tuples { get; init; } = -1;

    /// <summary>Pages marked all-visible at the last VACUUM.</summary>
    public int AllVisiblePages { get; init; }

    /// <summary>Per-column statistics of the last ANALYZE, by column number; empty before.</summary>
    public ColumnStatistics[] Statistics { get; init; } = [];

    /// <summary>Storage options (<c>reloptions</c>) as <c>name=value</c>; null for none.</summary>
    public string[]? Options { get; init; }

    /// <summary>Storage options of its large values (<c>toast.name</c>), kept with the others with that prefix; null for none.</summary>
    public string[]? ToastOptions { get; init; }

    /// <summary>Privileges; null means the default ones.</summary>
    /// <summary>False for a materialized view that holds no result yet.</summary>
    public bool IsPopulated { get; init; } = true;

    /// <summary>Row security policies apply to roles other than the owner.</summary>
    public bool HasRowSecurity { get; init; }

    /// <summary>Row security policies apply to the owner too.</summary>
    public bool ForcesRowSecurity { get; init; }

    public AccessControlItem[]? Acl { get; init; }

    /// <summary>True for catalogs that all databases share.</summary>
    public bool IsShared { get; init; }

    /// <summary>What this relation and its parts depend on beyond what their own rows say.</summary>
    public Dependency[] Dependencies { get; init; } = [];

    /// <summary>A built-in catalog that PostgreSQL has indexes on; scans here never use them.</summary>
    internal bool HasBuiltinIndexes { get; init; }

    private RowLayout?[]? _layouts;

    /// <summary>
    /// The layout of rows that have the first <paramref name="columnCount"/> columns, which is also the layout version that they carry: columns are only ever appended, and a change of type rewrites
    /// all rows. Made at the first use and kept; thread-safe.
    /// </summary>
    public RowLayout Layout(int columnCount)
    {
        RowLayout?[] layouts = _layouts ??= new RowLayout?[Columns.Length + 1];
        return layouts[columnCount] ??= MakeLayout(columnCount);
    }

    /// <summary>The layout of rows written now.</summary>
    public RowLayout CurrentLayout => Layout(Columns.Length);

    private RowLayout MakeLayout(int columnCount)
    {
        var widths = new short[columnCount];
        for (int i = 0; i < widths.Length; i++)
            widths[i] = Columns[i].StorageWidthBytes;
        return new RowLayout((ushort)columnCount, widths);
    }

    /// <summary>Finds a live column by name; null if there is none. No allocation.</summary>
    public ColumnInfo? FindColumn(string name)
    {
        foreach (ColumnInfo column in Columns)
            if (!column.IsDropped && column.Name == name)
                return column;
        return null;
    }

    /// <summary>The index behind the primary key, or null.</summary>
    public IndexInfo? PrimaryKey
    {
        get
        {
            foreach (IndexInfo index in Indexes)
                if (index.IsPrimary)
                    return index;
            return null;
        }
    }
}
