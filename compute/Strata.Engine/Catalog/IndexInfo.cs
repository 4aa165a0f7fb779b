namespace Strata.Engine.Catalog;

/// <summary>Order of one index key; values are PostgreSQL's <c>indoption</c> bits.</summary>
[Flags]
public enum IndexKeyOptions : short
{
    None = 0,
    Descending = 1,
    NullsFirst = 2,
}

/// <summary>One key (or included column) of an index.</summary>
/// <param name="Column">Column number in the table; 0 for an expression.</param>
/// <param name="Expression">The expression, when <paramref name="Column"/> is 0.</param>
/// <param name="TypeOid">Type of the key.</param>
/// <param name="TypeModifier">Its modifier, -1 for none.</param>
/// <param name="CollationOid">Its collation, 0 for none.</param>
/// <param name="OperatorClassOid">Its operator class; 0 for included columns.</param>
/// <param name="Options">Its order.</param>
public sealed record IndexKey(
    short Column, CatalogExpression? Expression, uint TypeOid, int TypeModifier, uint CollationOid, uint OperatorClassOid, IndexKeyOptions Options)
{
    /// <summary>Options of the operator class as <c>name=value</c>; null for none.</summary>
    public string[]? ClassOptions { get; init; }

    /// <summary>What the operator class of an extension does with values in a GIN or GiST index; null for built-in classes.</summary>
    internal Execution.Entries.ItemClass? NativeItems { get; init; }
}

/// <summary>An index: its <c>pg_index</c> row with what is needed from <c>pg_class</c>. Immutable.</summary>
public sealed record IndexInfo
{
    /// <summary>OID of the index relation.</summary>
    public required uint Oid { get; init; }

    public required string Name { get; init; }
    public required uint TableOid { get; init; }

    /// <summary>Storage id of the index.</summary>
    public required ulong Storage { get; init; }

    /// <summary>How it is built and searched.</summary>
    public IndexMethod Method { get; init; }

    /// <summary>Key columns first, then those of INCLUDE.</summary>
    public required IndexKey[] Keys { get; init; }

    /// <summary>How many of <see cref="Keys"/> are keys.</summary>
    public required int KeyCount { get; init; }

    public bool IsUnique { get; init; }
    public bool IsPrimary { get; init; }
    public bool IsExclusion { get; init; }

    /// <summary>Uniqueness is checked at each row, not at the end of the statement or transaction.</summary>
    public bool IsImmediate { get; init; } = true;

    public bool NullsNotDistinct { get; init; }
    public bool IsValid { get; init; } = true;
    public bool IsReady { get; init; } = true;
    public bool IsClustered { get; init; }
    public bool IsReplicaIdentity { get; init; }

    /// <summary>Predicate of a partial index; null for none.</summary>
    public CatalogExpression? Predicate { get; init; }
}
