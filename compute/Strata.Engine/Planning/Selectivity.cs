using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>Estimates what share of rows satisfies conditions: by statistics where there are some, else PostgreSQL's defaults.</summary>
internal sealed class Selectivity(PlannerState state)
{
    private const double EqualDefault = 0.005;
    private const double InequalityDefault = 0.3333333333333333;
    private const double MatchDefault = 0.005;
    private const double UnknownDefault = 0.5;
    private const double RangeMin = 0.0005;
    private const double MatchMin = 0.0001;
    private const int HistogramForPatternsMin = 10;
    private const double DistinctDefault = 200;

    /// <summary>The share of rows for which all conditions hold, taken as independent.</summary>
    public double Of(IEnumerable<Expression> conditions)
    {
        double share = 1;
        // Lower and upper bounds of one column leave what lies between them: their shares are not independent.
        Dictionary<int, (double Above, double Below)>? ranges = null;
        foreach (Expression condition in conditions)
        {
            if (condition is FunctionExpression { Operator.Name: "<" or "<=" or ">" or ">=" } call && Bound(call) is { } bound)
            {
                ranges ??= [];
                (double above, double below) = ranges.GetValueOrDefault(bound.Column, (1, 1));
                ranges[bound.Column] = bound.IsLower ? (Math.Min(above, bound.Share), below) : (above, Math.Min(below, bound.Share));
                continue;
            }

            share *= Of(condition);
        }

        if (ranges is not null)
        {
            foreach ((double above, double below) in ranges.Values)
                share *= above < 1 && below < 1 ? Math.Max(RangeMin, above + below - 1) : Math.Min(above, below);
        }

        return Math.Clamp(share, 1e-9, 1);
    }

    /// <summary>The share of rows for which a condition holds.</summary>
    public double Of(Expression condition)
    {
        switch (condition)
        {
            case ConstantExpression constant:
                return !constant.IsNull && constant.Value.AsBoolean ? 1 : 0;
            case BooleanExpression { Operator: BooleanOperator.And } and:
                return Of((IEnumerable<Expression>)and.Operands);
            case BooleanExpression { Operator: BooleanOperator.Or } or:
                double none = 1;
                foreach (Expression operand in or.Operands)
                    none *= 1 - Of(operand);
                return 1 - none;
            case BooleanExpression { Operator: BooleanOperator.Not } not:
                return 1 - Of(not.Operands[0]);
            case NullTestExpression test:
                double nulls = test.Operand is ColumnExpression column && StatisticsOf(column.Column) is { } known ? known.NullFraction : EqualDefault;
                return test.IsNotNull ? 1 - nulls : nulls;
            case FunctionExpression { Operator: { } op } call:
                return OfOperator(op.Name, call);
            case ArrayComparisonExpression { IsAll: false, Operator.Name: "=" } any:
                if (any.Array is not ArrayExpression list)
                    return Math.Min(1, 10 * EqualShare(any.Scalar, null));
                double sum = 0;
                foreach (Expression element in list.Elements)
                    sum += EqualShare(any.Scalar, element);
                return Math.Min(1, sum);
            case ArrayComparisonExpression { IsAll: true, Operator.Name: "<>" } all:
                double kept = 1;
                foreach (Expression element in all.Array is ArrayExpression values ? values.Elements : [])
                    kept -= EqualShare(all.Scalar, element);
                return Math.Clamp(kept, 0, 1);
            default:
                return UnknownDefault;
        }
    }

    /// <summary>How many different values a column has.</summary>
    public double DistinctOf(int column)
    {
        QueryColumn found = state.Metadata[column];
        if (found.TableOid == 0 || state.Context.Catalog.FindRelation(found.TableOid) is not { } relation)
            return DistinctDefault;
        double rows = CostModel.SizeOf(relation).Rows;
        foreach (IndexInfo index in relation.Indexes)
        {
            if (index.IsUnique && index.KeyCount == 1 && index.Keys[0].Column == found.AttributeNumber && index.Predicate is null)
                return rows;
        }

        return StatisticsOf(column) is { } statistics
            ? statistics.Distinct > 0 ? statistics.Distinct : statistics.Distinct < 0 ? -statistics.Distinct * rows : Math.Min(DistinctDefault, rows)
            : Math.Min(DistinctDefault, rows);
    }

    /// <summary>How many groups columns make, before the input's rows limit it. Columns of one table make no more than it has rows.</summary>
    public double GroupsOf(IReadOnlyList<int> columns)
    {
        double groups = 1;
        foreach (IGrouping<uint, int> table in columns.GroupBy(column => state.Metadata[column].TableOid))
        {
            double own = 1;
            foreach (int column in table)
                own *= DistinctOf(column);
            if (table.Key != 0 && state.Context.Catalog.FindRelation(table.Key) is { } relation)
                own = Math.Min(own, CostModel.SizeOf(relation).Rows);
            groups *= own;
        }

        return groups;
    }

    private double OfOperator(string name, FunctionExpression call)
    {
        switch (name)
        {
            case "=":
                return call.Arguments.Count > 1 ? Equality(call.Arguments[0], call.Arguments[1]) : EqualDefault;
            case "<>":
                return call.Arguments.Count > 1 ? 1 - Equality(call.Arguments[0], call.Arguments[1]) : 1 - EqualDefault;
            case "<" or "<=" or ">" or ">=":
                return Bound(call)?.Share ?? InequalityDefault;
            case "~~":
                return Match(call);
            case "!~~":
                return 1 - Match(call);
            case "~~*" or "~" or "~*":
                return MatchDefault;
            case "!~~*" or "!~" or "!~*":
                return 1 - MatchDefault;
            default:
                return UnknownDefault;
        }
    }

    private double Equality(Expression a, Expression b)
    {
        if (Unwrap(a) is not ColumnExpression)
            (a, b) = (b, a);
        if (Unwrap(a) is not ColumnExpression)
            return EqualDefault;
        if (Unwrap(b) is not ColumnExpression)
            return EqualShare(a, b);
        return 1 / Math.Max(1, Math.Max(Distinct(a), Distinct(b)));
    }

    /// <summary>The share of rows whose column equals a value: a common value's frequency, or an equal part of the others.</summary>
    private double EqualShare(Expression operand, Expression? value)
    {
        if (Unwrap(operand) is not ColumnExpression column)
            return EqualDefault;
        double even = 1 / Math.Max(1, DistinctOf(column.Column));
        if (StatisticsOf(column.Column) is not { } statistics)
            return even;
        double common = 0;
        foreach (float frequency in statistics.CommonFrequencies)
            common += frequency;
        double others = Math.Max(1, DistinctOf(column.Column) - statistics.CommonValues.Length);
        double rest = Math.Max(0, 1 - common - statistics.NullFraction) / others;
        if (value is null || Unwrap(value) is not ConstantExpression { IsNull: false } constant)
            return even * (1 - statistics.NullFraction);
        int found = FindCommon(statistics, column.Type, constant);
        if (found >= 0)
            return statistics.CommonFrequencies[found];
        // No other value is more frequent than the rarest common one.
        return statistics.CommonFrequencies.Length > 0 ? Math.Min(rest, statistics.CommonFrequencies[^1]) : rest;
    }

    private int FindCommon(ColumnStatistics statistics, SqlType type, ConstantExpression constant)
    {
        if (ValueScale.IsText(type.Oid))
        {
            string text = System.Text.Encoding.UTF8.GetString(constant.Value.Bytes).TrimEnd(' ');
            return Array.FindIndex(statistics.CommonValues, common => common.AsSpan().TrimEnd(' ').SequenceEqual(text));
        }

        if (ValueScale.Of(constant.Value, constant.Type) is not { } wanted)
            return -1;
        return Array.FindIndex(statistics.CommonValues, common => ValueScale.Of(common, type, state.Context.Functions) == wanted);
    }

    /// <summary>What a comparison of a column with a constant leaves of its rows; null when it is not one or nothing is known.</summary>
    private (int Column, bool IsLower, double Share)? Bound(FunctionExpression call)
    {
        if (call.Arguments.Count != 2)
            return null;
        (Expression left, Expression right) = (Unwrap(call.Arguments[0]), Unwrap(call.Arguments[1]));
        bool isLower = call.Operator!.Name is ">" or ">=";
        bool isInclusive = call.Operator.Name is ">=" or "<=";
        if (left is not ColumnExpression)
        {
            (left, right) = (right, left);
            isLower = !isLower;
        }

        if (left is not ColumnExpression column)
            return null;
        if (right is not ConstantExpression { IsNull: false } constant || StatisticsOf(column.Column) is not { } statistics
            || ValueScale.Of(constant.Value, constant.Type) is not { } value)
            return (column.Column, isLower, InequalityDefault);
        SqlType type = column.Type;
        double common = 0;
        double matching = 0;
        for (int i = 0; i < statistics.CommonValues.Length; i++)
        {
            common += statistics.CommonFrequencies[i];
            if (ValueScale.Of(statistics.CommonValues[i], type, state.Context.Functions) is { } frequent
                && (frequent == value ? isInclusive : isLower ? frequent > value : frequent < value))
                matching += statistics.CommonFrequencies[i];
        }

        double rest = Math.Max(0, 1 - common - statistics.NullFraction);
        double below = BelowShare(statistics.HistogramBounds, type, value) ?? (statistics.HistogramBounds.Length == 0 && common > 0 ? 0.5 : InequalityDefault);
        return (column.Column, isLower, Math.Clamp(matching + (rest * (isLower ? 1 - below : below)), 1e-6, 1));
    }

    /// <summary>The share of a histogram below a value.</summary>
    private double? BelowShare(string[] bounds, SqlType type, double value)
    {
        if (bounds.Length < 2)
            return null;
        int low = 0;
        int high = bounds.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (ValueScale.Of(bounds[middle], type, state.Context.Functions) is not { } bound)
                return null;
            if (bound < value)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == 0)
            return 0;
        if (low == bounds.Length)
            return 1;
        double from = ValueScale.Of(bounds[low - 1], type, state.Context.Functions) ?? value;
        double to = ValueScale.Of(bounds[low], type, state.Context.Functions) ?? value;
        double within = to > from ? (value - from) / (to - from) : 0.5;
        return (low - 1 + within) / (bounds.Length - 1);
    }

    /// <summary>LIKE: the pattern is tried on the common values and on the bounds of the histogram, as PostgreSQL's patternsel does.</summary>
    private double Match(FunctionExpression call)
    {
        if (call.Arguments.Count != 2 || Unwrap(call.Arguments[0]) is not ColumnExpression column
            || Unwrap(call.Arguments[1]) is not ConstantExpression { IsNull: false } constant || StatisticsOf(column.Column) is not { } statistics)
            return MatchDefault;
        Functions.Kernels.LikePattern pattern = Functions.Kernels.LikePattern.Compile(constant.Value.Bytes);
        double common = 0;
        double matching = 0;
        for (int i = 0; i < statistics.CommonValues.Length; i++)
        {
            common += statistics.CommonFrequencies[i];
            if (IsLike(pattern, statistics.CommonValues[i]))
                matching += statistics.CommonFrequencies[i];
        }

        double rest = Math.Max(0, 1 - common - statistics.NullFraction);
        double share = MatchDefault;
        if (statistics.HistogramBounds.Length >= HistogramForPatternsMin)
        {
            int hits = 0;
            foreach (string bound in statistics.HistogramBounds)
                hits += IsLike(pattern, bound) ? 1 : 0;
            share = hits == 0 ? Math.Min(MatchDefault, 0.5 / statistics.HistogramBounds.Length) : (double)hits / statistics.HistogramBounds.Length;
        }

        return Math.Clamp(matching + (rest * share), MatchMin, 1 - MatchMin);
    }

    private static bool IsLike(Functions.Kernels.LikePattern pattern, string value)
    {
        try
        {
            return pattern.Matches(System.Text.Encoding.UTF8.GetBytes(value), CancellationToken.None);
        }
        catch (SqlException)
        {
            // The error of a bad pattern belongs to the execution.
            return false;
        }
    }

    private static Expression Unwrap(Expression operand) => operand switch
    {
        RelabelExpression relabel => Unwrap(relabel.Operand),
        FunctionExpression { Form: CallForm.ImplicitCast, Arguments: [ColumnExpression column] } => column,
        _ => operand,
    };

    private double Distinct(Expression operand) => operand switch
    {
        ColumnExpression column => DistinctOf(column.Column),
        RelabelExpression relabel => Distinct(relabel.Operand),
        _ => 0,
    };

    private ColumnStatistics? StatisticsOf(int column)
    {
        QueryColumn found = state.Metadata[column];
        if (found.TableOid == 0 || state.Context.Catalog.FindRelation(found.TableOid) is not { } relation)
            return null;
        foreach (ColumnStatistics statistics in relation.Statistics)
        {
            if (statistics.Column == found.AttributeNumber)
                return statistics;
        }

        return null;
    }
}
