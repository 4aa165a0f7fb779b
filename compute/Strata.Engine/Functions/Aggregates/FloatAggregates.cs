using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>
/// sum, avg, variance and deviation of floats. State: count, sum, sum of squared differences (Youngs–Cramer, as PostgreSQL). sum(real)
/// adds in single precision.
/// </summary>
internal sealed unsafe class FloatAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, NumericStatistic statistic)
    : RowAggregate(function, argumentTypes, resultType)
{
    private struct State
    {
        public double Count;
        public double Sum;
        public double Squares;
    }

    private readonly bool _isSingle = argumentTypes[0].Physical == PhysicalType.Float32;

    public override int StateSizeBytes => 24;

    internal static SqlException Overflow() => new(SqlState.NumericValueOutOfRange, "value out of range: overflow");

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        double value = _isSingle ? arguments[0].Get<float>(row) : arguments[0].Get<double>(row);
        var s = (State*)state;
        if (statistic == NumericStatistic.Sum)
        {
            // Minus zero is what changes no other number, minus zero included.
            double before = s->Count == 0 ? -0.0 : s->Sum;
            double sum = _isSingle ? (float)before + (float)value : before + value;
            if (double.IsInfinity(sum) && !double.IsInfinity(value) && !double.IsInfinity(s->Sum))
                throw Overflow();
            s->Sum = sum;
            s->Count++;
            return;
        }

        double known = s->Count;
        s->Count++;
        double oldSum = s->Sum;
        s->Sum += value;
        if (known > 0)
        {
            double difference = (value * s->Count) - s->Sum;
            s->Squares += difference * difference / (s->Count * known);
            if (double.IsInfinity(s->Sum) || double.IsInfinity(s->Squares))
            {
                if (!double.IsInfinity(oldSum) && !double.IsInfinity(value))
                    throw Overflow();
                s->Squares = double.NaN;
            }
        }
        else if (!double.IsFinite(value))
        {
            s->Squares = double.NaN;
        }
    }

    public override void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors)
    {
        Vector values = arguments[0];
        var s = (State*)state;
        if (statistic != NumericStatistic.Sum || _isSingle || values.HasNulls || values.Kind != VectorKind.Flat)
        {
            base.UpdateSingle(context, arguments, selection, state, errors);
            return;
        }

        // In the order of the rows, as one by one; only where that stays finite, the rest is for the loop that knows which row fails.
        var data = (double*)values.Data;
        double sum = s->Count == 0 ? -0.0 : s->Sum;
        for (int i = 0; i < selection.Count; i++)
            sum += data[selection[i]];
        if (!double.IsFinite(sum))
        {
            base.UpdateSingle(context, arguments, selection, state, errors);
            return;
        }

        s->Sum = sum;
        s->Count += selection.Count;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        var a = (State*)target;
        var b = (State*)source;
        if (b->Count == 0)
            return;
        if (a->Count == 0)
        {
            *a = *b;
            return;
        }

        double count = a->Count + b->Count;
        double difference = (a->Sum / a->Count) - (b->Sum / b->Count);
        a->Squares += b->Squares + (a->Count * b->Count * difference * difference / count);
        a->Sum += b->Sum;
        a->Count = count;
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        var s = (State*)state;
        bool isSample = statistic is NumericStatistic.SampleVariance or NumericStatistic.SampleDeviation;
        if (s->Count == 0 || (isSample && s->Count <= 1))
        {
            result.SetNull(row);
            return;
        }

        double value = statistic switch
        {
            NumericStatistic.Sum => s->Sum,
            NumericStatistic.Average => s->Sum / s->Count,
            NumericStatistic.SampleVariance => s->Squares / (s->Count - 1),
            NumericStatistic.PopulationVariance => s->Squares / s->Count,
            NumericStatistic.SampleDeviation => Math.Sqrt(s->Squares / (s->Count - 1)),
            _ => Math.Sqrt(s->Squares / s->Count),
        };
        if (ResultType.Physical == PhysicalType.Float32)
            result.Set(row, (float)value);
        else
            result.Set(row, value);
    }
}

/// <summary>Two-argument statistics of floats: corr, covar_*, regr_*. State: N, Sx, Sxx, Sy, Syy, Sxy.</summary>
internal sealed unsafe class RegressionAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : RowAggregate(function, argumentTypes, resultType)
{
    private struct State
    {
        public double N;
        public double Sx;
        public double Sxx;
        public double Sy;
        public double Syy;
        public double Sxy;
    }

    public override int StateSizeBytes => sizeof(State);

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        if (arguments[1].IsNull(row))
            return;
        double y = arguments[0].Get<double>(row), x = arguments[1].Get<double>(row);
        var s = (State*)state;
        double before = s->N, oldX = s->Sx, oldY = s->Sy;
        s->N++;
        if (Function.Name == "regr_count")
            return;
        s->Sx += x;
        s->Sy += y;
        if (before == 0)
        {
            if (!double.IsFinite(x))
                s->Sxx = s->Sxy = double.NaN;
            if (!double.IsFinite(y))
                s->Syy = s->Sxy = double.NaN;
            return;
        }

        double dx = (x * s->N) - s->Sx, dy = (y * s->N) - s->Sy, scale = 1 / (s->N * before);
        s->Sxx += dx * dx * scale;
        s->Syy += dy * dy * scale;
        s->Sxy += dx * dy * scale;
        bool xIsFinite = !double.IsInfinity(oldX) && !double.IsInfinity(x), yIsFinite = !double.IsInfinity(oldY) && !double.IsInfinity(y);
        if ((xIsFinite && (double.IsInfinity(s->Sx) || double.IsInfinity(s->Sxx))) || (yIsFinite && (double.IsInfinity(s->Sy) || double.IsInfinity(s->Syy)))
            || (xIsFinite && yIsFinite && double.IsInfinity(s->Sxy)))
            throw FloatAggregate.Overflow();
        // An infinite input leaves no meaningful sum of squares.
        s->Sxx = double.IsInfinity(s->Sxx) ? double.NaN : s->Sxx;
        s->Syy = double.IsInfinity(s->Syy) ? double.NaN : s->Syy;
        s->Sxy = double.IsInfinity(s->Sxy) ? double.NaN : s->Sxy;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        var a = (State*)target;
        var b = (State*)source;
        if (b->N == 0)
            return;
        if (a->N == 0)
        {
            *a = *b;
            return;
        }

        double n = a->N + b->N;
        double dx = (a->Sx / a->N) - (b->Sx / b->N), dy = (a->Sy / a->N) - (b->Sy / b->N), weight = a->N * b->N / n;
        a->Sxx += b->Sxx + (weight * dx * dx);
        a->Syy += b->Syy + (weight * dy * dy);
        a->Sxy += b->Sxy + (weight * dx * dy);
        a->Sx += b->Sx;
        a->Sy += b->Sy;
        a->N = n;
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        State s = *(State*)state;
        if (Function.Name == "regr_count")
        {
            result.Set(row, (long)s.N);
            return;
        }

        double? value = Function.Name switch
        {
            "regr_sxx" => s.N < 1 ? null : s.Sxx,
            "regr_syy" => s.N < 1 ? null : s.Syy,
            "regr_sxy" => s.N < 1 ? null : s.Sxy,
            "regr_avgx" => s.N < 1 ? null : s.Sx / s.N,
            "regr_avgy" => s.N < 1 ? null : s.Sy / s.N,
            "covar_pop" => s.N < 1 ? null : s.Sxy / s.N,
            "covar_samp" => s.N < 2 ? null : s.Sxy / (s.N - 1),
            "corr" => s.N < 1 || s.Sxx == 0 || s.Syy == 0 ? null : s.Sxy / Math.Sqrt(s.Sxx * s.Syy),
            "regr_r2" => s.N < 1 || s.Sxx == 0 ? null : s.Syy == 0 ? 1 : s.Sxy * s.Sxy / (s.Sxx * s.Syy),
            "regr_slope" => s.N < 1 || s.Sxx == 0 ? null : s.Sxy / s.Sxx,
            _ => s.N < 1 || s.Sxx == 0 ? null : (s.Sy - (s.Sx * s.Sxy / s.Sxx)) / s.N,
        };
        if (value is { } number)
            result.Set(row, number);
        else
            result.SetNull(row);
    }
}
