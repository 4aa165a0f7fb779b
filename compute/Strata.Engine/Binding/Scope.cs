using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>
/// What names mean at one query level (PostgreSQL's ParseState): the FROM items in sight, the WITH items, and what the level's expressions asked
/// for while they were bound (aggregates, window calls, set-returning calls). Levels nest through <see cref="Parent"/>.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private readonly HashSet<int> _ownColumns = [];

    /// <summary>The level outside, or null.</summary>
    public Scope? Parent { get; } = parent;

    /// <summary>FROM items in sight.</summary>
    public List<NamespaceItem> Items { get; set; } = [];

    /// <summary>All items of FROM so far, in sight or not: errors say that they are there.</summary>
    public List<NamespaceItem> Known { get; } = [];

    /// <summary>Items within joins that have an alias: nobody can refer to them, but errors say that they are there.</summary>
    public List<NamespaceItem> Hidden { get; } = [];

    /// <summary>The queries of a set operation that are bound already, by PostgreSQL's names for them: hints for those behind them may mention their columns.</summary>
    public List<(string Name, IReadOnlyList<string> Columns)> Branches { get; } = [];

    /// <summary>FOR UPDATE and the like of this level.</summary>
    public Sql.Syntax.SyntaxList<Sql.Syntax.LockingClause> Locking { get; set; }

    /// <summary>WITH items in sight at this level, the latest last.</summary>
    public List<CteEntry> Ctes { get; } = [];

    /// <summary>Where the expression that is being bound stands.</summary>
    public ExpressionKind Kind { get; set; }

    /// <summary>The FROM item being bound may look at its left neighbours.</summary>
    public bool IsLateralActive { get; set; }

    /// <summary>A FROM item of this level is the WITH query whose recursive term is being bound.</summary>
    public bool ReadsRecursion { get; set; }

    /// <summary>Where the first aggregate of this level was written.</summary>
    public int? FirstAggregate { get; set; }

    /// <summary>Aggregates of this level.</summary>
    public List<AggregateCall> Aggregates { get; } = [];

    /// <summary>Columns that aggregates of this level produce.</summary>
    public HashSet<int> AggregateColumns { get; } = [];

    /// <summary>GROUPING calls of this level.</summary>
    public List<PendingGrouping> GroupingCalls { get; } = [];

    /// <summary>Window calls of this level.</summary>
    public List<PendingWindowCall> WindowCalls { get; } = [];

    /// <summary>Columns that window calls of this level produce.</summary>
    public HashSet<int> WindowColumns { get; } = [];

    /// <summary>What is wrong with the first window that has an error.</summary>
    public Types.SqlException? WindowError { get; set; }

    /// <summary>Windows that the WINDOW clause names.</summary>
    public List<Sql.Syntax.WindowDefinition> NamedWindows { get; } = [];

    /// <summary>Those of them that something has used.</summary>
    public HashSet<Sql.Syntax.WindowDefinition> BoundWindows { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Set-returning calls in the target list: their column and the call.</summary>
    public List<ProjectedColumn> SetReturning { get; } = [];

    /// <summary>The last set-returning call within a function of FROM: an error, but only when the function around it is known.</summary>
    public Expression? NestedSet { get; set; }

    /// <summary>HAVING or GROUP BY is present, so that the level groups even without an aggregate.</summary>
    public bool IsGrouped { get; set; }

    /// <summary>Columns that are assigned a level: those that FROM items of this level produce.</summary>
    public bool Owns(int column) => _ownColumns.Contains(column);

    /// <summary>Records that a FROM item of this level produces a column.</summary>
    public void Own(int column) => _ownColumns.Add(column);

    /// <summary>Adds an item after checking that its name is new. Throws 42712.</summary>
    public static void CheckNames(IReadOnlyList<NamespaceItem> left, IReadOnlyList<NamespaceItem> right)
    {
        foreach (NamespaceItem a in left)
        {
            if (!a.IsRelationVisible || a.Name.Length == 0)
                continue;
            foreach (NamespaceItem b in right)
            {
                // Two tables of one name in different schemas can be told apart as long as neither has an alias.
                if (!b.IsRelationVisible || a.Name != b.Name
                    || (a.Relation is not null && b.Relation is not null && a.Relation.Oid != b.Relation.Oid))
                    continue;
                throw BindingErrors.At(-1, SqlState.DuplicateAlias, $"table name \"{a.Name}\" specified more than once");
            }
        }
    }

    /// <summary>Finds a WITH item by name, from the inside out.</summary>
    public CteEntry? FindCte(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            for (int i = scope.Ctes.Count - 1; i >= 0; i--)
            {
                if (scope.Ctes[i].Name == name)
                    return scope.Ctes[i];
            }
        }

        return null;
    }
}

/// <summary>A WITH item in sight.</summary>
internal sealed class CteEntry(int cte, string name)
{
    /// <summary>Number in the query.</summary>
    public int Cte { get; } = cte;

    /// <summary>Name.</summary>
    public string Name { get; } = name;

    /// <summary>Columns by name, number in its query, and type; set once it is bound (or its non-recursive term is).</summary>
    public IReadOnlyList<NamespaceColumn>? Columns { get; set; }

    /// <summary>Being bound as a recursive item: references read the work table.</summary>
    public bool IsRecursing { get; set; }

    /// <summary>A reference to itself was seen.</summary>
    public bool IsSelfReferenced { get; set; }

    /// <summary>How often it is used.</summary>
    public int References { get; set; }

    /// <summary>Data-modifying without RETURNING: it may not be read.</summary>
    public bool HasNoResult { get; set; }
}

/// <summary>A window call before its window is planned.</summary>
internal sealed record PendingWindowCall(WindowCall Call, IReadOnlyList<Expression> PartitionBy, IReadOnlyList<BoundSortItem> OrderBy);

/// <summary>A GROUPING call before the groups are known.</summary>
internal sealed record PendingGrouping(int Column, IReadOnlyList<Expression> Arguments);

/// <summary>A bound ORDER BY item.</summary>
internal readonly record struct BoundSortItem(Expression Value, bool Descending, bool NullsFirst);
