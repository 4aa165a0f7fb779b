using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// Uses a column's common values and histogram bounds as a sample of it: conditions and expressions over the column alone are evaluated on them. So estimates reach functions of which nothing else is
/// known (PostgreSQL does this for patterns only). For one planning.
/// </summary>
internal sealed class SampledValues(PlannerState state, VariableFinder variables)
{
    private const int ValuesMin = 10;
    private const double RareShare = 0.5;
    private const double OtherShareMax = 0.05;

    /// <summary>The share of rows for which a condition over one column holds; null when the statistics can't tell.</summary>
    public double? Share(Expression condition)
    {
        if (SingleColumn(condition) is not { } found)
            return null;
        (Expression over, ComparableStatistics statistics, double _) = found;
        bool[]? holds = Evaluate(over, statistics, static (expression, context, batch, errors) =>
        {
            Selection kept = expression.Filter(context, batch, batch.Selection, errors);
            var result = new bool[batch.StoredCount];
            for (int i = 0; i < kept.Count; i++)
                result[kept[i]] = true;
            return result;
        });
        if (holds is null)
            return null;
        int common = statistics.Common.Length, bounds = statistics.Bounds.Length;
        double share = 0;
        for (int i = 0; i < common; i++)
            share += holds[i] ? statistics.Source.CommonFrequencies[i] : 0;
        if (bounds > 0)
        {
            int hits = 0;
            for (int i = 0; i < bounds; i++)
                hits += holds[common + i] ? 1 : 0;
            // None or all of a few hundred values is not none or all of the rows.
            double part = hits == 0 ? RareShare / bounds : hits == bounds ? 1 - (RareShare / bounds) : (double)hits / bounds;
            share += statistics.OtherShare * part;
        }

        return Math.Clamp(share + (holds[common + bounds] ? statistics.Source.NullFraction : 0), 0, 1);
    }

    /// <summary>How many different values an expression over one column has; null when the statistics can't tell.</summary>
    public double? Distinct(Expression expression)
    {
        if (SingleColumn(expression) is not { } single || !KeyEncoder.IsSupported(expression.Type))
            return null;
        (Expression over, ComparableStatistics statistics, double columnDistinct) = single;
        var counts = Evaluate(over, statistics, static (instance, context, batch, errors) =>
        {
            Vector values = instance.Evaluate(context, batch, batch.Selection, errors);
            var found = new Dictionary<string, int>(StringComparer.Ordinal);
            var key = new KeyBuffer();
            for (int i = 0; i < batch.StoredCount - 1; i++)
            {
                key.Clear();
                KeyEncoder.Append(values, i, descending: false, nullsFirst: false, key);
                string text = Convert.ToHexString(key.Written);
                found[text] = found.GetValueOrDefault(text) + 1;
            }

            return found;
        });
        if (counts is null)
            return null;
        int sampled = statistics.Common.Length + statistics.Bounds.Length;
        int once = counts.Values.Count(static count => count == 1);
        double all = Math.Max(sampled, columnDistinct);
        return Math.Min(all, Strata.Engine.Statistics.DistinctEstimate.Duj1(sampled, once, counts.Count - once, all));
    }

    /// <summary>An expression over one column as one over slot 0, with that column's statistics and number of distinct values; null when there is more to it.</summary>
    private (Expression Over, ComparableStatistics Statistics, double Distinct)? SingleColumn(Expression expression)
    {
        if (!SampleFilter.IsPure(expression))
            return null;
        Expression expanded = variables.Expand(expression);
        HashSet<int> columns = TreeWalker.ColumnsOf(expanded);
        if (columns.Count != 1)
            return null;
        int column = columns.First();
        if (variables.Find(new ColumnExpression(column, state.Metadata[column].Type)) is not { Statistics: { } statistics, Expression: ColumnExpression } variable)
            return null;
        int values = statistics.Common.Length + statistics.Bounds.Length;
        if (values == 0 || statistics.Common.Length != statistics.Source.CommonValues.Length || (values < ValuesMin && statistics.OtherShare > OtherShareMax))
            return null;
        return (expanded.Transform(static part => part is ColumnExpression own ? new SlotExpression(0, own.Type) : part), statistics, variable.Distinct);
    }

    private T? Evaluate<T>(Expression over, ComparableStatistics statistics, Func<ExpressionInstance, EvaluationContext, Batch, ErrorSink, T> evaluate)
        where T : class
    {
        int count = statistics.Common.Length + statistics.Bounds.Length + 1;
        using var batch = new Batch([statistics.Type]);
        batch.Reset(count);
        for (int i = 0; i < count - 1; i++)
            (i < statistics.Common.Length ? statistics.Common[i] : statistics.Bounds[i - statistics.Common.Length]).Store(batch[0], i);
        batch[0].SetNull(count - 1);
        batch.SetCount(count);
        try
        {
            using var context = new EvaluationContext { Functions = state.Context.Functions };
            using ExpressionInstance instance = CompiledExpression.Compile(over).CreateInstance();
            var errors = new ErrorSink();
            T result = evaluate(instance, context, batch, errors);
            return errors.HasError ? null : result;
        }
        catch (SqlException)
        {
            // What fails on a value of the sample fails, if ever, when the statement runs.
            return null;
        }
    }
}
