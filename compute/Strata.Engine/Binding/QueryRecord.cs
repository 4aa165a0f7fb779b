using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>
/// One query level as it was bound, before it became algebra (PostgreSQL's Query): what the printer of definitions reads. Made only when a <see cref="BindingRecorder"/> is at work.
/// </summary>
internal sealed class QueryRecord(SelectStatement syntax)
{
    public SelectStatement Syntax { get; } = syntax;

    public List<CteRecord> Ctes { get; } = [];

    /// <summary>The change of data whose level this is; null for a query's.</summary>
    public ModificationRecord? Modification { get; set; }

    /// <summary>Items of FROM, in order.</summary>
    public List<RangeRecord> From { get; set; } = [];

    public List<TargetRecord> Targets { get; set; } = [];

    public Expression? Where { get; set; }

    public Expression? Having { get; set; }

    public List<SortRecord> OrderBy { get; set; } = [];

    public List<TargetRecord> DistinctOn { get; set; } = [];

    /// <summary>The target behind each expression of GROUP BY, by its syntax node.</summary>
    public Dictionary<Sql.Syntax.Expression, TargetRecord> Groups { get; } = new(ReferenceEqualityComparer.Instance);

    public Expression? Limit { get; set; }

    public Expression? Offset { get; set; }

    /// <summary>Rows of VALUES, converted to the columns' types; null for other bodies.</summary>
    public IReadOnlyList<Expression[]>? Values { get; set; }

    /// <summary>Columns of the result by name; types of a set operation's columns.</summary>
    public IReadOnlyList<OutputColumn> Output { get; set; } = [];
}

/// <summary>An item of WITH. The query is null for one that changes data.</summary>
internal sealed record CteRecord(CommonTableExpression Syntax, QueryRecord? Query)
{
    /// <summary>The change of data that the item is; null for a query.</summary>
    public ModificationRecord? Modification { get; init; }

    /// <summary>What CYCLE puts into its mark column for rows that close a cycle; null when none was written.</summary>
    public Expression? Mark { get; init; }

    /// <summary>The same for other rows.</summary>
    public Expression? Default { get; init; }
}

/// <summary>An item of a target list. <paramref name="IsHidden"/>: only sorted or grouped by.</summary>
internal sealed record TargetRecord(Expression Value, string Name, bool IsHidden);

/// <summary>A sort item: the target it sorts by.</summary>
internal readonly record struct SortRecord(TargetRecord Target, bool Descending, bool NullsFirst);

/// <summary>A sorted expression of an aggregate or a window.</summary>
internal readonly record struct SortedExpression(Expression Value, bool Descending, bool NullsFirst);

/// <summary>An item of FROM.</summary>
internal sealed class RangeRecord(FromItem syntax, NamespaceItem? item)
{
    public FromItem Syntax { get; } = syntax;

    /// <summary>The name and columns that the item offers; null for a join without alias.</summary>
    public NamespaceItem? Item { get; } = item;

    /// <summary>OID of the table or view; 0 for other items.</summary>
    public uint RelationOid { get; init; }

    /// <summary>Name of the WITH item that it reads.</summary>
    public string? Cte { get; init; }

    public QueryRecord? Query { get; init; }

    /// <summary>The same item as other clauses know it: columns in the same order, under other numbers.</summary>
    public List<NamespaceItem> Twins { get; } = [];

    /// <summary>Calls of a function item.</summary>
    public IReadOnlyList<Expression> Calls { get; init; } = [];

    /// <summary>What an XMLTABLE is made of.</summary>
    public XmlTableRecord? XmlTable { get; init; }

    public RangeRecord? Left { get; init; }

    public RangeRecord? Right { get; init; }

    /// <summary>Condition of a join.</summary>
    public Expression? On { get; init; }

    /// <summary>Columns that USING or NATURAL merges: the merged column and those of the two sides.</summary>
    public IReadOnlyList<(NamespaceColumn Merged, NamespaceColumn Left, NamespaceColumn Right)> Using { get; init; } = [];
}

/// <summary>A call of an aggregate or window function, whose value the algebra has in a column.</summary>
internal sealed record CallRecord(FunctionExpression Call, FunctionCall Syntax)
{
    public IReadOnlyList<SortedExpression> OrderBy { get; init; } = [];

    public Expression? Filter { get; init; }

    /// <summary>Number of direct arguments of an ordered-set aggregate; -1 for others.</summary>
    public int DirectCount { get; init; } = -1;

    public WindowRecord? Window { get; init; }
}

/// <summary>A window as it was written.</summary>
internal sealed record WindowRecord(WindowDefinition Syntax, IReadOnlyList<Expression> PartitionBy, IReadOnlyList<SortedExpression> OrderBy, BoundFrame Frame);
