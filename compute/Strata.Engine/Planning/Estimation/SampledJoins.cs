using System.Numerics;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Statistics;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// Estimates of joins by samples of their tables, so that skewed keys and correlated columns, of one table or of several, show. A table whose sample is complete and which is joined by a unique key only
/// decides which rows of its partner stay: it is folded into that one's sample, with whatever is folded into it. What is left, the core, is joined by the frequencies of the keys in the folded samples
/// where at most one of them is not complete, else by statistics. (The idea of sampling along keys: Acharya et al., Join Synopses, SIGMOD 1999.) For one join search.
/// </summary>
internal sealed class SampledJoins
{
    // Fewer rows of an incomplete sample say too little.
    private const int HitsMin = 8;
    private const double FewHits = 0.5;

    // Steps over a sample's rows until estimates fall back on what is known already.
    private const long WorkMax = 30_000_000;

    private readonly SampledLeaf?[] _leaves;
    private readonly List<Edge> _edges = [];
    private readonly List<Link> _links = [];
    private readonly Dictionary<int, KeyClass> _classes = [];
    private readonly Dictionary<(int Leaf, ulong Folded, bool HasOwn), ulong[]> _bits = [];
    private readonly Dictionary<(int Edge, ulong Folded), ulong[]> _edgeBits = [];
    private readonly Dictionary<(int Class, int Leaf, ulong Folded), int[]> _counts = [];
    private bool _mayCycle;
    private long _work;

    /// <summary>A table that may be folded into another: for each row of the other's sample its partner, or -1.</summary>
    private sealed record Edge(int Number, int From, int Into, int[] PartnerOf);

    /// <summary>A condition with what may be folded by it: the edges from one side to the other.</summary>
    private sealed record Link(JoinCondition Condition, int Class, Edge? Edge);

    /// <summary>Columns that are equal to each other: for each relation its column, and for each row of its sample the number of its value (-1: null).</summary>
    private sealed class KeyClass
    {
        public Dictionary<int, short> Members { get; } = [];

        public Dictionary<int, int[]>? Values { get; set; }

        public int Distinct { get; set; }
    }

    private SampledJoins(SampledLeaf?[] leaves) => _leaves = leaves;

    /// <summary>Draws samples for a join; null when no relation has one.</summary>
    public static SampledJoins? Of(PlannerState state, IReadOnlyList<JoinLeaf> leaves, RelationalNode[] trees, IReadOnlyList<JoinCondition> conditions)
    {
        var sampled = new SampledLeaf?[leaves.Count];
        for (int i = 0; i < sampled.Length; i++)
            sampled[i] = leaves[i].Type == JoinType.Inner ? SampledLeaf.Of(state, trees[i]) : null;
        if (Array.TrueForAll(sampled, static leaf => leaf is null))
            return null;
        var joins = new SampledJoins(sampled);
        for (int i = 0; i < conditions.Count; i++)
            joins.Add(conditions[i], i);
        joins._mayCycle = joins.HasCycle((1UL << leaves.Count) - 1);
        return joins;
    }

    /// <summary>Lets scans know what share of their rows the samples show.</summary>
    public void Tell(PlannerState state)
    {
        foreach (SampledLeaf? leaf in _leaves)
        {
            if (leaf is not { Conditions.Count: > 0 } || (!leaf.Sample.IsComplete && leaf.OwnCount < HitsMin))
                continue;
            state.SampledShares[leaf.Scan.Scan] = (leaf.Conditions, Math.Max(leaf.OwnCount, FewHits) / leaf.Sample.Rows * leaf.Rest);
        }
    }

    private void Add(JoinCondition condition, int number)
    {
        // Conditions outside of classes are classes of their own, with numbers that no class has.
        int group = condition.Class >= 0 ? condition.Class : -1 - number;
        Edge? edge = null;
        if (condition is { CanHash: true, Expression: FunctionExpression { Arguments: [var first, var second] } } && BitOperations.PopCount(condition.Mask) == 2
            && VariableFinder.Unwrap(first) is ColumnExpression a && VariableFinder.Unwrap(second) is ColumnExpression b)
        {
            int low = BitOperations.TrailingZeroCount(condition.Mask), high = BitOperations.Log2(condition.Mask);
            (ColumnExpression ofLow, ColumnExpression ofHigh) = _leaves[low]?.AttributeOf(a.Column) > 0 || _leaves[high]?.AttributeOf(b.Column) > 0 ? (a, b) : (b, a);
            if (KeysOf(low, ofLow.Column) is { } lowAttribute && KeysOf(high, ofHigh.Column) is { } highAttribute)
            {
                if (!_classes.TryGetValue(group, out KeyClass? members))
                    _classes.Add(group, members = new KeyClass());
                members.Members[low] = lowAttribute;
                members.Members[high] = highAttribute;
                // Of two tables joined by unique keys the second is folded into the first.
                edge = EdgeOf(high, highAttribute, low, lowAttribute) ?? EdgeOf(low, lowAttribute, high, highAttribute);
            }
        }

        _links.Add(new Link(condition, group, edge));
    }

    private short? KeysOf(int leaf, int column) =>
        _leaves[leaf] is { } found && found.AttributeOf(column) is > 0 and var attribute && found.Sample.KeysOf(attribute) is not null ? attribute : null;

    private Edge? EdgeOf(int from, short fromAttribute, int into, short intoAttribute)
    {
        SampledLeaf unique = _leaves[from]!, other = _leaves[into]!;
        if (!unique.Sample.IsComplete || !unique.IsUnique(fromAttribute))
            return null;
        ulong[] keys = unique.Sample.KeysOf(fromAttribute)!, foreign = other.Sample.KeysOf(intoAttribute)!;
        var places = new Dictionary<ulong, int>(keys.Length);
        for (int i = 0; i < keys.Length; i++)
            if (keys[i] != RowSample.NullKey)
                places[keys[i]] = i;
        var partners = new int[foreign.Length];
        for (int i = 0; i < partners.Length; i++)
            partners[i] = foreign[i] != RowSample.NullKey && places.TryGetValue(foreign[i], out int place) ? place : -1;
        var edge = new Edge(_edges.Count, from, into, partners);
        _edges.Add(edge);
        return edge;
    }

    /// <summary>
    /// Rows of the inner joins of a set; null when its samples can't tell. <paramref name="rowsOf"/>: rows of a relation by statistics; <paramref name="shareOf"/>: the share of pairs that the conditions
    /// within a set keep by statistics; <paramref name="shareOfGroup"/>: the same for some conditions of a class; <paramref name="hasKeys"/>: conditions within a set cover a key of several columns.
    /// </summary>
    public double? Rows(
        ulong set, Func<int, double> rowsOf, Func<ulong, double> shareOf, Func<IReadOnlyList<JoinCondition>, double> shareOfGroup, Func<ulong, bool> hasKeys)
    {
        ulong folded = FoldedIn(set);
        if (_mayCycle && HasCycle(folded))
            return null;
        ulong core = set & ~folded;
        double rows = 1;
        for (int i = 0; i < _leaves.Length; i++)
        {
            if ((set & (1UL << i)) == 0)
                continue;
            if (_leaves[i] is not { } leaf)
                rows *= rowsOf(i);
            else
                rows *= leaf.Rest * ((core & (1UL << i)) != 0 ? RowsOf(i, folded, rowsOf) : 1);
        }

        return rows * (hasKeys(core) ? shareOf(core) : ShareOf(core, folded, shareOfGroup));
    }

    /// <summary>The relations of a set that only decide about rows of others.</summary>
    private ulong FoldedIn(ulong set)
    {
        ulong folded = 0;
        foreach (Link link in _links)
            if ((link.Condition.Mask & ~set) == 0 && link.Edge is { } edge)
                folded |= 1UL << edge.From;
        for (bool changed = true; changed && folded != 0;)
        {
            changed = false;
            foreach (Link link in _links)
            {
                ulong inside = link.Condition.Mask & folded;
                if ((link.Condition.Mask & ~set) != 0 || inside == 0)
                    continue;
                // Each must be the one that is folded here, or have a folded one come in.
                ulong allowed = link.Edge is { } edge ? (1UL << edge.From) | ((folded & (1UL << edge.From)) != 0 ? 1UL << edge.Into : 0) : 0;
                if ((inside & ~allowed) == 0)
                    continue;
                folded &= allowed | ~link.Condition.Mask;
                changed = true;
            }
        }

        return folded;
    }

    /// <summary>Tables that refer to each other can't all be folded.</summary>
    private bool HasCycle(ulong folded)
    {
        ulong left = folded;
        for (bool changed = true; changed && left != 0;)
        {
            changed = false;
            for (int i = 0; i < _leaves.Length; i++)
            {
                if ((left & (1UL << i)) == 0 || _edges.Exists(edge => edge.Into == i && (left & (1UL << edge.From)) != 0))
                    continue;
                left &= ~(1UL << i);
                changed = true;
            }
        }

        return left != 0;
    }

    /// <summary>What is folded into a relation, directly and indirectly.</summary>
    private ulong FoldedInto(int leaf, ulong folded)
    {
        ulong found = 0;
        foreach (Edge edge in _edges)
            if (edge.Into == leaf && (folded & (1UL << edge.From)) != 0)
                found |= (1UL << edge.From) | FoldedInto(edge.From, folded);
        return found;
    }

    private double RowsOf(int leaf, ulong folded, Func<int, double> rowsOf)
    {
        SampledLeaf found = _leaves[leaf]!;
        ulong into = FoldedInto(leaf, folded);
        int count = SampledLeaf.Count(BitsOf(leaf, into, hasOwn: true));
        double perRow = found.TableRows / found.Sample.Rows;
        if (found.Sample.IsComplete || count >= HitsMin)
            return Math.Max(count, FewHits) * perRow;
        // Too few: the conditions by statistics, what the partners leave by all rows of the sample.
        double own = found.OwnCount >= HitsMin ? found.OwnCount * perRow : rowsOf(leaf) / Math.Max(found.Rest, double.Epsilon);
        if (into == 0)
            return own;
        return own * Math.Max(SampledLeaf.Count(BitsOf(leaf, into, hasOwn: false)), FewHits) / found.Sample.Rows;
    }

    /// <summary>The rows of a sample that meet their own conditions (or all rows) and whose partners are there.</summary>
    private ulong[] BitsOf(int leaf, ulong into, bool hasOwn)
    {
        if (_bits.TryGetValue((leaf, into, hasOwn), out ulong[]? known))
            return known;
        SampledLeaf found = _leaves[leaf]!;
        ulong[] bits;
        if (into == 0)
        {
            bits = hasOwn ? found.Own : AllOf(found);
        }
        else
        {
            // One partner more than a set that is likely known.
            Edge last = _edges.FindLast(edge => edge.Into == leaf && (into & (1UL << edge.From)) != 0)!;
            ulong others = 0;
            foreach (Edge edge in _edges)
                if (edge.Into == leaf && edge.Number != last.Number && (into & (1UL << edge.From)) != 0)
                    others |= (1UL << edge.From) | FoldedInto(edge.From, into);
            bits = others == into ? (ulong[])AllOf(found).Clone() : (ulong[])BitsOf(leaf, others, hasOwn).Clone();
            if (others == into)
            {
                // Two columns refer to the same relation: each partner by itself.
                foreach (Edge edge in _edges)
                    if (edge.Into == leaf && (into & (1UL << edge.From)) != 0)
                        And(bits, PartnersOf(edge, FoldedInto(edge.From, into)));
                if (hasOwn)
                    And(bits, found.Own);
            }
            else
            {
                And(bits, PartnersOf(last, FoldedInto(last.From, into)));
            }
        }

        _bits.Add((leaf, into, hasOwn), bits);
        return bits;
    }

    private static ulong[] AllOf(SampledLeaf leaf)
    {
        var bits = new ulong[leaf.Own.Length];
        Array.Fill(bits, ulong.MaxValue);
        if (leaf.Sample.Rows % 64 != 0)
            bits[^1] = (1UL << (leaf.Sample.Rows % 64)) - 1;
        return bits;
    }

    private static void And(ulong[] bits, ulong[] others)
    {
        for (int i = 0; i < bits.Length; i++)
            bits[i] &= others[i];
    }

    /// <summary>The rows of an edge's target whose partner is among those that are left.</summary>
    private ulong[] PartnersOf(Edge edge, ulong into)
    {
        if (_edgeBits.TryGetValue((edge.Number, into), out ulong[]? known))
            return known;
        ulong[] partners = BitsOf(edge.From, into, hasOwn: true);
        var bits = new ulong[(edge.PartnerOf.Length + 63) / 64];
        for (int i = 0; i < edge.PartnerOf.Length; i++)
        {
            int partner = edge.PartnerOf[i];
            if (partner >= 0 && (partners[partner >> 6] & (1UL << partner)) != 0)
                bits[i >> 6] |= 1UL << i;
        }

        _work += edge.PartnerOf.Length;
        _edgeBits.Add((edge.Number, into), bits);
        return bits;
    }

    /// <summary>The share of all combinations of the core's rows that the conditions between them keep.</summary>
    private double ShareOf(ulong core, ulong folded, Func<IReadOnlyList<JoinCondition>, double> shareOfGroup)
    {
        double share = 1;
        Dictionary<int, List<JoinCondition>>? groups = null;
        foreach (Link link in _links)
        {
            if ((link.Condition.Mask & ~core) != 0)
                continue;
            groups ??= [];
            if (!groups.TryGetValue(link.Class, out List<JoinCondition>? group))
                groups.Add(link.Class, group = []);
            group.Add(link.Condition);
        }

        foreach ((int number, List<JoinCondition> group) in groups ?? [])
            share *= ByFrequencies(number, core, folded) ?? shareOfGroup(group);
        return share;
    }

    private double? ByFrequencies(int number, ulong core, ulong folded)
    {
        if (!_classes.TryGetValue(number, out KeyClass? found))
            return null;
        int incomplete = 0;
        var members = new List<(int Leaf, int[] Counts, double Rows)>();
        foreach (int leaf in found.Members.Keys)
        {
            if ((core & (1UL << leaf)) == 0)
                continue;
            if (!_leaves[leaf]!.Sample.IsComplete && ++incomplete > 1)
                return null;
            ulong into = FoldedInto(leaf, folded);
            if (_work > WorkMax)
                into = 0;
            int rows = SampledLeaf.Count(BitsOf(leaf, into, hasOwn: true));
            if (rows < (_leaves[leaf]!.Sample.IsComplete ? 1 : HitsMin))
                return null;
            members.Add((leaf, CountsOf(number, found, leaf, into), rows));
        }

        if (members.Count < 2)
            return null;
        double sum = 0, all = 1;
        for (int value = 0; value < found.Distinct; value++)
        {
            double product = 1;
            foreach ((_, int[] counts, _) in members)
            {
                product *= counts[value];
                if (product == 0)
                    break;
            }

            sum += product;
        }

        foreach ((_, _, double rows) in members)
            all *= rows;
        return Math.Max(sum, FewHits) / all;
    }

    /// <summary>How many of a relation's rows have each value of a class.</summary>
    private int[] CountsOf(int number, KeyClass found, int leaf, ulong into)
    {
        if (_counts.TryGetValue((number, leaf, into), out int[]? known))
            return known;
        int[] values = ValuesOf(found)[leaf];
        ulong[] bits = BitsOf(leaf, into, hasOwn: true);
        var counts = new int[found.Distinct];
        for (int word = 0; word < bits.Length; word++)
        {
            for (ulong left = bits[word]; left != 0; left &= left - 1)
            {
                int value = values[(word << 6) + BitOperations.TrailingZeroCount(left)];
                if (value >= 0)
                    counts[value]++;
            }
        }

        _work += values.Length + counts.Length;
        _counts.Add((number, leaf, into), counts);
        return counts;
    }

    private Dictionary<int, int[]> ValuesOf(KeyClass found)
    {
        if (found.Values is not null)
            return found.Values;
        var numbers = new Dictionary<ulong, int>();
        var values = new Dictionary<int, int[]>();
        foreach ((int leaf, short attribute) in found.Members)
        {
            ulong[] keys = _leaves[leaf]!.Sample.KeysOf(attribute)!;
            var ofLeaf = new int[keys.Length];
            for (int i = 0; i < keys.Length; i++)
            {
                if (keys[i] == RowSample.NullKey)
                {
                    ofLeaf[i] = -1;
                    continue;
                }

                if (!numbers.TryGetValue(keys[i], out ofLeaf[i]))
                    numbers.Add(keys[i], ofLeaf[i] = numbers.Count);
            }

            _work += keys.Length * 8L;
            values.Add(leaf, ofLeaf);
        }

        found.Distinct = numbers.Count;
        return found.Values = values;
    }
}
