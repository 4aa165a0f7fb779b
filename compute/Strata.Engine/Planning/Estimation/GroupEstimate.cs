using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Statistics;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>How many groups rows make (PostgreSQL's estimate_num_groups): distinct values table by table, with what statistics objects know of combinations. For one planning.</summary>
internal sealed class GroupEstimate(PlannerState state, VariableFinder variables, SampledValues samples)
{
    // Columns of one table are hardly ever independent: many of them make no more groups than this share of its rows.
    private const double ManyColumnsShare = 0.1;
    private const double DistinctDefault = 200;

    // An expression with nearly as many values as its column is as good as the column.
    private const double FewerShare = 0.5;

    /// <summary>One thing that is grouped by: the expression, over slots for comparison with statistics objects, and how many values it has.</summary>
    private sealed record Key(Expression OverSlots, short Attribute, double Distinct, int Column)
    {
        /// <summary>An expression that has fewer values than its column; it counts only where the column itself is no key.</summary>
        public int SampledColumn { get; init; } = -1;
    }

    /// <summary>The number of groups that columns make of <paramref name="rows"/> rows; <paramref name="rowsOfScan"/>: rows that the scan of a column's table gives, where known.</summary>
    public double Groups(IReadOnlyList<int> columns, double rows, Func<int, double?>? rowsOfScan = null)
    {
        var byTable = new Dictionary<(uint Table, string? Qualifier), (RelationInfo Relation, List<Key> Keys)>();
        double groups = 1;
        foreach (int column in columns)
            groups *= Add(new ColumnExpression(column, state.Metadata[column].Type), byTable);
        foreach ((RelationInfo relation, List<Key> keys) in byTable.Values)
            groups *= Math.Min(OfTable(relation, keys, rows), rowsOfScan?.Invoke(keys[0].Column) is { } scanned ? Math.Max(1, scanned) : double.PositiveInfinity);
        return Math.Max(1, Math.Min(Math.Ceiling(groups), rows));
    }

    /// <summary>The number of values of an expression over one table.</summary>
    public double DistinctOf(Expression expression, double rows)
    {
        var byTable = new Dictionary<(uint Table, string? Qualifier), (RelationInfo Relation, List<Key> Keys)>();
        double distinct = Add(expression, byTable);
        foreach ((RelationInfo relation, List<Key> keys) in byTable.Values)
            distinct *= OfTable(relation, keys, double.PositiveInfinity);
        return Math.Min(distinct, Math.Max(1, rows));
    }

    /// <summary>Adds an expression to the keys of its tables; returns the groups that belong to none.</summary>
    private double Add(Expression expression, Dictionary<(uint Table, string? Qualifier), (RelationInfo Relation, List<Key> Keys)> byTable)
    {
        Expression over = variables.Expand(VariableFinder.Unwrap(expression));
        if (over is ConstantExpression or ParameterExpression)
            return 1;
        if (over is not ColumnExpression && over.Type.Plain.Oid == TypeOid.Boolean)
            return 2;
        if (variables.Find(over) is { Relation: { } relation } variable && (over is ColumnExpression || variable.Statistics is not null || variable.IsUnique))
        {
            int first = TreeWalker.ColumnsOf(over).First();
            Put(byTable, relation, new Key(variables.OverSlots(over), over is ColumnExpression column ? variables.AttributeOf(column.Column) : (short)0, variable.Distinct, first));
            return 1;
        }

        if (over is ColumnExpression)
            return DistinctDefault;
        HashSet<int> columns = TreeWalker.ColumnsOf(over);
        if (variables.Find(over) is { Relation: { } table } && samples.Distinct(over) is { } sampled && sampled < FewerShare * DistinctOfColumn(columns.First()))
        {
            Put(byTable, table, new Key(variables.OverSlots(over), 0, sampled, columns.First()) { SampledColumn = columns.First() });
            return 1;
        }

        double groups = 1;
        foreach (int column in columns)
            groups *= Add(new ColumnExpression(column, state.Metadata[column].Type), byTable);
        return columns.Count == 0 && over.IsVolatile ? DistinctDefault : groups;
    }

    private double DistinctOfColumn(int column) => variables.Find(new ColumnExpression(column, state.Metadata[column].Type))?.Distinct ?? DistinctDefault;

    private void Put(Dictionary<(uint Table, string? Qualifier), (RelationInfo Relation, List<Key> Keys)> byTable, RelationInfo relation, Key key)
    {
        // Two scans of one table have values of their own.
        (uint, string?) place = (relation.Oid, state.Metadata[key.Column].Qualifier);
        if (!byTable.TryGetValue(place, out (RelationInfo Relation, List<Key> Keys) known))
            byTable.Add(place, known = (relation, []));
        if (!known.Keys.Exists(other => other.OverSlots.Equals(key.OverSlots)))
            known.Keys.Add(key);
    }

    private double OfTable(RelationInfo relation, List<Key> keys, double rows)
    {
        double tableRows = variables.RowsOf(relation);
        double distinct = 1, greatest = 1;
        int alone = 0;
        List<Key> left = keys.FindAll(key => key.SampledColumn < 0 || !keys.Exists(other => other.Attribute > 0 && other.Attribute == variables.AttributeOf(key.SampledColumn)));
        while (left.Count > 1 && FromObject(relation, left) is { } combined)
        {
            distinct *= combined;
            greatest = Math.Max(greatest, combined);
            alone++;
        }

        foreach (Key key in left)
        {
            distinct *= key.Distinct;
            greatest = Math.Max(greatest, key.Distinct);
            alone++;
        }

        double limit = tableRows;
        if (alone > 1)
            limit = Math.Min(tableRows, Math.Max(tableRows * ManyColumnsShare, greatest));
        distinct = Math.Min(distinct, limit);
        return JoinEstimate.Surviving(distinct, tableRows, Math.Min(rows, tableRows));
    }

    /// <summary>The combinations that the best fitting statistics object counted, whose keys are taken out of the list; null when none has two of them.</summary>
    private double? FromObject(RelationInfo relation, List<Key> keys)
    {
        ExtendedStatistics? best = null;
        ExtendedStatisticsData? bestData = null;
        List<(Key Key, short Number)> bestKeys = [];
        foreach (CatalogObject entry in ExtendedStatistics.On(state.Context.Catalog, relation.Oid))
        {
            ExtendedStatistics statistics = ExtendedStatistics.Of(entry);
            if (!statistics.Has(ExtendedStatistics.DistinctKind) || ExtendedStatistics.DataOf(state.Context.Catalog, statistics.Oid, variables.IsWhole(relation)) is not { Distinct: not null } data)
                continue;
            List<(Key, short)> matched = Match(relation, statistics, keys);
            if (matched.Count >= 2 && matched.Count > bestKeys.Count)
                (best, bestData, bestKeys) = (statistics, data, matched);
        }

        if (best is null)
            return null;
        short[] numbers = [.. bestKeys.Select(static k => k.Number).Order()];
        DistinctCombination? item = Array.Find(bestData!.Distinct!, candidate => candidate.Attributes.Order().SequenceEqual(numbers));
        if (item is null)
            return null;
        foreach ((Key key, short _) in bestKeys)
            keys.Remove(key);
        return item.Distinct;
    }

    private List<(Key, short)> Match(RelationInfo relation, ExtendedStatistics statistics, List<Key> keys)
    {
        var matched = new List<(Key, short)>();
        Expression[] expressions = [.. statistics.Expressions.Select(expression => variables.Bind(expression, relation))];
        foreach (Key key in keys)
        {
            if (key.Attribute > 0 && Array.IndexOf(statistics.Columns, key.Attribute) >= 0)
            {
                matched.Add((key, key.Attribute));
                continue;
            }

            int at = Array.FindIndex(expressions, expression => expression.Equals(key.OverSlots));
            if (at >= 0)
                matched.Add((key, (short)-(at + 1)));
        }

        return matched;
    }
}
