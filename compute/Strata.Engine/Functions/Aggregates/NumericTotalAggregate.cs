using System.Runtime.CompilerServices;
using Strata.Engine.Functions.Kernels;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>
/// sum and avg of numeric. Values with a mantissa of 64 bits are summed up in 128 bits at the largest scale seen; all others, and sums that outgrow that, go
/// to a managed accumulator. The total is the sum of both.
/// </summary>
internal sealed unsafe class NumericTotalAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, bool isAverage)
    : AggregateFunction(function, argumentTypes, resultType)
{
    private const int AccumulatorBytes = 96;

    // Below this a sum can take 2^62 more values of 64 bits.
    private static readonly Int128 s_sumMax = Int128.One << 100;

    private struct State
    {
        public long Count;
        public ulong Low;
        public long High;
        public int Scale;
        public int Handle;

        public Int128 Sum
        {
            readonly get => new((ulong)High, Low);
            set
            {
                Low = (ulong)value;
                High = (long)(value >> 64);
            }
        }
    }

    private sealed class Accumulator
    {
        public NumericValue Sum = NumericValue.Zero;
    }

    public override bool SharesStateWith(AggregateFunction other) => other is NumericTotalAggregate;

    public override int StateSizeBytes => sizeof(State);

    public override void Update(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte** states, ErrorSink errors)
    {
        Vector values = arguments[0];
        int position = 0;
        try
        {
            if (!values.HasNulls && values.Kind == VectorKind.Flat)
            {
                var data = (ByteView*)values.Data;
                for (; position < selection.Count; position++)
                    Add(context, (State*)states[position], data + selection[position]);
                return;
            }

            for (; position < selection.Count; position++)
            {
                int row = selection[position];
                if (!values.IsNull(row))
                    Add(context, (State*)states[position], (ByteView*)values.Data + values.Position(row));
            }
        }
        catch (SqlException e)
        {
            errors.Report(selection[position], e);
        }
    }

    public override void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors)
    {
        Vector values = arguments[0];
        int position = 0;
        try
        {
            if (!values.HasNulls && values.Kind == VectorKind.Flat)
                position = AddFlat((State*)state, (ByteView*)values.Data, selection);
            for (; position < selection.Count; position++)
            {
                int row = selection[position];
                if (!values.IsNull(row))
                    Add(context, (State*)state, (ByteView*)values.Data + values.Position(row));
            }
        }
        catch (SqlException e)
        {
            errors.Report(selection[position], e);
        }
    }

    /// <summary>Adds the leading rows whose values all have the state's scale, or that of the first row for a fresh state. Returns how many.</summary>
    private static int AddFlat(State* state, ByteView* values, Selection selection)
    {
        if (selection.IsEmpty || !NumericKernels.TryGetInline(values + selection[0], out _, out int scale))
            return 0;
        if (state->Count == 0)
            state->Scale = scale;
        if (state->Scale != scale)
            return 0;
        ulong header = *(ulong*)(values + selection[0]);
        ulong low = state->Low;
        long high = state->High;
        int position = 0;
        for (; position < selection.Count; position++)
        {
            ByteView* view = values + selection[position];
            if (*(ulong*)view != header)
                break;
            long mantissa = ((long*)view)[1];
            ulong sum = low + (ulong)mantissa;
            high += (mantissa >> 63) + (sum < low ? 1 : 0);
            low = sum;
        }

        state->Low = low;
        state->High = high;
        state->Count += position;
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(AggregateContext context, State* state, ByteView* view)
    {
        state->Count++;
        if (NumericKernels.TryGetInline(view, out long mantissa, out int scale))
        {
            if (scale == state->Scale || TryAlign(context, state, scale, ref mantissa))
            {
                ulong low = state->Low + (ulong)mantissa;
                state->High += (mantissa >> 63) + (low < state->Low ? 1 : 0);
                state->Low = low;
                return;
            }
        }

        Accumulator accumulator = Get(context, state);
        accumulator.Sum = NumericMath.Add(accumulator.Sum, NumericValue.Decode(view->Span));
    }

    /// <summary>Brings the sum or the value to the larger scale of both; false when the value goes to the accumulator.</summary>
    private static bool TryAlign(AggregateContext context, State* state, int scale, ref long mantissa)
    {
        if (scale < state->Scale)
            return NumericKernels.TryScaleUp(mantissa, state->Scale - scale, out mantissa);
        if (NumericMath.TryScaleUp(state->Sum, scale - state->Scale, out Int128 sum) && Int128.Abs(sum) < s_sumMax)
        {
            state->Sum = sum;
        }
        else
        {
            Accumulator accumulator = Get(context, state);
            accumulator.Sum = NumericMath.Add(accumulator.Sum, new NumericValue(state->Sum, state->Scale));
            state->Sum = 0;
        }

        state->Scale = scale;
        return true;
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

    private static NumericValue Total(AggregateContext context, State* state)
    {
        var sum = new NumericValue(state->Sum, state->Scale);
        return state->Handle == 0 ? sum : NumericMath.Add(sum, context.Get<Accumulator>(state->Handle).Sum);
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        var from = (State*)source;
        var to = (State*)target;
        if (from->Count == 0)
            return;
        if (to->Count == 0 && from->Handle == 0)
        {
            *to = *from;
            return;
        }

        to->Count += from->Count;
        if (from->Handle == 0 && from->Scale == to->Scale && Int128.Abs(from->Sum) < s_sumMax && Int128.Abs(to->Sum) < s_sumMax)
        {
            to->Sum += from->Sum;
            return;
        }

        Accumulator accumulator = Get(context, to);
        accumulator.Sum = NumericMath.Add(accumulator.Sum, Total(context.Source ?? context, from));
    }

    public override void Finish(AggregateContext context, byte* state, Vector result, int row, ErrorSink errors)
    {
        var s = (State*)state;
        if (s->Count == 0)
        {
            result.SetNull(row);
            return;
        }

        try
        {
            NumericValue total = Total(context, s);
            (isAverage ? NumericMath.Divide(total, NumericValue.FromInt64(s->Count)) : total).Store(result, row);
        }
        catch (SqlException e)
        {
            errors.Report(row, e);
            result.SetNull(row);
        }
    }
}
