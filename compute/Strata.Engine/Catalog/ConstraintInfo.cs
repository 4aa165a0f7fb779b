namespace Strata.Engine.Catalog;

/// <summary>Values are PostgreSQL's <c>pg_constraint.contype</c>.</summary>
public enum ConstraintKind : byte
{
    Check = (byte)'c',
    ForeignKey = (byte)'f',
    PrimaryKey = (byte)'p',
    Unique = (byte)'u',
    Trigger = (byte)'t',
    Exclusion = (byte)'x',

    /// <summary>Not in catalogs: the condition of a view WITH CHECK OPTION that a new row must meet.</summary>
    ViewCheck = (byte)'v',

    /// <summary>Not in catalogs: a row security policy that a new row must meet.</summary>
    RowSecurity = (byte)'s',
}

/// <summary>What a foreign key does when the referenced row goes away or changes; values are PostgreSQL's.</summary>
public enum ForeignKeyAction : byte
{
    NoAction = (byte)'a',
    Restrict = (byte)'r',
    Cascade = (byte)'c',
    SetNull = (byte)'n',
    SetDefault = (byte)'d',
}

/// <summary>A constraint: its <c>pg_constraint</c> row. Immutable.</summary>
public sealed record ConstraintInfo
{
    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public required uint SchemaOid { get; init; }
    public required ConstraintKind Kind { get; init; }

    /// <summary>The table constrained; 0 for a domain's.</summary>
    public uint TableOid { get; init; }

    /// <summary>The domain constrained; 0 for a table's.</summary>
    public uint TypeOid { get; init; }

    /// <summary>The index behind a unique, primary or (on the referenced side) foreign key; 0 for none.</summary>
    public uint IndexOid { get; init; }

    public bool IsDeferrable { get; init; }
    public bool IsDeferred { get; init; }
    public bool IsValidated { get; init; } = true;
    public bool NoInherit { get; init; }

    /// <summary><c>conislocal</c>: the table's own definition names it.</summary>
    public bool IsLocal { get; init; } = true;

    /// <summary><c>coninhcount</c>: number of parents that it comes from.</summary>
    public short InheritCount { get; init; }

    /// <summary>The partitioned table's constraint that this is the partition's part of; 0 for none.</summary>
    public uint ParentOid { get; init; }

    /// <summary>Columns constrained, in order.</summary>
    public short[] Columns { get; init; } = [];

    /// <summary>Table referenced by a foreign key.</summary>
    public uint ReferencedTableOid { get; init; }

    /// <summary>Columns referenced, in order of <see cref="Columns"/>.</summary>
    public short[] ReferencedColumns { get; init; } = [];

    public ForeignKeyAction OnUpdate { get; init; } = ForeignKeyAction.NoAction;
    public ForeignKeyAction OnDelete { get; init; } = ForeignKeyAction.NoAction;

    /// <summary>'s' for SIMPLE, 'f' for FULL.</summary>
    public char Match { get; init; } = 's';

    /// <summary>Columns that ON DELETE SET NULL or SET DEFAULT changes; empty for all.</summary>
    public short[] DeleteColumns { get; init; } = [];

    /// <summary>Operators of an exclusion constraint (OIDs), one for each key.</summary>
    public uint[] Operators { get; init; } = [];

    /// <summary>Expression of a check.</summary>
    public CatalogExpression? Check { get; init; }
}
