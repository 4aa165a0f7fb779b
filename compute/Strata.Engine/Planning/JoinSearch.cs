using System.Numerics;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning;

/// <summary>
/// Orders joins: by dynamic programming over the sets of relations (bushy trees too) up to <see cref="ExhaustiveMax"/> of them, beyond that greedily by the
/// smallest result, and by dynamic programming over linear orders when that is worth it. Semi and anti joins take part: they come when the relations that their conditions read are there. Candidates are only costed; nodes are
/// made for the winner. One per join; not thread-safe.
/// </summary>
internal sealed class JoinSearch
{
    /// <summary>Most relations that are ordered exhaustively.</summary>
    public const int ExhaustiveMax = 12;

    /// <summary>Most relations in one join: their sets are bits of a word.</summary>
    public const int RelationsMax = 62;

    private const int ProductsMax = 4;

    // Joins that are thought to cost this much, and those of so many relations that the thought is worth little, are searched by samples of their tables, unless these are small.
    private const double ThoroughCostMin = 100;
    private const int ThoroughRelationsMin = 5;
    private const int SampledRelationsMin = 3;
    private const double SampledPagesMin = 64;

    // Joins looked at in linear orders, and orders, at most.
    private const int LinearJoinsMax = 16_000;
    private const int LinearOrdersMax = 8;

    private enum Method
    {
        Leaf,
        Hash,
        Loop,
        LoopWithParameters,
        LoopWithMemory,
        Merge,
    }

    /// <summary>A join of a set of relations so far: how, and what it costs.</summary>
    private sealed record Partial(ulong Set, ulong Neighbours, Method Method, Partial? Left, int Leaf, Partial? Right, ParameterizedSide? Side, double Rows, double Cost);

    /// <summary>What the search asks of a condition, over and over.</summary>
    private readonly record struct Link(ulong Mask, bool CanHash, int Class);

    private readonly PlannerState _state;
    private readonly JoinBuilder _builder;
    private readonly AdaptiveJoins _adaptive;
    private readonly IReadOnlyList<JoinLeaf> _leaves;
    private readonly IReadOnlySet<int>? _needed;
    private readonly HashSet<int>[] _columns;
    private readonly ulong[] _requires;
    private readonly bool[] _isLateral;
    private readonly RelationalNode[] _trees;
    private readonly PhysicalNode?[] _plans;
    private List<JoinCondition> _conditions = [];
    private readonly List<Expression> _last = [];
    private readonly JoinCondition[][] _leafConditions;
    private readonly ulong[] _partners;
    private readonly Link[] _links;
    private readonly JoinRows _rows;
    private readonly Dictionary<(int Leaf, ulong Partners), ParameterizedSide?> _sides = [];
    private readonly Dictionary<(int Leaf, SortKey First), PhysicalNode?> _orderedLeaves = [];
    private readonly Dictionary<(ulong Left, ulong Right), (IReadOnlyList<SortKey> Left, IReadOnlyList<SortKey> Right)> _orders = [];

    public JoinSearch(
        PlannerState state, JoinBuilder builder, IReadOnlyList<JoinLeaf> leaves, IReadOnlyList<Expression> conditions, IReadOnlySet<int>? needed)
    {
        _state = state;
        _builder = builder;
        _adaptive = new AdaptiveJoins(state, builder);
        _leaves = leaves;
        _needed = needed;
        _columns = leaves.Select(leaf => leaf.Node.Columns.ToHashSet()).ToArray();
        _requires = new ulong[leaves.Count];
        _isLateral = new bool[leaves.Count];
        _trees = leaves.Select(leaf => leaf.Node).ToArray();
        _plans = new PhysicalNode?[leaves.Count];
        _leafConditions = new JoinCondition[leaves.Count][];
        Sort(conditions);
        _conditions = EquivalenceClasses.Close(_conditions, column => MaskOf([column]), Wrap);
        _links = [.. _conditions.Select(static condition => new Link(condition.Mask, condition.CanHash, condition.Class))];
        _partners = new ulong[leaves.Count];
        for (int i = 0; i < leaves.Count; i++)
        {
            foreach (JoinCondition condition in _conditions)
                _partners[i] |= (condition.Mask & (1UL << i)) != 0 ? condition.Mask : 0;
            ulong lateral = MaskOf(TreeWalker.OuterColumns(_trees[i])) & ~(1UL << i);
            _isLateral[i] = lateral != 0;
            _requires[i] = lateral;
            _leafConditions[i] = leaves[i].Conditions.Select(Wrap).ToArray();
            foreach (JoinCondition condition in _leafConditions[i])
                _requires[i] |= condition.Mask & ~(1UL << i);
        }

        PlanLeaves();
        _rows = new JoinRows(state, leaves, _trees, _columns, _conditions, _leafConditions, leaf => _plans[leaf]?.Rows);
    }

    private ulong All => (1UL << _leaves.Count) - 1;

    /// <summary>The cheapest order found, as nodes.</summary>
    public PhysicalNode Plan()
    {
        // Of many relations the first thought is worth little: then there is none.
        Partial? best = _leaves.Count < ThoroughRelationsMin ? Search(isThorough: false) : null;
        if (best is null || best.Cost >= ThoroughCostMin)
        {
            bool isSampled = _leaves.Count >= SampledRelationsMin && PagesOfTables() >= SampledPagesMin && _rows.UseSamples();
            if (isSampled)
                PlanLeaves();
            if (isSampled || best is null)
                best = Search(isThorough: true);
        }

        PhysicalNode plan = Build(best);
        return _last.Count == 0 ? plan : _state.Builder.Filter(plan, _last);
    }

    private void PlanLeaves()
    {
        _orderedLeaves.Clear();
        for (int i = 0; i < _leaves.Count; i++)
        {
            // A subquery was planned as well as it can be; scans may be known better by now.
            if (!_isLateral[i] && (_plans[i] is null || IsPlainScan(_trees[i])))
                _plans[i] = _state.Builder.Plan(_trees[i]);
        }
    }

    private double PagesOfTables()
    {
        double pages = 0;
        foreach (RelationalNode tree in _trees)
        {
            if ((tree as ScanNode ?? (tree as FilterNode)?.Input as ScanNode) is { Relation.Storage: not 0 } scan)
                pages += _state.SizeOf(scan.Relation).Pages;
        }

        return pages;
    }

    private static bool IsPlainScan(RelationalNode tree) =>
        tree is FilterNode { Input: ScanNode } filter && !filter.Conjuncts.Any(static condition => condition.Any(static part => part is SubqueryExpression));

    private Partial Search(bool isThorough)
    {
        if (_state.Settings.JoinOrderSeed != 0)
            return AtRandom(new OrderLottery(_state.Settings.JoinOrderSeed));
        if (_leaves.Count <= ExhaustiveMax && Exhaustive() is { } exact)
            return exact;
        Partial best = Greedy();
        if (!isThorough)
            return best;
        foreach (int[] order in LinearOrders())
        {
            if (OverIntervals(order) is { } found && found.Cost < best.Cost)
                best = found;
        }

        return best;
    }

    /// <summary>Conditions on one relation go to its tree, those that read none (or are volatile) above all joins.</summary>
    private void Sort(IReadOnlyList<Expression> conditions)
    {
        var own = new List<Expression>[_leaves.Count];
        foreach (Expression expression in conditions)
        {
            JoinCondition condition = Wrap(expression);
            if (condition.Mask == 0 || expression.IsVolatile)
                _last.Add(expression);
            else if (BitOperations.PopCount(condition.Mask) > 1)
                _conditions.Add(condition with { Share = AddRestrictions(condition, own) });
            else if (_leaves[BitOperations.TrailingZeroCount(condition.Mask)].Type == JoinType.Inner)
                (own[BitOperations.TrailingZeroCount(condition.Mask)] ??= []).Add(expression);
            else
                _last.Add(expression);
        }

        for (int i = 0; i < own.Length; i++)
        {
            if (own[i] is not null)
                _trees[i] = JoinPlanner.WithFilter(_trees[i], own[i]);
        }
    }

    /// <summary>
    /// What an OR over several relations says of one of them, (a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4) ⇒ a.x = 1 OR a.x = 3, filters it early, as in
    /// PostgreSQL's extract_restriction_or_clauses. Returns the share that is left for the whole condition.
    /// </summary>
    private double AddRestrictions(JoinCondition condition, List<Expression>[] own)
    {
        if (condition.Expression is not BooleanExpression { Operator: BooleanOperator.Or } or || or.IsVolatile || or.Any(part => part is SubqueryExpression))
            return condition.Share;
        double share = condition.Share;
        for (int i = 0; i < _leaves.Count; i++)
        {
            if ((condition.Mask & (1UL << i)) == 0 || _leaves[i].Type != JoinType.Inner)
                continue;
            var branches = new List<Expression>();
            foreach (Expression operand in or.Operands)
            {
                List<Expression> parts = Binding.Conjunction.Split(operand).Where(part => TreeWalker.ColumnsOf(part) is { Count: > 0 } used && used.IsSubsetOf(_columns[i])).ToList();
                if (parts.Count > 0)
                    branches.Add(BooleanExpression.And(parts));
            }

            if (branches.Count != or.Operands.Count)
                continue;
            var restriction = new BooleanExpression(BooleanOperator.Or, branches);
            (own[i] ??= []).Add(restriction);
            share = Math.Min(1, share / _state.Selectivity.Of(restriction));
        }

        return share;
    }

    private JoinCondition Wrap(Expression expression)
    {
        bool canHash = expression is FunctionExpression { Operator: { Name: "=", CanHash: true } } or DistinctFromExpression { IsNot: true, Equality.CanHash: true } && !expression.IsVolatile;
        return new JoinCondition(expression, MaskOf(TreeWalker.ColumnsOf(expression)), canHash, _state.Selectivity.Of(expression));
    }

    private ulong MaskOf(HashSet<int> columns)
    {
        ulong mask = 0;
        for (int i = 0; i < _columns.Length; i++)
        {
            if (columns.Overlaps(_columns[i]))
                mask |= 1UL << i;
        }

        return mask;
    }

    private Partial LeafOf(int i) => new(1UL << i, _partners[i], Method.Leaf, null, i, null, null, _plans[i]!.Rows, _plans[i]!.TotalCost);

    private Partial? Exhaustive()
    {
        int count = _leaves.Count;
        var best = new Partial?[1 << count];
        for (int i = 0; i < count; i++)
        {
            if (CanBegin(i))
                best[1 << i] = LeafOf(i);
        }

        ulong[] adjacent = Adjacent();
        for (int size = 2; size <= count; size++)
        {
            for (uint set = 1; set < best.Length; set++)
            {
                if (BitOperations.PopCount(set) == size && IsConnected(set, adjacent))
                    PlanSet(set, best, connectedOnly: true);
            }

            // Sets that no condition connects are joined as products only when nothing else reaches them.
            for (uint set = 1; set < best.Length && (size == count || count <= ProductsMax); set++)
            {
                if (BitOperations.PopCount(set) == size && best[set] is null)
                    PlanSet(set, best, connectedOnly: false);
            }
        }

        return best[^1];
    }

    /// <summary>By relation, those that it may be joined to without a product: partners in conditions, what it requires and who requires it.</summary>
    private ulong[] Adjacent()
    {
        var adjacent = new ulong[_leaves.Count];
        for (int i = 0; i < adjacent.Length; i++)
        {
            // A relation that only tells whether others stay may come anywhere when it asks for none of them.
            ulong others = _leaves[i].Type != JoinType.Inner && _requires[i] == 0 ? All : _partners[i] | _requires[i];
            adjacent[i] |= others;
            for (; others != 0; others &= others - 1)
                adjacent[BitOperations.TrailingZeroCount(others)] |= 1UL << i;
        }

        return adjacent;
    }

    /// <summary>False for a set that falls into parts which nothing connects: most sets of a chain do, and none of their many splits has to be tried.</summary>
    private static bool IsConnected(ulong set, ulong[] adjacent)
    {
        ulong reached = set & (~set + 1), open = reached;
        while (open != 0)
        {
            ulong next = adjacent[BitOperations.TrailingZeroCount(open)] & set & ~reached;
            open = (open & (open - 1)) | next;
            reached |= next;
        }

        return reached == set;
    }

    private void PlanSet(uint set, Partial?[] best, bool connectedOnly)
    {
        // Every split into two parts with plans; a part of one relation may also be read through an index by the other's values.
        Partial? known = null;
        for (uint left = (set - 1) & set; left != 0; left = (left - 1) & set)
        {
            if (best[left] is { } outer)
                known = Join(outer, set & ~left, best[set & ~left], connectedOnly, known?.Cost ?? double.PositiveInfinity) ?? known;
        }

        best[set] = known;
    }

    /// <summary>The cheapest join of a part with another part, or null when there is none that costs less than <paramref name="below"/>.</summary>
    private Partial? Join(Partial outer, ulong right, Partial? inner, bool connectedOnly, double below = double.PositiveInfinity)
    {
        int leaf = BitOperations.PopCount(right) == 1 ? BitOperations.TrailingZeroCount(right) : -1;
        if (outer.Cost >= below || (leaf < 0 ? inner is null : (_requires[leaf] & ~outer.Set) != 0))
            return null;
        JoinType type = leaf >= 0 ? _leaves[leaf].Type : JoinType.Inner;
        bool mustConnect = connectedOnly && type == JoinType.Inner && (leaf < 0 || _requires[leaf] == 0);
        if (mustConnect && (outer.Neighbours & right) == 0)
            return null;
        int count = 0, keys = 0;
        Between(outer.Set, right, leaf, ref keys, ref count);
        if (mustConnect && count == 0)
            return null;
        ulong set = outer.Set | right;
        double rows = _rows.Of(set);
        Partial? innerPart = inner ?? (leaf >= 0 && !_isLateral[leaf] ? LeafOf(leaf) : null);
        Method method = Method.Leaf;
        double cost = below;
        if (innerPart is not null && outer.Cost + innerPart.Cost < cost)
        {
            double inputs = outer.Cost + innerPart.Cost;
            if (keys > 0)
            {
                Take(inputs + CostModel.HashJoin(outer.Rows, innerPart.Rows, keys, rows) + _state.Settings.CostOf(PlannerMethods.HashJoin), Method.Hash);
                if (MergeCost(outer, innerPart, type, count, leaf) is { } merge)
                    Take(merge + (rows * CostModel.CpuTupleCost), Method.Merge);
            }

            Take(inputs + CostModel.Loop(outer.Rows, innerPart.Rows, count, rows) + _state.Settings.CostOf(PlannerMethods.NestedLoop), Method.Loop);
        }

        ParameterizedSide? side = leaf >= 0 ? SideOf(leaf, outer.Set) : null;
        if (side is not null)
        {
            Take(outer.Cost + _builder.LoopCost(type, outer.Rows, side, remember: false, rows), Method.LoopWithParameters);
            if (_builder.MayRemember(side))
                Take(outer.Cost + _builder.LoopCost(type, outer.Rows, side, remember: true, rows), Method.LoopWithMemory);
        }

        if (method == Method.Leaf)
            return null;
        bool isLoopOverSide = method is Method.LoopWithParameters or Method.LoopWithMemory;
        return new Partial(set, outer.Neighbours | NeighboursOf(right, innerPart), method, outer, leaf, isLoopOverSide ? null : innerPart, isLoopOverSide ? side : null, rows, cost);

        void Take(double candidate, Method with)
        {
            if (candidate < cost)
                (cost, method) = (candidate, with);
        }
    }

    private ulong NeighboursOf(ulong right, Partial? part) => part?.Neighbours ?? _partners[BitOperations.TrailingZeroCount(right)];

    /// <summary>
    /// Cost of a merge join without its result, or null when it can't be one. A side that is one relation may come in order out of an index; anything else is sorted.
    /// </summary>
    private double? MergeCost(Partial outer, Partial inner, JoinType type, int count, int leaf)
    {
        // Conditions that are no equalities would have to be looked at by the join itself unless it is an inner one.
        if (!_state.Settings.Allows(PlannerMethods.MergeJoin) || (type != JoinType.Inner && count > 1))
            return null;
        double hashed = CostModel.HashJoin(outer.Rows, inner.Rows, 1, 0) + outer.Cost + inner.Cost + _state.Settings.CostOf(PlannerMethods.HashJoin);
        double merged = CostModel.MergeJoin(outer.Rows, inner.Rows, 0);
        // Sorting both sides is never cheaper than hashing one, so only sides that an index orders are worth a look (all, when hashing is off).
        if (merged + SortedCostMin(outer) + SortedCostMin(inner) > hashed)
            return null;
        if (!_orders.TryGetValue((outer.Set, inner.Set), out (IReadOnlyList<SortKey> Left, IReadOnlyList<SortKey> Right) orders))
            _orders.Add((outer.Set, inner.Set), orders = OrdersOf(outer.Set, inner.Set, leaf));
        (IReadOnlyList<SortKey> left, IReadOnlyList<SortKey> right) = orders;
        if (left.Count == 0)
            return null;
        return merged + OrderedCost(outer, left) + OrderedCost(inner, right);
    }

    /// <summary>What a part in order costs at least: only relations may come in order out of an index.</summary>
    private static double SortedCostMin(Partial part) => part.Method == Method.Leaf ? 0 : part.Cost + PlanBuilder.SortCost(part.Rows);

    /// <summary>The order of both sides by the equalities between them; empty when those are not of plain columns.</summary>
    private (IReadOnlyList<SortKey> Left, IReadOnlyList<SortKey> Right) OrdersOf(ulong left, ulong right, int leaf)
    {
        var leftOrder = new List<SortKey>();
        var rightOrder = new List<SortKey>();
        HashSet<int> leftColumns = ColumnsOf(left);
        HashSet<int> rightColumns = ColumnsOf(right);
        foreach (Expression expression in ConditionsOf(left, right, leaf))
        {
            if (expression is not FunctionExpression { Operator: { Name: "=", CanHash: true }, Arguments: [ColumnExpression a, ColumnExpression b] } || a.Type.Oid != b.Type.Oid)
                continue;
            (ColumnExpression mine, ColumnExpression other) = leftColumns.Contains(a.Column) ? (a, b) : (b, a);
            if (!leftColumns.Contains(mine.Column) || !rightColumns.Contains(other.Column))
                continue;
            leftOrder.Add(new SortKey(mine.Column, false, false));
            rightOrder.Add(new SortKey(other.Column, false, false));
        }

        return (leftOrder, rightOrder);
    }

    private double OrderedCost(Partial part, IReadOnlyList<SortKey> order)
    {
        double sorted = part.Cost + PlanBuilder.SortCost(part.Rows) + _state.Settings.CostOf(PlannerMethods.Sort);
        if (part.Method == Method.Leaf && OrderedLeaf(part.Leaf, order) is { } plan)
            return Math.Min(sorted, plan.TotalCost);
        return sorted;
    }

    /// <summary>A relation read in an order, if an index gives it; null otherwise.</summary>
    private PhysicalNode? OrderedLeaf(int leaf, IReadOnlyList<SortKey> order)
    {
        (int, SortKey) key = (leaf, order[0]);
        if (!_orderedLeaves.TryGetValue(key, out PhysicalNode? plan))
        {
            plan = _isLateral[leaf] || IsJoin(leaf) ? null : _state.Builder.Plan(_trees[leaf], order);
            if (plan is not null && PlanBuilder.SortedPrefix(plan.Ordering, order) < order.Count)
                plan = null;
            _orderedLeaves.Add(key, plan);
        }

        return plan is not null && PlanBuilder.SortedPrefix(plan.Ordering, order) == order.Count ? plan : null;
    }

    private PhysicalNode BuildMerge(Partial part, JoinType type)
    {
        Partial outer = part.Left!;
        Partial inner = part.Right!;
        (IReadOnlyList<SortKey> leftOrder, IReadOnlyList<SortKey> rightOrder) = OrdersOf(outer.Set, inner.Set, part.Leaf);
        PhysicalNode left = InOrder(outer, leftOrder);
        PhysicalNode right = InOrder(inner, rightOrder);
        List<Expression> conditions = ConditionsOf(outer.Set, inner.Set, part.Leaf);
        return _builder.Merge(type, left, right, conditions, part.Rows)
            ?? _builder.Hash(type, left, right, conditions, NeededAbove(part.Set), part.Rows)
            ?? _builder.Loop(type, left, right, conditions, part.Rows);
    }

    private PhysicalNode InOrder(Partial part, IReadOnlyList<SortKey> order) =>
        part.Method == Method.Leaf && OrderedLeaf(part.Leaf, order) is { } ordered && ordered.TotalCost < part.Cost + PlanBuilder.SortCost(part.Rows)
            + _state.Settings.CostOf(PlannerMethods.Sort)
            ? ordered
            : Build(part);

    private void Between(ulong left, ulong right, int leaf, ref int keys, ref int count)
    {
        ulong classes = 0;
        foreach (ref readonly Link link in _links.AsSpan())
        {
            if (!Connects(link.Mask, left, right) || IsKnown(link.Class, ref classes))
                continue;
            keys += link.CanHash ? 1 : 0;
            count++;
        }

        if (leaf < 0)
            return;
        foreach (JoinCondition condition in _leafConditions[leaf])
        {
            keys += condition.CanHash && (condition.Mask & left) != 0 && (condition.Mask & right) != 0 ? 1 : 0;
            count++;
        }
    }

    private static bool Connects(ulong mask, ulong left, ulong right) => (mask & left) != 0 && (mask & right) != 0 && (mask & ~(left | right)) == 0;

    /// <summary>True when another condition of the same class was met: within each side its columns are equal already.</summary>
    private static bool IsKnown(int number, ref ulong classes)
    {
        if (number is < 0 or >= 64)
            return false;
        bool known = (classes & (1UL << number)) != 0;
        classes |= 1UL << number;
        return known;
    }

    private List<Expression> ConditionsOf(ulong left, ulong right, int leaf)
    {
        var between = new List<Expression>();
        ulong classes = 0;
        foreach (JoinCondition condition in _conditions)
        {
            if (Connects(condition.Mask, left, right) && !IsKnown(condition.Class, ref classes))
                between.Add(condition.Expression);
        }

        if (leaf >= 0)
            between.AddRange(_leaves[leaf].Conditions);
        return between;
    }

    // Joins that stayed together are planned once: planning them anew for each order or parameter of theirs would go on through all levels.
    private bool IsJoin(int leaf) => _leaves[leaf].Node is JoinNode { Type: JoinType.Inner or JoinType.Semi or JoinType.Anti };

    private ParameterizedSide? SideOf(int leaf, ulong left)
    {
        if (IsJoin(leaf) && !_isLateral[leaf])
            return null;
        ulong partners = PartnersOf(leaf, left);
        if (!_sides.TryGetValue((leaf, partners), out ParameterizedSide? side))
        {
            side = _builder.Parameterize(ColumnsOf(partners), _trees[leaf], ConditionsOf(partners, 1UL << leaf, leaf), _isLateral[leaf]);
            _sides.Add((leaf, partners), side);
        }

        return side;
    }

    /// <summary>The relations of a set whose values a relation's conditions read: of each class of equal columns one, so that few sets of them differ.</summary>
    private ulong PartnersOf(int leaf, ulong left)
    {
        ulong own = 1UL << leaf, partners = left & _requires[leaf], classes = 0;
        foreach (ref readonly Link link in _links.AsSpan())
        {
            if ((link.Mask & own) != 0 && (link.Mask & ~(left | own)) == 0 && !IsKnown(link.Class, ref classes))
                partners |= link.Mask & ~own;
        }

        return partners;
    }

    private HashSet<int> ColumnsOf(ulong set)
    {
        var columns = new HashSet<int>();
        for (int i = 0; i < _columns.Length; i++)
        {
            if ((set & (1UL << i)) != 0)
                columns.UnionWith(_columns[i]);
        }

        return columns;
    }

    /// <summary>Orders in which each relation adds as few rows as possible to those before it, beginning with the smallest relations.</summary>
    private IEnumerable<int[]> LinearOrders()
    {
        int count = _leaves.Count;
        int orders = Math.Clamp(3 * LinearJoinsMax / (count * count * count), 1, LinearOrdersMax);
        foreach (int first in Enumerable.Range(0, count).Where(CanBegin).OrderBy(i => _plans[i]!.Rows).Take(orders))
        {
            var order = new List<int> { first };
            ulong set = 1UL << first;
            while (order.Count < count)
            {
                int next = SmallestNext(set, connectedOnly: true);
                if (next < 0)
                    next = SmallestNext(set, connectedOnly: false);
                if (next < 0)
                    yield break;
                order.Add(next);
                set |= 1UL << next;
            }

            yield return [.. order];
        }
    }

    /// <summary>The relation that leaves the fewest rows when it is joined to a set; -1 when none can be.</summary>
    private int SmallestNext(ulong set, bool connectedOnly)
    {
        int next = -1;
        double least = double.PositiveInfinity;
        for (int i = 0; i < _leaves.Count; i++)
        {
            if ((set & (1UL << i)) != 0 || (_requires[i] & ~set) != 0 || (connectedOnly && ((_partners[i] | _requires[i]) & set) == 0))
                continue;
            double rows = _rows.Of(set | (1UL << i));
            if (rows < least)
                (next, least) = (i, rows);
        }

        return next;
    }

    private bool CanBegin(int leaf) => _requires[leaf] == 0 && _leaves[leaf].Type == JoinType.Inner;

    /// <summary>The cheapest join tree, bushy ones too, whose parts all stand side by side in an order (linearized dynamic programming: Neumann and Radke, SIGMOD 2018); null when there is none.</summary>
    private Partial? OverIntervals(int[] order)
    {
        int count = order.Length;
        var best = new Partial?[count, count];
        var sets = new ulong[count, count];
        for (int i = 0; i < count; i++)
        {
            sets[i, i] = 1UL << order[i];
            best[i, i] = CanBegin(order[i]) ? LeafOf(order[i]) : null;
        }

        for (int length = 2; length <= count; length++)
        {
            for (int first = 0; first + length <= count; first++)
            {
                int last = first + length - 1;
                sets[first, last] = sets[first, last - 1] | sets[last, last];
                for (int middle = first; middle < last; middle++)
                {
                    Take(ref best[first, last], best[first, middle], sets[middle + 1, last], best[middle + 1, last]);
                    Take(ref best[first, last], best[middle + 1, last], sets[first, middle], best[first, middle]);
                }
            }
        }

        return best[0, count - 1];

        void Take(ref Partial? known, Partial? outer, ulong right, Partial? inner)
        {
            if (outer is not null)
                known = Join(outer, right, inner, connectedOnly: true, known?.Cost ?? double.PositiveInfinity) ?? known;
        }
    }

    /// <summary>Joins the two parts with the smallest result until one is left.</summary>
    private Partial Greedy() => Combine(static (candidate, best) => candidate.Rows < best.Rows || (candidate.Rows == best.Rows && candidate.Cost < best.Cost));

    /// <summary>Joins two parts that a condition connects, any of them, until one is left: for measuring how good the chosen order is.</summary>
    private Partial AtRandom(OrderLottery lottery) => Combine((_, _) => lottery.Draw(), lottery.Begin);

    /// <summary>Joins two parts until one is left: those of which <paramref name="isBetter"/> says so when it is asked for each candidate and the best one so far.</summary>
    private Partial Combine(Func<Partial, Partial, bool> isBetter, Action? begin = null)
    {
        var parts = new List<Partial>();
        var waiting = new List<int>();
        for (int i = 0; i < _leaves.Count; i++)
        {
            if (!CanBegin(i))
                waiting.Add(i);
        }

        // Candidates stay until one of their parts is used; a new part brings those with the parts that are there.
        var candidates = new List<Partial>();
        for (int i = 0; i < _leaves.Count; i++)
        {
            if (CanBegin(i))
                Add(LeafOf(i));
        }

        while (parts.Count > 1 || waiting.Count > 0)
        {
            if (candidates.Count == 0)
            {
                for (int i = 0; i < parts.Count; i++)
                    AddJoinsOf(parts[i], i, connectedOnly: false);
            }

            Partial? best = null;
            begin?.Invoke();
            foreach (Partial candidate in candidates)
            {
                if (best is null || isBetter(candidate, best))
                    best = candidate;
            }

            Partial chosen = best ?? throw new Format.InvariantViolationException("a reference to another relation of the join has nothing to refer to");
            parts.RemoveAll(part => (part.Set & chosen.Set) != 0);
            waiting.RemoveAll(leaf => (chosen.Set & (1UL << leaf)) != 0);
            candidates.RemoveAll(candidate => (candidate.Set & chosen.Set) != 0);
            Add(chosen);
        }

        return parts[0];

        void Add(Partial part)
        {
            AddJoinsOf(part, parts.Count, connectedOnly: true);
            parts.Add(part);
        }

        void AddJoinsOf(Partial part, int others, bool connectedOnly)
        {
            for (int i = 0; i < others; i++)
            {
                AddJoin(part, parts[i].Set, parts[i], connectedOnly);
                AddJoin(parts[i], part.Set, part, connectedOnly);
            }

            foreach (int leaf in waiting)
                AddJoin(part, 1UL << leaf, null, connectedOnly);
        }

        void AddJoin(Partial left, ulong right, Partial? inner, bool connectedOnly)
        {
            if (Join(left, right, inner, connectedOnly) is { } joined)
                candidates.Add(joined);
        }
    }

    private PhysicalNode Build(Partial part)
    {
        if (part.Method == Method.Leaf)
            return _plans[part.Leaf]!;
        JoinType type = part.Leaf >= 0 ? _leaves[part.Leaf].Type : JoinType.Inner;
        if (part.Method == Method.Merge)
            return BuildMerge(part, type);
        PhysicalNode left = Build(part.Left!);
        if (part.Method is Method.LoopWithParameters or Method.LoopWithMemory)
            return BuildLoop(part, type, left);
        PhysicalNode right = Build(part.Right!);
        List<Expression> conditions = ConditionsOf(part.Left!.Set, part.Right!.Set, part.Leaf);
        PhysicalNode? join = part.Method == Method.Hash ? _builder.Hash(type, left, right, conditions, NeededAbove(part.Set), part.Rows) : null;
        if (join is HashJoinPlan { Type: JoinType.Inner } hash && part.Left.Method == Method.Leaf && !_isLateral[part.Left.Leaf])
        {
            // The relation that is read, through an index by the values of the side that is built.
            return _adaptive.WithIndex(hash, SideOf(part.Left.Leaf, part.Right.Set), columns =>
                NeededAbove(part.Set) is not { } needed ? null : _builder.Hash(type, left, right, conditions, needed.Concat(columns).ToHashSet(), part.Rows));
        }

        return join ?? _builder.Loop(type, left, right, conditions, part.Rows);
    }

    private NestedLoopPlan BuildLoop(Partial part, JoinType type, PhysicalNode left)
    {
        NestedLoopPlan loop = _builder.LoopWithParameters(type, left, part.Side!, part.Method == Method.LoopWithMemory, part.Rows);
        if (part.Method == Method.LoopWithParameters && !_isLateral[part.Leaf] && _plans[part.Leaf] is { } inner)
            _adaptive.AddHash(loop, part.Side!, inner, _trees[part.Leaf], ConditionsOf(part.Left!.Set, 1UL << part.Leaf, part.Leaf));
        return loop;
    }

    /// <summary>Columns of a set that something above reads: the query, or joins to come.</summary>
    private HashSet<int>? NeededAbove(ulong set)
    {
        if (_needed is null)
            return null;
        var needed = new HashSet<int>(_needed);
        foreach (JoinCondition condition in _conditions)
        {
            if ((condition.Mask & ~set) != 0)
                TreeWalker.AddColumns(condition.Expression, needed);
        }

        foreach (Expression expression in _last)
            TreeWalker.AddColumns(expression, needed);
        for (int i = 0; i < _leaves.Count; i++)
        {
            if ((set & (1UL << i)) != 0)
                continue;
            needed.UnionWith(TreeWalker.OuterColumns(_trees[i]));
            foreach (Expression expression in _leaves[i].Conditions)
                TreeWalker.AddColumns(expression, needed);
        }

        return needed;
    }
}
