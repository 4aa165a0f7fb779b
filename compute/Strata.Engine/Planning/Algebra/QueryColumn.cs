using Strata.Engine.Types;

namespace Strata.Engine.Planning.Algebra;

/// <summary>
/// A column that flows through a query. Its number is unique in the query and never changes while plans are rewritten, so a reference
/// stays valid wherever the operator that computes it is moved.
/// </summary>
public sealed class QueryColumn(int id, string name, SqlType type)
{
    /// <summary>Number within the query, from 0.</summary>
    public int Id { get; } = id;

    /// <summary>Name, for EXPLAIN and as the default name of a result column.</summary>
    public string Name { get; } = name;

    /// <summary>Type with modifier and collation.</summary>
    public SqlType Type { get; } = type;

    /// <summary>Alias of the FROM item that the column comes from, for EXPLAIN and messages; null for computed columns.</summary>
    public string? Qualifier { get; init; }

    /// <summary>OID of the table it is a plain column of, or 0.</summary>
    public uint TableOid { get; init; }

    /// <summary>Attribute number in that table, or 0.</summary>
    public short AttributeNumber { get; init; }
}
