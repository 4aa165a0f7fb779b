using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>How a column compares with the value of a parameter.</summary>
internal enum ProbeComparison
{
    Equal,
    Above,
    AboveOrEqual,
    Below,
    BelowOrEqual,
}

/// <summary>One comparison of a probe's column.</summary>
internal readonly record struct ProbeTerm(ProbeComparison Comparison, ParameterValue Value)
{
    public bool IsLower => Comparison is ProbeComparison.Above or ProbeComparison.AboveOrEqual;

    public bool IsInclusive => Comparison is ProbeComparison.AboveOrEqual or ProbeComparison.BelowOrEqual;
}

/// <summary>
/// A number that a plan was chosen by and that depends on values of parameters: how many rows meet comparisons of a column, how many elements an array has, how many rows a LIMIT leaves. Thread-safe.
/// </summary>
internal sealed class ParameterProbe
{
    // A plan that was chosen for so many times more or fewer rows is not the best one any more.
    private const double FactorMax = 2;

    private readonly double _number;

    /// <summary>Rows that meet all of <paramref name="terms"/> on a variable.</summary>
    /// <param name="variable">What is compared.</param>
    /// <param name="terms">One equality, or bounds.</param>
    /// <param name="share">The share of rows that the plan was chosen for.</param>
    public ParameterProbe(Variable variable, ProbeTerm[] terms, double share)
    {
        Variable = variable;
        Terms = terms;
        _number = RowsOf(share);
    }

    /// <summary>A value itself: a count of rows, or the number of elements of an array.</summary>
    public ParameterProbe(ParameterValue count, double number)
    {
        Terms = [new ProbeTerm(ProbeComparison.Equal, count)];
        _number = number;
    }

    /// <summary>The column or expression; null for a count.</summary>
    public Variable? Variable { get; }

    public ProbeTerm[] Terms { get; }

    /// <summary>True when both look at the same comparisons.</summary>
    public bool IsSameAs(ParameterProbe other)
    {
        if (Variable is null != other.Variable is null || Terms.Length != other.Terms.Length || (Variable is not null && !Variable.Expression.Equals(other.Variable!.Expression)))
            return false;
        for (int i = 0; i < Terms.Length; i++)
            if (Terms[i].Comparison != other.Terms[i].Comparison || !Terms[i].Value.Expression.Equals(other.Terms[i].Value.Expression))
                return false;
        return true;
    }

    /// <summary>True when the other looks at these bounds and at more of the same variable: a scan by both was weighed with a scan by one, but is what counts.</summary>
    public bool IsPartOf(ParameterProbe other) =>
        Variable is not null && other.Variable is not null && other.Terms.Length > Terms.Length && Variable.Expression.Equals(other.Variable.Expression)
        && Array.TrueForAll(Terms, term => Array.Exists(other.Terms, more => more.Comparison == term.Comparison && more.Value.Expression.Equals(term.Value.Expression)));

    /// <summary>Whether other values give about the same number. False also when they can't be evaluated: the execution will say why.</summary>
    public bool Holds(ReadOnlySpan<Datum> values, IFunctionContext functions)
    {
        double number;
        try
        {
            number = Measure(values, functions);
        }
        catch (SqlException)
        {
            return false;
        }

        return number <= _number * FactorMax && _number <= number * FactorMax;
    }

    private double Measure(ReadOnlySpan<Datum> values, IFunctionContext functions)
    {
        if (Variable is null)
            return CountOf(Terms[0].Value.Of(values, functions));
        var constants = new ConstantEstimate(functions, null);
        if (Terms[0].Comparison == ProbeComparison.Equal)
            return RowsOf(constants.Equal(Variable, Terms[0].Value.Of(values, functions)));
        RangeShare range = default;
        foreach (ProbeTerm term in Terms)
            range = range.With(term.IsLower, constants.Range(Variable, term.Value.Of(values, functions), term.IsLower, term.IsInclusive), Variable.NullFraction);
        return RowsOf(range.Between);
    }

    /// <summary>The number behind a count or an array; at least 1.</summary>
    public static double CountOf(ConstantExpression value)
    {
        if (value.IsNull)
            return 1;
        return Math.Max(1, value.Type.ElementType is null ? value.Value.Get<long>() : new ArrayValue(value.Value.Bytes).Count);
    }

    private double RowsOf(double share) => Math.Max(1, share * Math.Max(1, Variable!.TableRows));
}
