using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// How many rows joins of sets of relations have: the same for every order of joining. Equalities of one class count once for each relation that they add; equalities that cover a unique key leave one
/// partner at most. For one join search.
/// </summary>
internal sealed class JoinRows(
    PlannerState state, IReadOnlyList<JoinLeaf> leaves, RelationalNode[] trees, HashSet<int>[] columns, IReadOnlyList<JoinCondition> conditions, JoinCondition[][] leafConditions,
    Func<int, double?> rowsOfLeaf)
{
    private const double LateralRows = 10;
    private const double AntiShareMin = 0.02;

    private readonly Dictionary<ulong, double> _rows = [];
    private SampledJoins? _samples;

    /// <summary>From now on estimates come from samples of the tables where there are some; false when there are none. Throws what reading pages throws.</summary>
    public bool UseSamples()
    {
        _samples = SampledJoins.Of(state, leaves, trees, conditions);
        if (_samples is null)
            return false;
        _samples.Tell(state);
        _rows.Clear();
        return true;
    }

    /// <summary>Rows of a join of a set.</summary>
    public double Of(ulong set)
    {
        if (_rows.TryGetValue(set, out double known))
            return known;
        double rows = OfSamples(set) ?? OfStatistics(set);
        for (int i = 0; i < leaves.Count; i++)
        {
            if (Has(set, i) && leaves[i].Type != JoinType.Inner)
                rows *= SemiShare(i);
        }

        rows = Math.Max(1, rows);
        _rows.Add(set, rows);
        return rows;
    }

    private double OfStatistics(ulong set)
    {
        double rows = 1;
        for (int i = 0; i < leaves.Count; i++)
        {
            if (Has(set, i) && leaves[i].Type == JoinType.Inner)
                rows *= RowsOfLeaf(i);
        }

        return rows * ShareOf(set);
    }

    /// <summary>Inner joins of two relations and more; what one relation has is said by its own plan.</summary>
    private double? OfSamples(ulong set)
    {
        if (_samples is null)
            return null;
        ulong inner = 0;
        for (int i = 0; i < leaves.Count; i++)
            inner |= Has(set, i) && leaves[i].Type == JoinType.Inner ? 1UL << i : 0;
        return System.Numerics.BitOperations.PopCount(inner) < 2
            ? null
            : _samples.Rows(inner, RowsOfLeaf, ShareOf, ShareOfGroup, core => [.. Keys.Where(key => (key.Mask & ~core) == 0).Select(static key => (key.Unique, System.Numerics.BitOperations.TrailingZeroCount(key.Mask & ~(1UL << key.Unique))))]);
    }

    private double RowsOfLeaf(int leaf) => rowsOfLeaf(leaf) ?? LateralRows;

    private static double ShareOfGroup(IReadOnlyList<JoinCondition> group)
    {
        if (group[0].Class >= 0)
            return OfClasses([.. group.Select(static condition => (condition, false))]);
        return group.Aggregate(1.0, static (product, condition) => product * condition.Share);
    }

    private static bool Has(ulong set, int leaf) => (set & (1UL << leaf)) != 0;

    private double ShareOf(ulong set)
    {
        double share = 1;
        List<(JoinCondition Condition, bool IsKey)>? ofClasses = null;
        // Equalities that cover a unique key of several columns first: together they leave one partner, whatever each alone would leave.
        HashSet<JoinCondition>? ofKeys = null;
        foreach ((ulong mask, int _, double key, JoinCondition[] covered) in Keys)
        {
            if ((mask & ~set) != 0 || covered.Any(condition => ofKeys?.Contains(condition) == true))
                continue;
            share *= Math.Max(key, covered.Aggregate(1.0, static (product, condition) => product * condition.Share));
            ofKeys ??= [];
            ofKeys.UnionWith(covered);
        }

        foreach (JoinCondition condition in conditions)
        {
            if ((condition.Mask & ~set) != 0)
                continue;
            bool isKey = ofKeys?.Contains(condition) == true;
            if (condition.Class >= 0)
                (ofClasses ??= []).Add((condition, isKey));
            else if (!isKey)
                share *= condition.Share;
        }

        return ofClasses is null ? share : share * OfClasses(ofClasses);
    }

    /// <summary>
    /// Of each class the conditions that connect its relations with the weakest shares: n relations are joined by n - 1 of them, and each brings in the relation with the next larger number of values.
    /// What a key counted already connects for nothing.
    /// </summary>
    private static double OfClasses(List<(JoinCondition Condition, bool IsKey)> ofClasses)
    {
        double share = 1;
        foreach (IGrouping<int, (JoinCondition Condition, bool IsKey)> group in ofClasses.GroupBy(static item => item.Condition.Class))
        {
            var parts = new List<ulong>();
            foreach ((JoinCondition condition, bool isKey) in group.OrderByDescending(static item => item.IsKey).ThenByDescending(static item => item.Condition.Share))
            {
                ulong low = condition.Mask & (~condition.Mask + 1), high = condition.Mask ^ low;
                int first = parts.FindIndex(part => (part & low) != 0), second = parts.FindIndex(part => (part & high) != 0);
                if (first >= 0 && first == second)
                    continue;
                share *= isKey ? 1 : condition.Share;
                ulong joined = condition.Mask | (first >= 0 ? parts[first] : 0) | (second >= 0 ? parts[second] : 0);
                parts.RemoveAll(part => (part & joined) != 0);
                parts.Add(joined);
            }
        }

        return share;
    }

    private List<(ulong Mask, int Unique, double Share, JoinCondition[] Covered)>? _keys;

    /// <summary>Pairs of relations whose equalities cover a unique key of several columns of one: a row of the other meets one of its rows at most, 1 / rows of the table.</summary>
    private List<(ulong Mask, int Unique, double Share, JoinCondition[] Covered)> Keys => _keys ??= FindKeys();

    private List<(ulong, int, double, JoinCondition[])> FindKeys()
    {
        var keys = new List<(ulong, int, double, JoinCondition[])>();
        for (int i = 0; i < leaves.Count; i++)
        {
            if (ScanOf(trees[i]) is not { } scan || scan.Members is not null)
                continue;
            foreach (IndexInfo index in scan.Relation.Indexes)
            {
                if (!index.IsUnique || index.Predicate is not null || index.KeyCount < 2)
                    continue;
                for (int other = 0; other < leaves.Count; other++)
                {
                    if (other != i && Covering(scan, index, (1UL << i) | (1UL << other)) is { } covered)
                        keys.Add(((1UL << i) | (1UL << other), i, 1 / state.SizeOf(scan.Relation).Rows, covered));
                }
            }
        }

        return keys;
    }

    private JoinCondition[]? Covering(ScanNode scan, IndexInfo index, ulong mask)
    {
        var covered = new JoinCondition[index.KeyCount];
        foreach (JoinCondition condition in conditions)
        {
            if (condition.Mask != mask || !condition.CanHash)
                continue;
            foreach (Expression side in ((FunctionExpression)condition.Expression).Arguments)
            {
                if (VariableFinder.Unwrap(side) is not ColumnExpression column || IndexOf(scan.Columns, column.Column) is not (>= 0 and var at))
                    continue;
                int key = Array.FindIndex(index.Keys, 0, index.KeyCount, k => k.Column == scan.Attributes[at] && k.Column > 0);
                if (key >= 0)
                    covered[key] ??= condition;
            }
        }

        return Array.TrueForAll(covered, static condition => condition is not null) ? covered : null;
    }

    private static int IndexOf(IReadOnlyList<int> columns, int column)
    {
        for (int i = 0; i < columns.Count; i++)
            if (columns[i] == column)
                return i;
        return -1;
    }

    private static ScanNode? ScanOf(RelationalNode node) => node switch
    {
        ScanNode scan => scan,
        FilterNode filter => ScanOf(filter.Input),
        ProjectNode project => ScanOf(project.Input),
        _ => null,
    };

    /// <summary>The share of rows that have a partner (semi) or none (anti).</summary>
    private double SemiShare(int leaf)
    {
        double share = 1;
        double rightRows = rowsOfLeaf(leaf) ?? 1;
        double others = 1;
        foreach (JoinCondition condition in leafConditions[leaf])
        {
            if (condition.CanHash && condition.Expression is FunctionExpression { Arguments: [var a, var b] }
                && (ReadsOnly(a, leaf) || ReadsOnly(b, leaf)) && !(ReadsOnly(a, leaf) && ReadsOnly(b, leaf)))
            {
                (Expression outer, Expression inner) = ReadsOnly(a, leaf) ? (b, a) : (a, b);
                share *= state.Selectivity.Semi(outer, inner, rightRows);
            }
            else
            {
                others *= condition.Share;
            }
        }

        // What else must hold may do so for any of the partners that a row has.
        if (others < 1)
            share *= 1 - Math.Pow(1 - others, Math.Max(1, PartnersOf(leaf, rightRows)));
        return leaves[leaf].Type == JoinType.Semi ? share : Math.Max(AntiShareMin, 1 - share);
    }

    /// <summary>How many rows of the right side share a value of the equalities' columns.</summary>
    private double PartnersOf(int leaf, double rightRows)
    {
        double distinct = 1;
        foreach (JoinCondition condition in leafConditions[leaf])
        {
            if (!condition.CanHash || condition.Expression is not FunctionExpression { Arguments: [var a, var b] })
                continue;
            Expression inner = ReadsOnly(a, leaf) ? a : b;
            if (inner is ColumnExpression column && state.Selectivity.Variables.Find(column) is { } variable)
                distinct *= JoinEstimate.Surviving(variable.Distinct, variable.TableRows, rightRows);
        }

        return rightRows / Math.Max(1, Math.Min(distinct, rightRows));
    }

    private bool ReadsOnly(Expression expression, int leaf) => TreeWalker.ColumnsOf(expression) is { Count: > 0 } used && used.IsSubsetOf(columns[leaf]);
}
