using System.Numerics;
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

    /// <summary>Rows of a join of a set.</summary>
    public double Of(ulong set)
    {
        if (_rows.TryGetValue(set, out double known))
            return known;
        double rows = 1;
        for (int i = 0; i < leaves.Count; i++)
        {
            if (Has(set, i) && leaves[i].Type == JoinType.Inner)
                rows *= rowsOfLeaf(i) ?? LateralRows;
        }

        rows *= ShareOf(set);
        for (int i = 0; i < leaves.Count; i++)
        {
            if (Has(set, i) && leaves[i].Type != JoinType.Inner)
                rows *= SemiShare(i);
        }

        rows = Math.Max(1, rows);
        _rows.Add(set, rows);
        return rows;
    }

    private static bool Has(ulong set, int leaf) => (set & (1UL << leaf)) != 0;

    private double ShareOf(ulong set)
    {
        double share = 1;
        var pairs = new Dictionary<ulong, double>();
        List<JoinCondition>? ofClasses = null;
        foreach (JoinCondition condition in conditions)
        {
            if ((condition.Mask & ~set) != 0)
                continue;
            if (condition.Class >= 0)
                (ofClasses ??= []).Add(condition);
            else
                pairs[condition.Mask] = pairs.GetValueOrDefault(condition.Mask, 1) * condition.Share;
        }

        if (ofClasses is not null)
            AddClasses(ofClasses, pairs);
        foreach ((ulong mask, double own) in pairs)
            share *= Math.Max(own, KeyShare(mask));
        return share;
    }

    /// <summary>
    /// Of each class the conditions that connect its relations with the weakest shares: n relations are joined by n - 1 of them, and each brings in the relation with the next larger number of values.
    /// </summary>
    private static void AddClasses(List<JoinCondition> ofClasses, Dictionary<ulong, double> pairs)
    {
        foreach (IGrouping<int, JoinCondition> group in ofClasses.GroupBy(static condition => condition.Class))
        {
            var parts = new List<ulong>();
            // Two relations that several classes (or other conditions) connect may meet on a whole key: only together do those conditions show it.
            foreach (JoinCondition condition in group
                .OrderByDescending(condition => (pairs.ContainsKey(condition.Mask) ? 1 : 0) + ofClasses.Count(other => other.Mask == condition.Mask))
                .ThenByDescending(static condition => condition.Share))
            {
                ulong low = condition.Mask & (~condition.Mask + 1), high = condition.Mask ^ low;
                int first = parts.FindIndex(part => (part & low) != 0), second = parts.FindIndex(part => (part & high) != 0);
                if (first >= 0 && first == second)
                    continue;
                pairs[condition.Mask] = pairs.GetValueOrDefault(condition.Mask, 1) * condition.Share;
                ulong joined = condition.Mask | (first >= 0 ? parts[first] : 0) | (second >= 0 ? parts[second] : 0);
                parts.RemoveAll(part => (part & joined) != 0);
                parts.Add(joined);
            }
        }
    }

    /// <summary>When the equalities of two relations cover a unique key of one, a row of the other meets one of its rows at most: 1 / rows of the table.</summary>
    private double KeyShare(ulong mask)
    {
        if (BitOperations.PopCount(mask) != 2)
            return 0;
        double share = 0;
        for (int i = 0; i < leaves.Count; i++)
        {
            if (!Has(mask, i) || ScanOf(trees[i]) is not { } scan)
                continue;
            var attributes = new HashSet<short>();
            foreach (JoinCondition condition in conditions)
            {
                if (condition.Mask != mask || !condition.CanHash)
                    continue;
                foreach (Expression side in ((FunctionExpression)condition.Expression).Arguments)
                {
                    if (side is ColumnExpression column && scan.Columns.ToList().IndexOf(column.Column) is var at and >= 0)
                        attributes.Add(scan.Attributes[at]);
                }
            }

            foreach (IndexInfo index in scan.Relation.Indexes)
            {
                if (index.IsUnique && index.Predicate is null && index.KeyCount > 1 && index.Keys.Take(index.KeyCount).All(key => attributes.Contains(key.Column)))
                    share = Math.Max(share, 1 / state.SizeOf(scan.Relation).Rows);
            }
        }

        return share;
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
