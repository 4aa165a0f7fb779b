using Strata.Engine.Types;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Catalog;

/// <summary>One column of a relation: its <c>pg_attribute</c> row with its <c>pg_attrdef</c> row. Immutable.</summary>
public sealed record ColumnInfo
{
    /// <summary><c>attnum</c>: from 1, never reused within its relation.</summary>
    public required short Number { get; init; }

    public required string Name { get; init; }

    /// <summary><c>attoptions</c>: n_distinct and the like; null for none.</summary>
    public string[]? Options { get; init; }

    /// <summary><c>attfdwoptions</c>: options of a foreign table's column; null for none.</summary>
    public string[]? ForeignOptions { get; init; }
    public required uint TypeOid { get; init; }

    /// <summary><c>atttypmod</c>; -1 for none.</summary>
    public int TypeModifier { get; init; } = -1;

    /// <summary><c>attcollation</c>; 0 for types without collation.</summary>
    public uint CollationOid { get; init; }

    /// <summary><c>attlen</c>: bytes, -1 for variable length, -2 for a C string.</summary>
    public short Length { get; init; }

    public bool PassedByValue { get; init; }

    /// <summary><c>attalign</c>: c, s, i or d.</summary>
    public char Alignment { get; init; } = 'i';

    /// <summary><c>attstorage</c>: p, e, m or x.</summary>
    public char StorageStrategy { get; init; } = 'p';

    /// <summary><c>attcompression</c>: p for pglz, l for lz4, '\0' for the default. Kept and shown; values are compressed the engine's one way.</summary>
    public char Compression { get; init; }

    /// <summary>Bytes that a value takes in a row, or <see cref="RowLayout.Variable"/>; also known of dropped columns, whose <see cref="Length"/> becomes this width.</summary>
    public short StorageWidthBytes => IsDropped ? Length : TypeOid >= CatalogOids.FirstUser && Length == 4 ? (short)4 : WidthOf(BuiltinTypes.PhysicalOf(TypeOid));

    /// <summary>Bytes that a value of a physical type takes in a row.</summary>
    public static short WidthOf(PhysicalType type) => type == PhysicalType.Bytes ? RowLayout.Variable : (short)type.WidthBytes();

    /// <summary>Number of array dimensions declared.</summary>
    public short Dimensions { get; init; }

    public bool NotNull { get; init; }

    /// <summary><c>attidentity</c>: 'a' for ALWAYS, 'd' for BY DEFAULT, '\0' for none.</summary>
    public char Identity { get; init; }

    /// <summary><c>attgenerated</c>: 's' for a stored generated column, '\0' for none.</summary>
    public char Generated { get; init; }

    /// <summary><c>attislocal</c>: the table's own definition names it (an inherited column may be both).</summary>
    public bool IsLocal { get; init; } = true;

    /// <summary><c>attinhcount</c>: number of parents that it comes from.</summary>
    public short InheritCount { get; init; }

    /// <summary>The column was dropped: its values stay in old rows and read as null; names never find it.</summary>
    public bool IsDropped { get; init; }

    /// <summary>Default, or the expression of a generated column; null for none.</summary>
    public CatalogExpression? Default { get; init; }

    /// <summary>OID of the <c>pg_attrdef</c> row; 0 for none.</summary>
    public uint DefaultOid { get; init; }

    /// <summary>
    /// Value that rows older than the column have (ADD COLUMN with a constant default), as the type's text form; null when such rows read as null.
    /// </summary>
    public string? MissingValue { get; init; }

    /// <summary><c>attstattarget</c>.</summary>
    public int StatisticsTarget { get; init; } = -1;

    /// <summary>Privileges on this column alone; null for none.</summary>
    public AccessControlItem[]? Acl { get; init; }
}
