using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// Turns a tree that reads columns of an outer row into one that reads none and has the rows of all outer rows: a dependent join with the different values of those columns is pushed down to where they
/// are read (Neumann and Kemper, "Unnesting Arbitrary Queries", BTW 2015). Each operator has a rule of its own. Without a <paramref name="domain"/> only equalities with outer values are followed, whose inner
/// side stands for the outer one ("the join with D can be left out when it is a superset that does no harm"): nothing is computed twice then. One per tree; not thread-safe.
/// </summary>
/// <param name="metadata">The query's columns.</param>
/// <param name="functions">Folds what an aggregate of no rows gives.</param>
/// <param name="outer">Columns of the outer row.</param>
/// <param name="domain">The different outer values, or null.</param>
internal sealed class DependentJoin(QueryMetadata metadata, IFunctionContext functions, HashSet<int> outer, CorrelationDomain? domain)
{
    public QueryMetadata Metadata => metadata;

    public IFunctionContext Functions => functions;

    /// <summary>Columns of the outer row.</summary>
    public HashSet<int> Outer => outer;

    /// <summary>Links come from the domain and always cover all outer columns.</summary>
    public bool HasDomain => domain is not null;

    /// <summary>True when a tree reads the outer row.</summary>
    public bool IsCorrelated(RelationalNode node) => TreeWalker.OuterColumns(node).Overlaps(outer);

    /// <summary>True when an expression reads the outer row.</summary>
    public bool IsCorrelated(Expression expression) => TreeWalker.ColumnsOf(expression).Overlaps(outer);

    /// <summary>True when an expression reads nothing but the outer row.</summary>
    public bool IsOuter(Expression expression) => TreeWalker.ColumnsOf(expression) is { Count: > 0 } columns && columns.IsSubsetOf(outer);

    /// <summary>The tree for all outer rows; null when it can't be. One that reads nothing of the outer row stays as it is, without links.</summary>
    public UnnestedTree? Push(RelationalNode node)
    {
        DepthGuard.Check();
        if (!IsCorrelated(node))
            return new UnnestedTree(node, []);
        UnnestedTree? pushed = node switch
        {
            FilterNode filter => FilterUnnesting.Push(this, filter),
            ProjectNode project => ProjectUnnesting.Push(this, project),
            JoinNode join => JoinUnnesting.Push(this, join),
            AggregateNode aggregate => AggregateUnnesting.Push(this, aggregate),
            DistinctNode distinct => DistinctUnnesting.Push(this, distinct),
            // Above a join there is no order.
            SortNode sort => PushInput(sort.Input),
            LimitNode limit => LimitUnnesting.Push(this, limit),
            WindowNode window => WindowUnnesting.Push(this, window),
            SetOperationNode operation => SetOperationUnnesting.Push(this, operation),
            ProjectSetNode sets => ProjectUnnesting.Push(this, sets),
            WithNode with when !with.Items.Any(item => IsCorrelated(item.Query) || item.IsModifying) =>
                Push(with.Body) is { } body ? body with { Node = new WithNode(with.Items, body.Node) } : null,
            _ => null,
        };
        return pushed ?? (domain is null ? null : Apply(node));
    }

    /// <summary>The input of an operator that reads the outer row itself: with a domain it has links in any case.</summary>
    public UnnestedTree? PushInput(RelationalNode node) => domain is null || IsCorrelated(node) ? Push(node) : Product(node);

    /// <summary>An expression over a tree's columns in place of the outer row's; null when a link is missing.</summary>
    public Expression? Substitute(Expression expression, IReadOnlyList<CorrelationLink> links)
    {
        if (!IsCorrelated(expression))
            return expression;
        Expression replaced = TreeWalker.Map(expression, part => Replace(part, links));
        return IsCorrelated(replaced) ? null : replaced;
    }

    /// <summary>All of some expressions, or null.</summary>
    public List<Expression>? Substitute(IEnumerable<Expression> expressions, IReadOnlyList<CorrelationLink> links)
    {
        var replaced = new List<Expression>();
        foreach (Expression expression in expressions)
        {
            if (Substitute(expression, links) is not { } one)
                return null;
            replaced.Add(one);
        }

        return replaced;
    }

    /// <summary>
    /// A tree whose only row of no rows is put in where outer values have none: a left join of the domain with it. For operators that could not tell a row that is missing from one that they dropped.
    /// Null without a domain.
    /// </summary>
    public UnnestedTree? Complete(UnnestedTree tree)
    {
        if (tree.EmptyRow is not { } empty)
            return tree;
        if (domain is null)
            return null;
        UnnestedTree values = domain.Scan();
        var conditions = new List<Expression>();
        foreach (CorrelationLink link in tree.Links)
        {
            if (link.PartnerIn(values.Links) is not { } partner || CorrelationLink.Match(partner, link, metadata) is not { } condition)
                return null;
            conditions.Add(condition);
        }

        int marker = metadata.AddColumn("present", Types.SqlType.Boolean);
        var inner = new List<ProjectedColumn> { new(marker, ConstantExpression.Boolean(true)) };
        inner.AddRange(tree.Node.Columns.Distinct().Select(PassOn));
        var items = new List<ProjectedColumn>(values.Node.Columns.Select(PassOn));
        foreach ((int column, Expression value) in empty)
        {
            if (Substitute(value, values.Links) is not { } instead)
                return null;
            items.Add(new ProjectedColumn(column, Otherwise(marker, instead, new ColumnExpression(column, metadata[column].Type))));
        }

        var join = new JoinNode(JoinType.Left, values.Node, new ProjectNode(tree.Node, inner), conditions);
        return new UnnestedTree(new ProjectNode(join, items), values.Links) { IsSingle = tree.IsSingle };
    }

    /// <summary>A column passed on.</summary>
    public ProjectedColumn PassOn(int column) => new(column, new ColumnExpression(column, metadata[column].Type));

    /// <summary>One value where a marker is null, which is where an outer join found nothing, and another where it is not.</summary>
    public static Expression Otherwise(int marker, Expression missing, Expression found) => missing is ConstantExpression { IsNull: true } && found is ColumnExpression
        ? found
        : new CaseExpression(found.Type, null, [new NullTestExpression(new ColumnExpression(marker, Types.SqlType.Boolean), isNotNull: false)], [missing], found);

    private Expression Replace(Expression part, IReadOnlyList<CorrelationLink> links)
    {
        if (part is not ColumnExpression column || !outer.Contains(column.Column))
            return part;
        foreach (CorrelationLink link in links)
        {
            if (link is { IsSame: true, Outer: ColumnExpression known } && known.Column == column.Column)
                return new ColumnExpression(link.Column, metadata[link.Column].Type) { Position = column.Position };
        }

        return part;
    }

    /// <summary>Every row of a tree with every outer value.</summary>
    private UnnestedTree Product(RelationalNode node)
    {
        UnnestedTree values = domain!.Scan();
        return new UnnestedTree(new JoinNode(JoinType.Inner, values.Node, node, []), values.Links);
    }

    /// <summary>What has no rule runs once for each different outer value: functions, lists of values.</summary>
    private UnnestedTree Apply(RelationalNode node)
    {
        UnnestedTree values = domain!.Scan();
        RelationalNode dependent = TreeWalker.Map(node, part => Replace(part, values.Links));
        return new UnnestedTree(new JoinNode(JoinType.Inner, values.Node, dependent, []), values.Links);
    }
}
