using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Statistics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// Shares of rows by statistics objects: conditions over several columns are tried on the common combinations of values, then equalities use functional dependencies (PostgreSQL's
/// statext_clauselist_selectivity). For one planning.
/// </summary>
internal sealed class ExtendedEstimate(PlannerState state, Selectivity selectivity)
{
    private const int ConditionsMin = 2;

    private readonly Dictionary<(uint Table, bool IsWhole), List<Source>> _sources = [];

    /// <summary>A statistics object over the table of the conditions.</summary>
    private sealed record Source(ExtendedStatistics Statistics, ExtendedStatisticsData Data, Expression[] Dimensions, SqlType[] Types);

    /// <summary>A condition that the objects may know: the things that it is about, and whether it is an equality with a constant.</summary>
    private sealed record Clause(Expression Condition, Expression OverSlots, List<Expression> Parts, bool IsEquality);

    /// <summary>The share that statistics objects give for some of the conditions (1 for none of them); <paramref name="done"/> lists these.</summary>
    public double Apply(IReadOnlyList<Expression> conditions, out HashSet<Expression>? done)
    {
        done = null;
        if (TableOf(conditions) is not { } table || SourcesOf(table) is not { Count: > 0 } sources)
            return 1;
        List<Clause> clauses = [.. conditions.Select(ClauseOf).OfType<Clause>()];
        double share = 1;
        while (BestFor(sources, clauses) is { } best)
        {
            share *= ByCombinations(best.Source, best.Clauses);
            done ??= new HashSet<Expression>(ReferenceEqualityComparer.Instance);
            foreach (Clause clause in best.Clauses)
            {
                done.Add(clause.Condition);
                clauses.Remove(clause);
            }
        }

        return share * ByDependencies(sources, clauses, ref done);
    }

    /// <summary>
    /// The share of rows that meet one of the conditions at least, of those that an object knows (0 for none of them); <paramref name="done"/> lists these. Each condition adds its share less what it
    /// has in common with those before it.
    /// </summary>
    public double ApplyOr(IReadOnlyList<Expression> conditions, out HashSet<Expression>? done)
    {
        done = null;
        if (TableOf(conditions) is not { } table || SourcesOf(table) is not { Count: > 0 } sources)
            return 0;
        List<Clause> clauses = [.. conditions.Select(ClauseOf).OfType<Clause>()];
        if (BestFor(sources, clauses) is not var (source, covered))
            return 0;
        CommonCombination[] items = source.Data.Common!;
        double total = items.Sum(static item => item.Frequency), share = 0, simpleSoFar = 0;
        var before = new bool[items.Length];
        foreach (Clause clause in covered)
        {
            if (Matches(source, [clause]) is not { } matches)
                return 0;
            double matched = 0, expected = 0, both = 0, bothExpected = 0;
            for (int i = 0; i < items.Length; i++)
            {
                if (!matches[i])
                    continue;
                matched += items[i].Frequency;
                expected += items[i].BaseFrequency;
                both += before[i] ? items[i].Frequency : 0;
                bothExpected += before[i] ? items[i].BaseFrequency : 0;
                before[i] = true;
            }

            double simple = selectivity.Simple([clause.Condition]);
            // Of a single thing its own statistics know more.
            double own = clause.Parts.Count == 1 ? simple : Combine(simple, matched, expected, total), overlap = Combine(simple * simpleSoFar, both, bothExpected, total);
            simpleSoFar = simpleSoFar + simple - (simpleSoFar * simple);
            share = Math.Clamp(share + own - overlap, 0, 1);
        }

        done = new HashSet<Expression>(covered.Select(static clause => clause.Condition), ReferenceEqualityComparer.Instance);
        return share;
    }

    private RelationInfo? TableOf(IReadOnlyList<Expression> conditions)
    {
        uint table = 0;
        foreach (Expression condition in conditions)
            foreach (int column in TreeWalker.ColumnsOf(condition))
            {
                uint own = state.Metadata[column].TableOid;
                if (own == 0 || (table != 0 && own != table))
                    return null;
                table = own;
            }

        return selectivity.Variables.RelationOf(table);
    }

    private List<Source> SourcesOf(RelationInfo table)
    {
        bool isWhole = selectivity.Variables.IsWhole(table);
        if (_sources.TryGetValue((table.Oid, isWhole), out List<Source>? sources))
            return sources;
        _sources.Add((table.Oid, isWhole), sources = []);
        foreach (CatalogObject entry in ExtendedStatistics.On(state.Context.Catalog, table.Oid))
        {
            ExtendedStatistics statistics = ExtendedStatistics.Of(entry);
            if (ExtendedStatistics.DataOf(state.Context.Catalog, statistics.Oid, isWhole) is not { } data)
                continue;
            Expression[] dimensions =
            [
                .. statistics.Columns.Select(number => new SlotExpression(number - 1, state.TypeOf(table.Columns[number - 1]))),
                .. statistics.Expressions.Select(expression => selectivity.Variables.Bind(expression, table)),
            ];
            sources.Add(new Source(statistics, data, dimensions, Array.ConvertAll(dimensions, static dimension => dimension.Type)));
        }

        return sources;
    }

    /// <summary>What a condition is about; null when objects can't know it.</summary>
    private Clause? ClauseOf(Expression condition)
    {
        if (condition.IsVolatile || condition.Any(static part => part is SubqueryExpression or ParameterExpression or HostedExpression or SlotExpression))
            return null;
        var parts = new List<Expression>();
        Expression over = selectivity.Variables.OverSlots(condition);
        return Collect(over, parts) && parts.Count > 0 ? new Clause(condition, over, parts, IsEquality(over)) : null;
    }

    /// <summary>Adds the columns and expressions that a condition compares with constants; false when it does anything else.</summary>
    private static bool Collect(Expression condition, List<Expression> parts)
    {
        switch (condition)
        {
            case BooleanExpression boolean:
                return boolean.Operands.All(operand => Collect(operand, parts));
            case NullTestExpression test:
                return AddPart(test.Operand, parts);
            case FunctionExpression { Operator: { } op, Arguments: [var left, var right] }
                when Selectivity.EstimatorOf(op) is "eqsel" or "neqsel" or "scalarltsel" or "scalarlesel" or "scalargtsel" or "scalargesel":
                return IsConstant(right) ? AddPart(left, parts) : IsConstant(left) && AddPart(right, parts);
            case ArrayComparisonExpression any when !any.Array.Any(static part => part is SlotExpression):
                return AddPart(any.Scalar, parts);
            case SlotExpression { Type.Oid: TypeOid.Boolean } or FunctionExpression { Type.Oid: TypeOid.Boolean } or CaseExpression { Type.Oid: TypeOid.Boolean }:
                return AddPart(condition, parts);
            default:
                return false;
        }
    }

    private static bool IsConstant(Expression value) => VariableFinder.Unwrap(value) is ConstantExpression;

    private static bool AddPart(Expression part, List<Expression> parts)
    {
        Expression plain = Unwrap(part);
        if (!plain.Any(static inner => inner is SlotExpression))
            return false;
        if (!parts.Contains(plain))
            parts.Add(plain);
        return true;
    }

    private static Expression Unwrap(Expression part) => part is RelabelExpression relabel ? Unwrap(relabel.Operand) : part;

    /// <summary>True for an equality with a constant, a list of them or a choice of them, over one thing.</summary>
    private static bool IsEquality(Expression condition) => condition switch
    {
        FunctionExpression { Operator: { } op, Arguments.Count: 2 } => Selectivity.EstimatorOf(op) == "eqsel",
        ArrayComparisonExpression { IsAll: false } any => Selectivity.EstimatorOf(any.Operator) == "eqsel",
        BooleanExpression { Operator: BooleanOperator.Or } or => or.Operands.All(IsEquality),
        BooleanExpression { Operator: BooleanOperator.Not, Operands: [SlotExpression { Type.Oid: TypeOid.Boolean }] } => true,
        SlotExpression { Type.Oid: TypeOid.Boolean } => true,
        _ => false,
    };

    private static (Source Source, List<Clause> Clauses)? BestFor(List<Source> sources, List<Clause> clauses)
    {
        (Source, List<Clause>)? best = null;
        int bestParts = ConditionsMin, bestDimensions = int.MaxValue;
        foreach (Source source in sources)
        {
            if (source.Data.Common is null)
                continue;
            List<Clause> covered = clauses.FindAll(clause => clause.Parts.TrueForAll(part => Array.Exists(source.Dimensions, dimension => dimension.Equals(part))));
            int parts = covered.SelectMany(static clause => clause.Parts).Distinct().Count();
            if (parts > bestParts || (parts == bestParts && source.Dimensions.Length < bestDimensions))
            {
                best = (source, covered);
                (bestParts, bestDimensions) = (parts, source.Dimensions.Length);
            }
        }

        return best;
    }

    private double ByCombinations(Source source, List<Clause> clauses)
    {
        double simple = selectivity.Simple([.. clauses.Select(static clause => clause.Condition)]);
        if (Matches(source, clauses) is not { } matches)
            return simple;
        double matched = 0, expected = 0, total = 0;
        CommonCombination[] items = source.Data.Common!;
        for (int i = 0; i < items.Length; i++)
        {
            total += items[i].Frequency;
            if (!matches[i])
                continue;
            matched += items[i].Frequency;
            expected += items[i].BaseFrequency;
        }

        return Combine(simple, matched, expected, total);
    }

    /// <summary>What the combinations do not show is estimated as before, within the room that they leave.</summary>
    private static double Combine(double simple, double matched, double expected, double total) =>
        Math.Clamp(matched + Math.Min(Math.Clamp(simple - expected, 0, 1), Math.Max(0, 1 - total)), 0, 1);

    /// <summary>Which combinations meet all conditions; null when they can't be evaluated.</summary>
    private bool[]? Matches(Source source, List<Clause> clauses)
    {
        CommonCombination[] items = source.Data.Common!;
        Expression condition = BooleanExpression.And([.. clauses.Select(clause => OverDimensions(clause.OverSlots, source))]);
        using var batch = new Batch(Array.ConvertAll(source.Types, static type => type.WithTypmod(-1)));
        var result = new bool[items.Length];
        try
        {
            using var context = new EvaluationContext { Functions = state.Context.Functions };
            using ExpressionInstance instance = CompiledExpression.Compile(condition).CreateInstance();
            var errors = new ErrorSink();
            for (int first = 0; first < items.Length; first += Batch.RowsMax)
            {
                int count = Math.Min(Batch.RowsMax, items.Length - first);
                Fill(batch, items.AsSpan(first, count), source.Types);
                Selection kept = instance.Filter(context, batch, batch.Selection, errors);
                if (errors.HasError)
                    return null;
                for (int i = 0; i < kept.Count; i++)
                    result[first + kept[i]] = true;
            }

            return result;
        }
        catch (SqlException)
        {
            // What fails for a value fails, if ever, when the statement runs.
            return null;
        }
    }

    private void Fill(Batch batch, ReadOnlySpan<CommonCombination> items, SqlType[] types)
    {
        batch.Reset(items.Length);
        for (int row = 0; row < items.Length; row++)
        {
            for (int column = 0; column < types.Length; column++)
            {
                if (items[row].Values[column] is { } text)
                    TypeInput.Parse(types[column].WithTypmod(-1), System.Text.Encoding.UTF8.GetBytes(text), state.Context.Functions).Store(batch[column], row);
                else
                    batch[column].SetNull(row);
            }
        }

        batch.SetCount(items.Length);
    }

    private static Expression OverDimensions(Expression condition, Source source)
    {
        int at = Array.FindIndex(source.Dimensions, dimension => dimension.Equals(condition));
        return at >= 0 ? new SlotExpression(at, condition.Type) : condition.MapChildren(child => OverDimensions(child, source));
    }

    private double ByDependencies(List<Source> sources, List<Clause> clauses, ref HashSet<Expression>? done)
    {
        List<Clause> equalities = clauses.FindAll(static clause => clause is { IsEquality: true, Parts.Count: 1 });
        List<Expression> parts = [.. equalities.Select(static clause => clause.Parts[0]).Distinct()];
        if (parts.Count < ConditionsMin)
            return 1;
        var applied = new List<(Expression[] From, Expression Implied, double Degree)>();
        var open = new List<Expression>(parts);
        while (Strongest(sources, open) is { } strongest)
        {
            applied.Add(strongest);
            open.Remove(strongest.Implied);
        }

        if (applied.Count == 0)
            return 1;
        Dictionary<Expression, double> shares = [];
        List<Expression> used = [.. applied.SelectMany(static a => a.From.Append(a.Implied)).Distinct()];
        foreach (Expression part in used)
            shares[part] = selectivity.Simple([.. equalities.Where(clause => clause.Parts[0].Equals(part)).Select(static clause => clause.Condition)]);
        // From the last one found to the first: what is implied by others takes their share as far as it depends on them.
        for (int i = applied.Count - 1; i >= 0; i--)
        {
            (Expression[] from, Expression implied, double degree) = applied[i];
            double determining = from.Aggregate(1.0, (product, part) => product * shares[part]), own = shares[implied];
            shares[implied] = determining <= own ? degree + ((1 - degree) * own) : (degree * own / determining) + ((1 - degree) * own);
        }

        done ??= new HashSet<Expression>(ReferenceEqualityComparer.Instance);
        foreach (Clause clause in equalities)
            if (shares.ContainsKey(clause.Parts[0]))
                done.Add(clause.Condition);
        return Math.Clamp(shares.Values.Aggregate(1.0, static (product, share) => product * share), 0, 1);
    }

    /// <summary>The dependency over the most of the parts, of those the one that holds most.</summary>
    private static (Expression[] From, Expression Implied, double Degree)? Strongest(List<Source> sources, List<Expression> parts)
    {
        (Expression[] From, Expression Implied, double Degree)? best = null;
        foreach (Source source in sources)
            foreach (FunctionalDependency dependency in source.Data.Dependencies ?? [])
            {
                Expression[] members = Array.ConvertAll(dependency.Attributes, number => DimensionOf(source, number));
                if (!Array.TrueForAll(members, parts.Contains))
                    continue;
                if (best is { } known && (known.From.Length > members.Length - 1 || (known.From.Length == members.Length - 1 && known.Degree >= dependency.Degree)))
                    continue;
                best = (members[..^1], members[^1], dependency.Degree);
            }

        return best;
    }

    private static Expression DimensionOf(Source source, short number) => number > 0
        ? source.Dimensions[Array.IndexOf(source.Statistics.Columns, number)]
        : source.Dimensions[source.Statistics.Columns.Length - number - 1];
}
