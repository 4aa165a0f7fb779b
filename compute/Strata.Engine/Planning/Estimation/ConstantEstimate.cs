using System.Text;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>Shares of rows whose value compares with a constant in some way, by common values and histogram (PostgreSQL's var_eq_const and scalarineqsel). Not thread-safe.</summary>
/// <param name="functions">Settings and services that values are read and computed with.</param>
/// <param name="peek">Values of the statement's parameters, which then count as constants; null: they are unknown.</param>
internal sealed class ConstantEstimate(IFunctionContext functions, ParameterPeek? peek)
{
    public const double InequalityDefault = 0.3333333333333333;

    // Beyond the histogram's ends there may be newer rows: their share is never quite none or all.
    private const double HistogramCutoff = 0.01;

    /// <summary>A constant's key in a variable's type and its number where it has one; no key when it can't be converted.</summary>
    private readonly record struct Place(byte[]? Key, double? Scale);

    /// <summary>The share of rows that equal a constant; null: of an unknown value.</summary>
    public double Equal(Variable variable, ConstantExpression? constant)
    {
        if (constant is { IsNull: true })
            return 0;
        if (variable.IsUnique && variable.TableRows >= 1)
            return 1 / variable.TableRows;
        if (variable.Statistics is not { } statistics)
            return 1 / Math.Max(1, variable.Distinct);
        double distinct = variable.Distinct;
        float[] frequencies = statistics.Source.CommonFrequencies;
        if (constant is null)
        {
            double even = (1 - variable.NullFraction) / Math.Max(1, distinct);
            return Clamp(frequencies.Length > 0 ? Math.Min(even, frequencies[0]) : even);
        }

        if (PlaceOf(constant, variable.Type).Key is { } key && statistics.FindCommon(key) is var found and >= 0)
            return frequencies[found];
        double share = statistics.OtherShare / Math.Max(1, distinct - frequencies.Length);
        // No other value is more frequent than the rarest common one.
        return Clamp(frequencies.Length > 0 ? Math.Min(share, frequencies[^1]) : share);
    }

    /// <summary>The share of rows above (<paramref name="isAbove"/>) or below a constant, itself included or not.</summary>
    public double Range(Variable variable, ConstantExpression? constant, bool isAbove, bool isInclusive)
    {
        if (constant is { IsNull: true })
            return 0;
        if (constant is null || variable.Statistics is not { } statistics)
            return InequalityDefault;
        Place place = PlaceOf(constant, variable.Type);
        if (place.Key is null)
            return InequalityDefault;
        double matching = 0;
        for (int i = 0; i < statistics.CommonKeys.Length; i++)
        {
            int order = statistics.CommonKeys[i].AsSpan().SequenceCompareTo(place.Key);
            if (order == 0 ? isInclusive : isAbove == (order > 0))
                matching += statistics.Source.CommonFrequencies[i];
        }

        double below;
        if (statistics.BelowShare(place.Key, place.Scale) is { } share)
        {
            double equal = statistics.FindCommon(place.Key) >= 0 || share is 0 or 1 ? 0 : 1 / Math.Max(1, variable.Distinct - statistics.CommonKeys.Length);
            // What is equal to the constant counts as below when the comparison puts it there.
            below = isAbove == isInclusive ? share : share + equal;
            double cutoff = HistogramCutoff / (statistics.BoundKeys.Length - 1);
            below = Math.Clamp(below, cutoff, 1 - cutoff);
        }
        else
        {
            below = 0.5;
        }

        if (statistics.CommonKeys.Length == 0 && statistics.BoundKeys.Length < 2)
            return InequalityDefault;
        return Clamp(matching + (statistics.OtherShare * (isAbove ? 1 - below : below)));
    }

    /// <summary>The constant behind an expression without columns and parameters: stable functions count with their value now. Null when there is none.</summary>
    public ConstantExpression? ConstantOf(Expression expression)
    {
        if (peek?.Mentions(expression) == true)
            expression = peek.Resolve(expression);
        Expression plain = VariableFinder.Unwrap(expression);
        if (plain is ConstantExpression constant)
            return constant;
        if (expression.IsVolatile || expression.Any(static part => part is ColumnExpression or SlotExpression or ParameterExpression or Algebra.SubqueryExpression or HostedExpression
            or CaseOperandExpression or CurrentOfExpression or Algebra.TestExpression or FunctionExpression { Function.Routine: not null } or FunctionExpression { ReturnsSet: true }))
            return null;
        try
        {
            using var context = new EvaluationContext { Functions = functions };
            using ExpressionInstance instance = CompiledExpression.Compile(expression).CreateInstance();
            return new ConstantExpression(expression.Type, instance.EvaluateScalar(context));
        }
        catch (SqlException)
        {
            // Its error belongs to the execution.
            return null;
        }
    }

    /// <summary>A constant's key among the values of a type; null when it has none there.</summary>
    public byte[]? KeyOf(ConstantExpression constant, SqlType type) => PlaceOf(constant, type).Key;

    private Place PlaceOf(ConstantExpression constant, SqlType type)
    {
        try
        {
            if (constant.Type.Plain.Oid == type.Plain.Oid || (ValueScale.IsText(constant.Type.Oid) && ValueScale.IsText(type.Oid)))
                return new Place(ComparableStatistics.KeyOf(constant.Value, type.WithTypmod(-1)), ValueScale.Of(constant.Value, constant.Type));
            string? text = TypeOutput.ToText(constant.Type, constant.Value, TypeSettings.Default, functions.Catalog);
            if (IsInteger(type.Oid) && ValueScale.Of(constant.Value, constant.Type) is { } number)
                text = Math.Clamp(Math.Round(number), long.MinValue, long.MaxValue).ToString("F0", System.Globalization.CultureInfo.InvariantCulture);
            Datum converted = TypeInput.Parse(type.WithTypmod(-1), Encoding.UTF8.GetBytes(text!), functions);
            return new Place(ComparableStatistics.KeyOf(converted, type), ValueScale.Of(converted, type));
        }
        catch (SqlException)
        {
            // No value of that type is equal to it.
            return default;
        }
    }

    private static bool IsInteger(uint oid) => oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8;

    private static double Clamp(double share) => Math.Clamp(share, 0, 1);
}
