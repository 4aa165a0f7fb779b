using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>
/// sum, avg, variance and standard deviation of numeric (and the variances of integers, which PostgreSQL computes in numeric).
/// State: count and the handle of a managed accumulator, which exists from the first value on.
/// </summary>
internal sealed unsafe class NumericSumAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, NumericStatistic statistic)
    : RowAggregate(function, argumentTypes, resultType)
{
    private const int AccumulatorBytes = 128;

    private struct State
    {
        public long Count;
        public int Handle;
    }

    private sealed class Accumulator
    {
        public NumericValue Sum = NumericValue.Zero;
        public NumericValue SumOfSquares = NumericValue.Zero;
    }

    public override int StateSizeBytes => 16;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        Vector values = arguments[0];
        NumericValue value = values.Physical switch
        {
            PhysicalType.Int16 => NumericValue.FromInt64(values.Get<short>(row)),
            PhysicalType.Int32 => NumericValue.FromInt64(values.Get<int>(row)),
            PhysicalType.Int64 => NumericValue.FromInt64(values.Get<long>(row)),
            _ => NumericValue.Decode(values.GetBytes(row)),
        };
        Accumulator accumulator = Get(context, (State*)state);
        ((State*)state)->Count++;
        accumulator.Sum = NumericMath.Add(accumulator.Sum, value);
        if (statistic > NumericStatistic.Average)
            accumulator.SumOfSquares = NumericMath.Add(accumulator.SumOfSquares, NumericMath.Multiply(value, value));
    }

    private static Accumulator Get(AggregateContext context, State* state)
    {
        if (state->Handle == 0)
        {
            context.Charge(AccumulatorBytes);
            state->Handle = context.Add(new Accumulator());
        }

        return context.Get<Accumulator>(state->Handle);
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        var from = (State*)source;
        if (from->Handle == 0)
            return;
        Accumulator other = (context.Source ?? context).Get<Accumulator>(from->Handle), mine = Get(context, (State*)target);
        mine.Sum = NumericMath.Add(mine.Sum, other.Sum);
        mine.SumOfSquares = NumericMath.Add(mine.SumOfSquares, other.SumOfSquares);
        ((State*)target)->Count += from->Count;
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        long count = ((State*)state)->Count;
        if (count == 0)
        {
            result.SetNull(row);
            return;
        }

        Accumulator accumulator = context.Get<Accumulator>(((State*)state)->Handle);
        switch (statistic)
        {
            case NumericStatistic.Sum:
                accumulator.Sum.Store(result, row);
                break;
            case NumericStatistic.Average:
                NumericMath.Divide(accumulator.Sum, NumericValue.FromInt64(count)).Store(result, row);
                break;
            default:
                bool isSample = statistic is NumericStatistic.SampleVariance or NumericStatistic.SampleDeviation;
                if (isSample && count == 1)
                {
                    result.SetNull(row);
                    break;
                }

                Variance(accumulator, count, isSample).Store(result, row);
                break;
        }
    }

    /// <summary>(N·ΣX² − (ΣX)²) / (N·(N−1)), or / N² for the population; its root for deviations.</summary>
    private NumericValue Variance(Accumulator accumulator, long count, bool isSample)
    {
        if (!accumulator.Sum.IsFinite)
            return NumericValue.NaN;
        NumericValue n = NumericValue.FromInt64(count);
        NumericValue numerator = NumericMath.Subtract(
            NumericMath.Multiply(n, accumulator.SumOfSquares), NumericMath.Multiply(accumulator.Sum, accumulator.Sum));
        if (numerator.Sign <= 0)
            return NumericValue.Zero;
        NumericValue denominator = NumericMath.Multiply(n, isSample ? NumericValue.FromInt64(count - 1) : n);
        NumericValue variance = NumericMath.Divide(numerator, denominator);
        return statistic is NumericStatistic.SampleDeviation or NumericStatistic.PopulationDeviation
            ? NumericTranscendental.SquareRoot(variance, variance.Scale) : variance;
    }
}

/// <summary>What a numeric accumulator is asked for. Those after Average need the sum of squares.</summary>
internal enum NumericStatistic
{
    Sum,
    Average,
    SampleVariance,
    PopulationVariance,
    SampleDeviation,
    PopulationDeviation,
}
