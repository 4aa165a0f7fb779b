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
    // By the arrays themselves: relations that drop no row leave the same array, and what was worked out for it.
    private readonly Dictionary<(int Edge, ulong[] From), ulong[]> _edgeBits = [];
    private readonly Dictionary<(int Class, int Leaf, ulong[] Bits), Frequencies> _frequencies = [];
    private readonly Dictionary<(int Class, ulong Members, ulong Folded), double?> _shares = [];
    private readonly Dictionary<ulong[], int> _counts = [];
    private readonly List<JoinCondition> _group = [];
    private IGrouping<int, Link>[]? _groups;
    private bool _mayCycle;
    private long _work;

    /// <summary>A table that may be folded into another: for each row of the other's sample its partner, or -1.</summary>
    private sealed record Edge(int Number, int From, int Into, int[] PartnerOf);

    /// <summary>A condition with what may be folded by it: the edges from one side to the other.</summary>
    private sealed record Link(JoinCondition Condition, int Class, Edge? Edge);

    /// <summary>How many rows have each value of a class, and which values any has.</summary>
    private sealed record Frequencies(int[] Counts, int[] Present);

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
        var edge = new Edge(_edges.Count, from, into, other.Sample.PartnersIn(intoAttribute, unique.Sample, fromAttribute));
        _edges.Add(edge);
        return edge;
    }

    /// <summary>
    /// Rows of the inner joins of a set; null when its samples can't tell. <paramref name="rowsOf"/>: rows of a relation by statistics; <paramref name="shareOf"/>: the share of pairs that the conditions
    /// within a set keep by statistics; <paramref name="shareOfGroup"/>: the same for some conditions of a class; <paramref name="keysWithin"/>: pairs of relations of a set, the
    /// first of which has a unique key of several columns that the conditions between them cover.
    /// </summary>
    public double? Rows(
        ulong set, Func<int, double> rowsOf, Func<ulong, double> shareOf, Func<IReadOnlyList<JoinCondition>, double> shareOfGroup, Func<ulong, List<(int Unique, int Other)>> keysWithin)
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

        if (keysWithin(core) is not { Count: > 0 } keys)
            return rows * ShareOf(core, folded, shareOfGroup);
        rows *= shareOf(core);
        foreach ((int unique, int other) in keys)
            rows *= Narrowing(unique, other, folded);
        return rows;
    }

    /// <summary>
    /// What is folded into both sides of a key's join has dropped rows of both: a row that is left finds its partner, which is one of fewer. The factor by which these are fewer.
    /// </summary>
    private double Narrowing(int unique, int other, ulong folded)
    {
        ulong shared = FoldedInto(unique, folded) & FoldedInto(other, folded);
        if (shared == 0 || _leaves[unique] is not { } leaf)
            return 1;
        int count = CountOf(BitsOf(unique, shared, hasOwn: false));
        return count < (leaf.Sample.IsComplete ? 1 : HitsMin) ? 1 : (double)leaf.Sample.Rows / count;
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
        int count = CountOf(BitsOf(leaf, into, hasOwn: true));
        double perRow = found.TableRows / found.Sample.Rows;
        if (found.Sample.IsComplete || count >= HitsMin)
            return Math.Max(count, FewHits) * perRow;
        // Too few: the conditions by statistics, what the partners leave by all rows of the sample.
        double own = found.OwnCount >= HitsMin ? found.OwnCount * perRow : rowsOf(leaf) / Math.Max(found.Rest, double.Epsilon);
        if (into == 0)
            return own;
        return own * Math.Max(CountOf(BitsOf(leaf, into, hasOwn: false)), FewHits) / found.Sample.Rows;
    }

    /// <summary>The rows of a sample that meet their own conditions (or all rows) and whose partners are there.</summary>
    private ulong[] BitsOf(int leaf, ulong into, bool hasOwn)
    {
        if (_bits.TryGetValue((leaf, into, hasOwn), out ulong[]? known))
            return known;
        SampledLeaf found = _leaves[leaf]!;
        ulong[] bits = hasOwn ? found.Own : found.All;
        if (into != 0)
        {
            // One partner more than a set that is likely known.
            Edge last = _edges.FindLast(edge => edge.Into == leaf && (into & (1UL << edge.From)) != 0)!;
            ulong others = 0;
            foreach (Edge edge in _edges)
                if (edge.Into == leaf && edge.Number != last.Number && (into & (1UL << edge.From)) != 0)
                    others |= (1UL << edge.From) | FoldedInto(edge.From, into);
            if (others == into)
            {
                // Two columns refer to the same relation: each partner by itself.
                foreach (Edge edge in _edges)
                    if (edge.Into == leaf && (into & (1UL << edge.From)) != 0)
                        bits = SampledLeaf.Intersect(bits, PartnersOf(edge, FoldedInto(edge.From, into)));
            }
            else
            {
                bits = SampledLeaf.Intersect(BitsOf(leaf, others, hasOwn), PartnersOf(last, FoldedInto(last.From, into)));
            }
        }

        _bits.Add((leaf, into, hasOwn), bits);
        return bits;
    }

    private int CountOf(ulong[] bits)
    {
        if (!_counts.TryGetValue(bits, out int count))
            _counts.Add(bits, count = SampledLeaf.Count(bits));
        return count;
    }

    /// <summary>The rows of an edge's target whose partner is among those that are left.</summary>
    private ulong[] PartnersOf(Edge edge, ulong into)
    {
        ulong[] partners = BitsOf(edge.From, into, hasOwn: true);
        if (_edgeBits.TryGetValue((edge.Number, partners), out ulong[]? known))
            return known;
        var bits = new ulong[(edge.PartnerOf.Length + 63) / 64];
        for (int i = 0; i < edge.PartnerOf.Length; i++)
        {
            int partner = edge.PartnerOf[i];
            if (partner >= 0 && (partners[partner >> 6] & (1UL << partner)) != 0)
                bits[i >> 6] |= 1UL << i;
        }

        _work += edge.PartnerOf.Length;
        _edgeBits.Add((edge.Number, partners), bits);
        return bits;
    }

    /// <summary>The share of all combinations of the core's rows that the conditions between them keep.</summary>
    private double ShareOf(ulong core, ulong folded, Func<IReadOnlyList<JoinCondition>, double> shareOfGroup)
    {
        double share = 1;
        foreach (IGrouping<int, Link> links in _groups ??= [.. _links.GroupBy(static link => link.Class)])
        {
            _group.Clear();
            foreach (Link link in links)
                if ((link.Condition.Mask & ~core) == 0)
                    _group.Add(link.Condition);
            if (_group.Count > 0)
                share *= ByFrequencies(links.Key, core, folded) ?? shareOfGroup(_group);
        }

        return share;
    }

    private double? ByFrequencies(int number, ulong core, ulong folded)
    {
        if (!_classes.TryGetValue(number, out KeyClass? found))
            return null;
        ulong members = 0, into = 0;
        foreach (int leaf in found.Members.Keys)
        {
            if ((core & (1UL << leaf)) == 0)
                continue;
            members |= 1UL << leaf;
            into |= _work > WorkMax ? 0 : FoldedInto(leaf, folded);
        }

        if (!_shares.TryGetValue((number, members, into), out double? share))
            _shares.Add((number, members, into), share = ByFrequencies(number, found, members, into));
        return share;
    }

    private double? ByFrequencies(int number, KeyClass found, ulong members, ulong folded)
    {
        if (BitOperations.PopCount(members) < 2)
            return null;
        int incomplete = 0;
        double all = 1;
        var parts = new List<Frequencies>();
        for (; members != 0; members &= members - 1)
        {
            int leaf = BitOperations.TrailingZeroCount(members);
            bool isComplete = _leaves[leaf]!.Sample.IsComplete;
            if (!isComplete && ++incomplete > 1)
                return null;
            ulong[] bits = BitsOf(leaf, FoldedInto(leaf, folded), hasOwn: true);
            int rows = CountOf(bits);
            if (rows < (isComplete ? 1 : HitsMin))
                return null;
            parts.Add(FrequenciesOf(number, found, leaf, bits));
            all *= rows;
        }

        // Values that one of them does not have add nothing: those of the one with the fewest are enough.
        parts.Sort(static (a, b) => a.Present.Length.CompareTo(b.Present.Length));
        double sum = 0;
        foreach (int value in parts[0].Present)
        {
            double product = 1;
            foreach (Frequencies part in parts)
                product *= part.Counts[value];
            sum += product;
        }

        _work += (long)parts[0].Present.Length * parts.Count;
        return Math.Max(sum, FewHits) / all;
    }

    /// <summary>How many of a relation's rows have each value of a class.</summary>
    private Frequencies FrequenciesOf(int number, KeyClass found, int leaf, ulong[] bits)
    {
        if (_frequencies.TryGetValue((number, leaf, bits), out Frequencies? known))
            return known;
        int[] values = ValuesOf(found)[leaf];
        int[] counts = new int[found.Distinct];
        var present = new List<int>();
        for (int word = 0; word < bits.Length; word++)
        {
            for (ulong left = bits[word]; left != 0; left &= left - 1)
            {
                int value = values[(word << 6) + BitOperations.TrailingZeroCount(left)];
                if (value >= 0 && counts[value]++ == 0)
                    present.Add(value);
            }
        }

        _work += values.Length + counts.Length;
        var frequencies = new Frequencies(counts, [.. present]);
        _frequencies.Add((number, leaf, bits), frequencies);
        return frequencies;
    }

    private Dictionary<int, int[]> ValuesOf(KeyClass found) => found.Values ??= ValuesByPartners(found) ?? ValuesByKeys(found);

    /// <summary>Where one relation has each value once, all its rows being known, a value's number is that of its row: what the others have beside that joins with nothing.</summary>
    private Dictionary<int, int[]>? ValuesByPartners(KeyClass found)
    {
        foreach ((int unique, short key) in found.Members)
        {
            SampledLeaf leaf = _leaves[unique]!;
            if (!leaf.Sample.IsComplete || !leaf.IsUnique(key))
                continue;
            found.Distinct = leaf.Sample.Rows;
            return found.Members.ToDictionary(static member => member.Key, member => _leaves[member.Key]!.Sample.PartnersIn(member.Value, leaf.Sample, key));
        }

        return null;
    }

    private Dictionary<int, int[]> ValuesByKeys(KeyClass found)
    {
        var numbers = new Dictionary<ulong, int>();
        var values = new Dictionary<int, int[]>();
        foreach ((int leaf, short attribute) in found.Members)
        {
            ulong[] keys = _leaves[leaf]!.Sample.KeysOf(attribute)!;
            int[] ofLeaf = new int[keys.Length];
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
        return values;
    }
}
