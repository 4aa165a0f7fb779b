using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Algebra;

/// <summary>What a subquery in an expression yields.</summary>
public enum SubqueryKind
{
    /// <summary>Its only value, null for no row, an error for two.</summary>
    Scalar,

    /// <summary>Whether it has a row.</summary>
    Exists,

    /// <summary>Whether the comparison is true for some row.</summary>
    Any,

    /// <summary>Whether the comparison is true for every row.</summary>
    All,

    /// <summary>Its only column as an array.</summary>
    Array,
}

/// <summary>
/// A subquery in an expression. For ANY and ALL, <paramref name="comparison"/> compares <paramref name="tests"/> (expressions of the query around)
/// with the subquery's columns; it is written over <see cref="ColumnExpression"/>s of <paramref name="columns"/>. Never reaches an evaluator: rewrites turn it
/// into a join, or the planner into a subplan.
/// </summary>
public sealed class SubqueryExpression(
    SubqueryKind kind, RelationalNode query, IReadOnlyList<int> columns, SqlType type, IReadOnlyList<Expression> tests, Expression? comparison) : Expression
{
    /// <summary>Kind.</summary>
    public SubqueryKind Kind { get; } = kind;

    /// <summary>The subquery.</summary>
    public RelationalNode Query { get; } = query;

    /// <summary>Its output columns.</summary>
    public IReadOnlyList<int> Columns { get; } = columns;

    /// <inheritdoc/>
    public override SqlType Type { get; } = type;

    /// <summary>What was written, by which two bindings of the same text are known as one expression: in GROUP BY and the select list, say. Null when it was not written as one expression.</summary>
    public Sql.Syntax.SyntaxNode? Written { get; init; }

    /// <summary>Left operands of ANY and ALL.</summary>
    public IReadOnlyList<Expression> Tests { get; } = tests;

    /// <summary>The comparison of ANY and ALL; the tests stand in it as <see cref="TestExpression"/>s.</summary>
    public Expression? Comparison { get; } = comparison;

    /// <inheritdoc/>
    public override IReadOnlyList<Expression> Children => Tests;

    /// <inheritdoc/>
    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new SubqueryExpression(Kind, Query, Columns, Type, children, Comparison) { Position = Position, Written = Written };

    /// <summary>The same expression over another tree.</summary>
    public SubqueryExpression WithQuery(RelationalNode query) => new(Kind, query, Columns, Type, Tests, Comparison) { Position = Position, Written = Written };

    /// <summary>The comparison with the tests put in.</summary>
    public Expression ComparisonWithTests => Comparison!.Transform(part => part is TestExpression test ? Tests[test.Index] : part);

    /// <inheritdoc/>
    public override Volatility OwnVolatility => TreeWalker.Volatility(Query);

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other)
    {
        var subquery = (SubqueryExpression)other;
        if (Kind != subquery.Kind || !Type.Equals(subquery.Type))
            return false;
        if (ReferenceEquals(Query, subquery.Query))
            return Columns.SequenceEqual(subquery.Columns) && Equals(Comparison, subquery.Comparison);
        // Each binding numbers its own columns: what counts is that names mean the same tables and the same columns around.
        return Written is not null && Written.Equals(subquery.Written) && TreeWalker.OuterColumns(Query).SetEquals(TreeWalker.OuterColumns(subquery.Query))
            && SourcesOf(Query).SequenceEqual(SourcesOf(subquery.Query));
    }

    private static List<long> SourcesOf(RelationalNode query)
    {
        var sources = new List<long>();
        TreeWalker.VisitNodes(query, node =>
        {
            if (node is ScanNode scan)
                sources.Add(scan.Relation.Oid);
            else if (node is CteScanNode cte)
                sources.Add(-1 - cte.Cte);
        });
        return sources;
    }

    /// <inheritdoc/>
    protected override int OwnHash => (int)Kind;
}

/// <summary>Stands for a test of ANY or ALL inside its comparison.</summary>
public sealed class TestExpression(int index, SqlType type) : Expression
{
    /// <summary>Number of the test.</summary>
    public int Index { get; } = index;

    /// <inheritdoc/>
    public override SqlType Type { get; } = type;

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other) => Index == ((TestExpression)other).Index;

    /// <inheritdoc/>
    protected override int OwnHash => Index;
}
