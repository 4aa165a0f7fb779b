using Strata.Engine.Catalog;
using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>
/// A scan of a table (or of a virtual system table). <paramref name="columns"/> and <paramref name="attributes"/> run in parallel; negative
/// attributes are system columns (<see cref="SystemAttribute"/>).
/// </summary>
public sealed class ScanNode(int scan, RelationInfo relation, string alias, IReadOnlyList<int> columns, IReadOnlyList<short> attributes) : RelationalNode
{
    /// <summary>Number of the scan in the query.</summary>
    public int Scan { get; } = scan;

    /// <summary>The table.</summary>
    public RelationInfo Relation { get; } = relation;

    /// <summary>Name by which the query knows it.</summary>
    public string Alias { get; } = alias;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = columns;

    /// <summary>Attribute numbers of <see cref="Columns"/>.</summary>
    public IReadOnlyList<short> Attributes { get; } = attributes;

    /// <summary>The moment to read at (timestamptz or pg_lsn, without columns), or null for the present.</summary>
    public Expression? AsOf { get; init; }

    /// <summary>The target of UPDATE or DELETE: its index is not chosen for index-only scans and its rows are re-checked.</summary>
    public bool IsTarget { get; init; }

    /// <summary>The tables whose rows are read instead, for a table with descendants: itself and all of them, or the leaf partitions. Null for a plain scan.</summary>
    public IReadOnlyList<RelationInfo>? Members { get; init; }

    /// <summary>This is the scan of one member of a tree; re-checks name the member beside <see cref="Scan"/>.</summary>
    public bool IsMember { get; init; }

    /// <summary>Columns that nobody but the filter directly above reads.</summary>
    public IReadOnlyCollection<int> FilterOnly { get; init; } = [];

    /// <summary>The same scan with columns that only its filter reads.</summary>
    public ScanNode WithFilterOnly(IReadOnlyCollection<int> columns) =>
        new(Scan, Relation, Alias, Columns, Attributes) { AsOf = AsOf, IsTarget = IsTarget, Members = Members, IsMember = IsMember, FilterOnly = columns };

    /// <summary>The same scan with fewer columns.</summary>
    public ScanNode Keep(Func<int, bool> needed)
    {
        var columns = new List<int>();
        var attributes = new List<short>();
        for (int i = 0; i < Columns.Count; i++)
        {
            if (!needed(Columns[i]))
                continue;
            columns.Add(Columns[i]);
            attributes.Add(Attributes[i]);
        }

        return columns.Count == Columns.Count
            ? this
            : new ScanNode(Scan, Relation, Alias, columns, attributes) { AsOf = AsOf, IsTarget = IsTarget, Members = Members, IsMember = IsMember };
    }
}

/// <summary>Numbers of system columns, PostgreSQL's.</summary>
public static class SystemAttribute
{
    /// <summary>ctid.</summary>
    public const short Ctid = -1;

    /// <summary>xmin.</summary>
    public const short Xmin = -2;

    /// <summary>cmin.</summary>
    public const short Cmin = -3;

    /// <summary>xmax.</summary>
    public const short Xmax = -4;

    /// <summary>cmax.</summary>
    public const short Cmax = -5;

    /// <summary>tableoid.</summary>
    public const short TableOid = -6;
}
