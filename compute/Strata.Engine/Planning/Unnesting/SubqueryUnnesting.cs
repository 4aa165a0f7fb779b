using Strata.Engine.Binding;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Functions.Aggregates;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Planning.Rewrites;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// Joins the input of a filter or projection with the correlated subqueries in its expressions, unnested by <see cref="DependentJoin"/>, where that is cheaper than running them for each row. The input
/// is planned already: how many rows it gives decides. What evaluates conditionally is only unnested when it can't fail; volatile subqueries never are. For one planning; not thread-safe.
/// </summary>
internal sealed class SubqueryUnnesting(PlannerState state)
{
    // Below this nothing is tried: planning would cost more than it can save.
    private const double OuterRowsMin = 4;
    private const double RunsCostMin = 50;
    private const double GainMin = 0.8;
    private const int DepthMax = 3;

    private readonly UnnestingCost _cost = new(state);
    private int _depth;

    /// <summary>A subquery joined to the input: the plan, and the expression for its value.</summary>
    private sealed record Joined(PhysicalNode Plan, Expression Value);

    /// <summary>A filter whose subqueries became joins; null when none did.</summary>
    public PhysicalNode? Filter(PhysicalNode input, IReadOnlyList<Expression> conditions)
    {
        if (!MayUnnest(input, conditions))
            return null;
        List<Expression> open = [.. conditions.Where(HasSubquery)];
        PhysicalNode node = state.Builder.FilterAsIs(input, [.. conditions.Where(static condition => !HasSubquery(condition))]);
        var known = new Dictionary<Expression, Expression>();
        var left = new List<Expression>();
        foreach (Expression condition in open)
        {
            if (AsSemiJoin(node, condition) is { } semi)
            {
                node = semi;
                continue;
            }

            Expression replaced = Replace(ref node, condition, known, isConditional: false);
            if (ReferenceEquals(replaced, condition))
                left.Add(condition);
            else
                node = state.Builder.FilterAsIs(node, [replaced]);
        }

        if (left.Count == open.Count)
            return null;
        node = state.Builder.FilterAsIs(node, left);
        return InOrder(input, state.Builder.ProjectAsIs(node, [.. input.Columns.Select(PassOn)]));
    }

    /// <summary>A projection whose subqueries became joins; null when none did.</summary>
    public PhysicalNode? Project(PhysicalNode input, IReadOnlyList<ProjectedColumn> items)
    {
        if (!MayUnnest(input, items.Select(static item => item.Value)))
            return null;
        PhysicalNode node = input;
        var known = new Dictionary<Expression, Expression>();
        var replaced = new ProjectedColumn[items.Count];
        for (int i = 0; i < replaced.Length; i++)
            replaced[i] = items[i] with { Value = Replace(ref node, items[i].Value, known, isConditional: false) };
        return ReferenceEquals(node, input) ? null : state.Builder.ProjectAsIs(InOrder(input, node), replaced);
    }

    /// <summary>A join may change the order of its left rows, and nobody sorts them again: they were put in order below, to be cut off perhaps.</summary>
    private PhysicalNode InOrder(PhysicalNode input, PhysicalNode joined) => input.Ordering.Count == 0 ? joined : state.Builder.Sorted(joined, input.Ordering);

    private static bool HasSubquery(Expression expression) => expression.Any(static part => part is SubqueryExpression);

    private bool MayUnnest(PhysicalNode input, IEnumerable<Expression> expressions)
    {
        if (input.Rows < OuterRowsMin || _depth >= DepthMax || !state.Settings.Allows(PlannerMethods.Unnesting))
            return false;
        bool has = false;
        foreach (Expression expression in expressions)
        {
            if (expression.IsVolatile)
                return false;
            has |= expression.Any(static part => part is SubqueryExpression subquery && TreeWalker.OuterColumns(subquery.Query).Count > 0);
        }

        return has;
    }

    /// <summary>The expression with the subqueries that became joins of the node replaced by their values.</summary>
    private Expression Replace(ref PhysicalNode node, Expression expression, Dictionary<Expression, Expression> known, bool isConditional)
    {
        if (!HasSubquery(expression))
            return expression;
        if (expression is SubqueryExpression subquery)
        {
            if (known.TryGetValue(subquery, out Expression? value) && subquery.Kind is SubqueryKind.Scalar or SubqueryKind.Exists or SubqueryKind.Array)
                return value;
            if (TryJoin(node, subquery, isConditional) is not { } joined)
                return expression;
            node = joined.Plan;
            known[subquery] = joined.Value;
            return joined.Value;
        }

        IReadOnlyList<Expression> children = expression.Children;
        Expression[]? replaced = null;
        for (int i = 0; i < children.Count; i++)
        {
            Expression child = Replace(ref node, children[i], known, isConditional || IsConditional(expression, i));
            if (replaced is null && !ReferenceEquals(child, children[i]))
                replaced = [.. children];
            if (replaced is not null)
                replaced[i] = child;
        }

        return replaced is null ? expression : expression.WithChildren(replaced);
    }

    /// <summary>True when an operand may not be evaluated for every row.</summary>
    private static bool IsConditional(Expression expression, int child) => expression switch
    {
        CaseExpression choice => child > 0 && !(choice.Operand is not null && child == expression.Children.Count - 1),
        CoalesceExpression or BooleanExpression { Operator: BooleanOperator.And or BooleanOperator.Or } => child > 0,
        _ => false,
    };

    private Joined? TryJoin(PhysicalNode node, SubqueryExpression subquery, bool isConditional)
    {
        HashSet<int> outer = TreeWalker.OuterColumns(subquery.Query);
        if (outer.Count == 0 || !outer.IsSubsetOf(node.Columns) || subquery.Tests.Any(HasSubquery) || (isConditional && !SafeTree.CannotFail(subquery.Query)))
            return null;
        _depth++;
        try
        {
            double runs = _cost.OfRuns(subquery, node.Rows, outer);
            if (runs < RunsCostMin)
                return null;
            return Cheaper(node, runs, outer, SafeTree.HardlyFails(subquery.Query), (left, domain) => subquery.Kind switch
            {
                SubqueryKind.Scalar => Scalar(left, subquery, outer, domain),
                SubqueryKind.Exists => Exists(left, subquery, outer, domain),
                SubqueryKind.Any => Any(left, subquery, outer, domain),
                SubqueryKind.Array => Array(left, subquery, outer, domain),
                _ => null,
            });
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>
    /// A join that is cheaper than the runs of a subquery: with the links of its own equalities, or, when there are none or groups that no outer row asks for might fail, with the domain of outer values.
    /// </summary>
    private Joined? Cheaper(PhysicalNode node, double runs, HashSet<int> outer, bool isSafe, Func<PhysicalNode, CorrelationDomain?, Joined?> join)
    {
        int subplans = state.Plan.Subplans.Count;
        if (node.Ordering.Count > 0)
            runs -= PlanBuilder.SortCost(node.Rows) / GainMin;
        if (isSafe && join(node, null) is { } linked)
        {
            if (linked.Plan.TotalCost - node.TotalCost < runs * GainMin)
                return linked;
        }
        else if (MayKeepRows() && CorrelationDomain.Of(state, node, outer) is { } domain && join(domain.Rows(), domain) is { } joined
            && joined.Plan.TotalCost - node.TotalCost < runs * GainMin)
        {
            return joined with { Plan = domain.Wrap(joined.Plan) };
        }

        state.Plan.Subplans.RemoveRange(subplans, state.Plan.Subplans.Count - subplans);
        return null;
    }

    /// <summary>Rows that are looked at again in a newer version, or locked one by one, must come from their tables.</summary>
    public bool MayKeepRows() => !state.Plan.IsWriting && !state.Plan.Relations.Any(static access => access.IsRowLocked || access.IsWritten);

    private DependentJoin NewJoin(HashSet<int> outer, CorrelationDomain? domain) => new(state.Metadata, state.Context.Functions, outer, domain);

    private Joined? Scalar(PhysicalNode node, SubqueryExpression subquery, HashSet<int> outer, CorrelationDomain? domain)
    {
        (RelationalNode root, Expression value) = Peel(subquery, outer);
        if (NewJoin(outer, domain).Push(root) is not { Links.Count: > 0 } tree)
            return null;
        if (!tree.IsSingle && !UniqueInput.IsUnique(tree.Node, tree.Conditions))
        {
            if (tree.EmptyRow is not null)
                return null;
            (tree, value) = OneRowOfEach(tree, value);
        }

        HashSet<int> columns = TreeWalker.ColumnsOf(value);
        columns.IntersectWith(tree.Node.Columns);
        RightSide right = RightOf(tree, columns);
        Expression found = right.Renamed(value);
        Expression missing = tree.EmptyRow is { } empty ? Folded(value, empty) : ConstantExpression.Null(value.Type);
        PhysicalNode plan = state.Joins.Beside(JoinType.Left, node, right.Tree, right.Conditions, right.NeededWith(node), isLateral: false, node.Rows)!;
        return new Joined(plan, DependentJoin.Otherwise(right.Marker, missing, found));
    }

    /// <summary>
    /// A tree that may have several rows for an outer one, as one row with their number: two are an error, but only for an outer row that meets them and whose value is asked for.
    /// </summary>
    private (UnnestedTree Tree, Expression Value) OneRowOfEach(UnnestedTree tree, Expression value)
    {
        int[] links = [.. CorrelationLink.ColumnsOf(tree.Links).Distinct()];
        int count = state.Metadata.AddColumn("count", SqlType.Int8);
        var calls = new List<AggregateCall> { new(count, Count(CountRows, []), []) };
        var names = new Dictionary<int, ColumnExpression>();
        foreach (int column in TreeWalker.ColumnsOf(value).Where(tree.Node.Columns.Contains).Except(links))
        {
            SqlType type = state.Metadata[column].Type;
            int name = state.Metadata.AddColumn(state.Metadata[column].Name, type);
            names.Add(column, new ColumnExpression(name, type));
            calls.Add(new AggregateCall(name, new FirstValueAggregate(type), [new ColumnExpression(column, type)]));
        }

        Expression first = value.Transform(part => part is ColumnExpression column && names.TryGetValue(column.Column, out ColumnExpression? name) ? name : part);
        return (new UnnestedTree(new AggregateNode(tree.Node, links, calls), tree.Links), new OnlyRowExpression(first, new ColumnExpression(count, SqlType.Int8)));
    }

    /// <summary>Targets of the only row that read the outer row are computed above the join.</summary>
    private static (RelationalNode Root, Expression Value) Peel(SubqueryExpression subquery, HashSet<int> outer)
    {
        if (subquery.Query is ProjectNode top)
        {
            foreach (ProjectedColumn item in top.Items)
            {
                if (item.Column == subquery.Columns[0] && TreeWalker.ColumnsOf(item.Value).Overlaps(outer) && !HasSubquery(item.Value))
                    return (top.Input, item.Value);
            }
        }

        return (subquery.Query, new ColumnExpression(subquery.Columns[0], subquery.Type));
    }

    private Expression Folded(Expression value, IReadOnlyDictionary<int, Expression> empty) => value.Transform(part =>
        ConstantFolding.Fold(part is ColumnExpression column && empty.TryGetValue(column.Column, out Expression? known) ? known : part, state.Context.Functions));

    private Joined? Exists(PhysicalNode node, SubqueryExpression subquery, HashSet<int> outer, CorrelationDomain? domain)
    {
        if (NewJoin(outer, domain).Push(Rows(subquery.Query)) is not { Links.Count: > 0, EmptyRow: null } tree)
            return null;
        RightSide right = RightOf(Grouped(tree, []), []);
        PhysicalNode plan = state.Joins.Beside(JoinType.Left, node, right.Tree, right.Conditions, right.NeededWith(node), isLateral: false, node.Rows)!;
        return new Joined(plan, new NullTestExpression(new ColumnExpression(right.Marker, SqlType.Boolean), isNotNull: true));
    }

    /// <summary>What EXISTS looks at: whether there are rows, not which.</summary>
    private static RelationalNode Rows(RelationalNode node) => node switch
    {
        ProjectNode project => Rows(project.Input),
        SortNode sort => Rows(sort.Input),
        DistinctNode distinct => Rows(distinct.Input),
        LimitNode { Offset: null, Limit: ConstantExpression { IsNull: false } count } limit when count.Value.Get<long>() > 0 => Rows(limit.Input),
        _ => node,
    };

    /// <summary>EXISTS and IN as conditions of their own, which their rewrite could not turn into joins.</summary>
    private PhysicalNode? AsSemiJoin(PhysicalNode node, Expression condition)
    {
        bool isNegated = condition is BooleanExpression { Operator: BooleanOperator.Not };
        Expression inner = condition is BooleanExpression { Operator: BooleanOperator.Not } not ? not.Operands[0] : condition;
        bool isWanted = inner is SubqueryExpression { Kind: SubqueryKind.Exists } || (inner is SubqueryExpression { Kind: SubqueryKind.Any } && !isNegated);
        if (!isWanted || inner is not SubqueryExpression subquery || subquery.Tests.Any(HasSubquery))
            return null;
        HashSet<int> outer = TreeWalker.OuterColumns(subquery.Query);
        if (outer.Count == 0 || !outer.IsSubsetOf(node.Columns))
            return null;
        _depth++;
        try
        {
            double runs = _cost.OfRuns(subquery, node.Rows, outer);
            if (runs < RunsCostMin)
                return null;
            double rows = Math.Max(1, node.Rows * state.Selectivity.Of(condition));
            return Cheaper(node, runs, outer, SafeTree.HardlyFails(subquery.Query), (left, domain) =>
            {
                RelationalNode root = subquery.Kind == SubqueryKind.Exists ? Rows(subquery.Query) : subquery.Query;
                if (NewJoin(outer, domain).Push(root) is not { Links.Count: > 0, EmptyRow: null } tree)
                    return null;
                var conditions = new List<Expression>(tree.Conditions);
                if (subquery.Kind == SubqueryKind.Any)
                    conditions.AddRange(Conjunction.Split(subquery.ComparisonWithTests));
                RelationalNode right = Pruned(new ProjectNode(tree.Node, [.. subquery.Columns.Where(tree.Node.Columns.Contains).Concat(CorrelationLink.ColumnsOf(tree.Links)).Distinct().Select(PassOn)]));
                PhysicalNode plan = state.Joins.Beside(isNegated ? JoinType.Anti : JoinType.Semi, left, right, conditions, left.Columns.ToHashSet(), isLateral: false, rows)!;
                return new Joined(plan, ConstantExpression.Boolean(true));
            })?.Plan;
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>
    /// IN where its unknown result shows: joined once by the value, which tells that it is there, and once by the outer values alone, which tells whether there are rows and nulls among them.
    /// </summary>
    private Joined? Any(PhysicalNode node, SubqueryExpression subquery, HashSet<int> outer, CorrelationDomain? domain)
    {
        if (subquery is not { Comparison: FunctionExpression { Operator: { Name: "=", CanHash: true }, Arguments: [TestExpression, ColumnExpression tested] }, Tests: [var test] }
            || tested.Column != subquery.Columns[0])
            return null;
        if (NewJoin(outer, domain).Push(subquery.Query) is not { Links.Count: > 0, EmptyRow: null } tree)
            return null;
        RightSide matches = RightOf(Grouped(tree, [tested.Column]), [tested.Column]);
        Expression match = matches.Renamed(subquery.ComparisonWithTests);
        PhysicalNode plan = state.Joins.Beside(JoinType.Left, node, matches.Tree, [.. matches.Conditions, match], matches.NeededWith(node), isLateral: false, node.Rows)!;

        int rowCount = state.Metadata.AddColumn("count", SqlType.Int8), valueCount = state.Metadata.AddColumn("count", SqlType.Int8);
        AggregateCall[] calls =
        [
            new AggregateCall(rowCount, Count(CountRows, []), []),
            new AggregateCall(valueCount, Count(CountValues, [tested.Type]), [tested]),
        ];
        int[] links = [.. CorrelationLink.ColumnsOf(tree.Links).Distinct()];
        RightSide groups = RightOf(new UnnestedTree(new AggregateNode(tree.Node, links, calls), tree.Links), [rowCount, valueCount]);
        plan = state.Joins.Beside(JoinType.Left, plan, groups.Tree, groups.Conditions, groups.NeededWith(plan), isLateral: false, node.Rows)!;
        OperatorInfo less = BuiltinRegistry.Operator(Int8Less)!;
        Expression hasNulls = new FunctionExpression(
            less.Function!, SqlType.Boolean,
            [groups.Renamed(new ColumnExpression(valueCount, SqlType.Int8)), groups.Renamed(new ColumnExpression(rowCount, SqlType.Int8))]) { Operator = less, Form = CallForm.Operator };
        var value = new CaseExpression(
            SqlType.Boolean, null,
            [
                new NullTestExpression(new ColumnExpression(matches.Marker, SqlType.Boolean), isNotNull: true),
                new NullTestExpression(new ColumnExpression(groups.Marker, SqlType.Boolean), isNotNull: false),
                new NullTestExpression(test, isNotNull: false),
                hasNulls,
            ],
            [ConstantExpression.Boolean(true), ConstantExpression.Boolean(false), ConstantExpression.Null(SqlType.Boolean), ConstantExpression.Null(SqlType.Boolean)],
            ConstantExpression.Boolean(false));
        return new Joined(plan, value);
    }

    /// <summary>ARRAY(…) is array_agg in the order of the subquery.</summary>
    private Joined? Array(PhysicalNode node, SubqueryExpression subquery, HashSet<int> outer, CorrelationDomain? domain)
    {
        int column = subquery.Columns[0];
        SqlType element = state.Metadata[column].Type;
        if (element.IsArray || subquery.Type.ElementOid != element.Oid || BuiltinRegistry.Function(ArrayAggregate) is not { } function)
            return null;
        RelationalNode source = subquery.Query;
        var sort = source as SortNode ?? (source as ProjectNode)?.Input as SortNode;
        if (source is ProjectNode hidden && sort is not null)
        {
            if (!hidden.Items.All(static item => item.IsPassThrough))
                return null;
            source = sort;
        }

        List<SortKey> keys = sort is null ? [] : [.. sort.Keys];
        AggregateFunction collect = BuiltinAggregates.Create(function, [element], subquery.Type);
        int result = state.Metadata.AddColumn("array", subquery.Type);
        Expression[] arguments = [new ColumnExpression(column, element), .. keys.Select(key => new ColumnExpression(key.Column, state.Metadata[key.Column].Type))];
        var call = new AggregateCall(result, collect, arguments)
        {
            ArgumentCount = 1,
            OrderBy = [.. keys.Select(static (key, i) => (i + 1, key.Descending, key.NullsFirst))],
        };
        if (NewJoin(outer, domain).Push(new AggregateNode(sort?.Input ?? source, [], [call])) is not { Links.Count: > 0 } tree)
            return null;
        RightSide right = RightOf(tree, [result]);
        PhysicalNode plan = state.Joins.Beside(JoinType.Left, node, right.Tree, right.Conditions, right.NeededWith(node), isLateral: false, node.Rows)!;
        var none = new ConstantExpression(subquery.Type, Datum.OfBytes(new ArrayBuilder().Build(element.Oid).ToArray()));
        return new Joined(plan, new CoalesceExpression(subquery.Type, [right.Renamed(new ColumnExpression(result, subquery.Type)), none]));
    }

    private const uint ArrayAggregate = 2335;
    private const uint CountRows = 2803;
    private const uint CountValues = 2147;
    private const uint Int8Less = 412;

    private static AggregateFunction Count(uint function, SqlType[] arguments) => BuiltinAggregates.Create(BuiltinRegistry.Function(function)!, arguments, SqlType.Int8);

    /// <summary>One row for each combination of links and columns.</summary>
    private static UnnestedTree Grouped(UnnestedTree tree, IReadOnlyList<int> columns) =>
        new(new AggregateNode(tree.Node, [.. CorrelationLink.ColumnsOf(tree.Links).Concat(columns).Distinct()], []), tree.Links);

    private ProjectedColumn PassOn(int column) => new(column, new ColumnExpression(column, state.Metadata[column].Type));

    /// <summary>An unnested tree as the right side of a join: under column numbers of its own, since a subquery may stand in several places, with a marker of rows that are there.</summary>
    private sealed record RightSide(RelationalNode Tree, IReadOnlyList<Expression> Conditions, int Marker, IReadOnlyDictionary<int, int> Names, QueryMetadata Metadata)
    {
        public Expression Renamed(Expression expression) => expression.Transform(part =>
            part is ColumnExpression column && Names.TryGetValue(column.Column, out int renamed) ? new ColumnExpression(renamed, column.Type) : part);

        public HashSet<int> NeededWith(PhysicalNode left) => [.. left.Columns, Marker, .. Names.Values];
    }

    private RightSide RightOf(UnnestedTree tree, IEnumerable<int> columns)
    {
        int marker = state.Metadata.AddColumn("present", SqlType.Boolean);
        var items = new List<ProjectedColumn> { new(marker, ConstantExpression.Boolean(true)) };
        var names = new Dictionary<int, int>();
        foreach (int column in columns.Concat(CorrelationLink.ColumnsOf(tree.Links)).Distinct())
        {
            int name = state.Metadata.AddColumn(state.Metadata[column].Name, state.Metadata[column].Type);
            names.Add(column, name);
            items.Add(new ProjectedColumn(name, new ColumnExpression(column, state.Metadata[column].Type)));
        }

        RelationalNode right = Pruned(new ProjectNode(tree.Node, items));
        return new RightSide(right, [.. tree.Links.Select(link => link.Renamed(names[link.Column]).Condition)], marker, names, state.Metadata);
    }

    /// <summary>The tree with its conditions where they belong and without columns that nobody reads, as all trees are planned.</summary>
    public RelationalNode Pruned(RelationalNode tree)
    {
        var context = new RewriteContext(state.Metadata, state.Context.Functions);
        RelationalNode pruned = new ColumnPruning().Apply(PredicatePushdown.PushDown(tree, context), context);
        state.Selectivity.Variables.Learn(pruned);
        return pruned;
    }
}
