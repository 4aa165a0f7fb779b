using System.Numerics;
using Strata.Engine.Functions.Kernels;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>
/// sum and avg of integers: sum(int2), sum(int4) → bigint, sum(int8) → numeric, avg → numeric.
/// State: 128-bit sum, count. The sum of fewer than 2^63 64-bit values fits.
/// </summary>
internal sealed unsafe class IntegerSumAggregate<T>(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, bool isAverage)
    : AggregateFunction(function, argumentTypes, resultType)
    where T : unmanaged, IBinaryInteger<T>
{
    private struct State
    {
        public ulong Low;
        public long High;
        public long Count;

        public readonly Int128 Sum => new((ulong)High, Low);

        public void Add(Int128 value)
        {
            Int128 sum = Sum + value;
            Low = (ulong)sum;
            High = (long)(sum >> 64);
        }
    }

    public override bool SharesStateWith(AggregateFunction other) => other is IntegerSumAggregate<T>;

    public override int StateSizeBytes => 24;

    public override void Update(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte** states, ErrorSink errors)
    {
        Vector values = arguments[0];
        if (!values.HasNulls && values.Kind == VectorKind.Flat)
        {
            var data = (T*)values.Data;
            for (int i = 0; i < selection.Count; i++)
            {
                var state = (State*)states[i];
                long value = long.CreateTruncating(data[selection[i]]);
                ulong low = state->Low + (ulong)value;
                state->High += (value >> 63) + (low < state->Low ? 1 : 0);
                state->Low = low;
                state->Count++;
            }

            return;
        }

        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (values.IsNull(row))
                continue;
            var state = (State*)states[i];
            state->Add(long.CreateTruncating(values.Get<T>(row)));
            state->Count++;
        }
    }

    public override void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors)
    {
        Vector values = arguments[0];
        var target = (State*)state;
        if (sizeof(T) <= 4 && !values.HasNulls && values.Kind == VectorKind.Flat && selection.IsRange)
        {
            // At most 2,048 values of 32 bits: 64 bits are enough until the end of the batch.
            var data = (T*)values.Data;
            long sum = 0;
            if (typeof(T) == typeof(int))
            {
                sum = SumKernels.Sum((int*)data, selection.Count);
            }
            else
            {
                for (int i = 0; i < selection.Count; i++)
                    sum += long.CreateTruncating(data[i]);
            }

            target->Add(sum);
            target->Count += selection.Count;
            return;
        }

        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (values.IsNull(row))
                continue;
            target->Add(long.CreateTruncating(values.Get<T>(row)));
            target->Count++;
        }
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        ((State*)target)->Add(((State*)source)->Sum);
        ((State*)target)->Count += ((State*)source)->Count;
    }

    public override void Finish(AggregateContext context, byte* state, Vector result, int row, ErrorSink errors)
    {
        State value = *(State*)state;
        if (value.Count == 0)
        {
            result.SetNull(row);
        }
        else if (isAverage)
        {
            NumericMath.Divide(new NumericValue(value.Sum, 0), NumericValue.FromInt64(value.Count)).Store(result, row);
        }
        else if (ResultType.Oid == TypeOid.Int8)
        {
            if (value.Sum == (long)value.Sum)
                result.Set(row, (long)value.Sum);
            else
                errors.Report(row, SqlState.NumericValueOutOfRange, "bigint out of range");
        }
        else
        {
            new NumericValue(value.Sum, 0).Store(result, row);
        }
    }
}
