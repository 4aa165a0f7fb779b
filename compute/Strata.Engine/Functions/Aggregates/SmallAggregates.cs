using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>bool_and, every, bool_or. State: 0 none, 1 false, 2 true.</summary>
internal sealed unsafe class BooleanAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, bool isAnd)
    : RowAggregate(function, argumentTypes, resultType)
{
    public override int StateSizeBytes => 8;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row) =>
        Take(state, arguments[0].Get<byte>(row) != 0);

    private void Take(byte* state, bool value)
    {
        if (*state == 0)
            *state = value ? (byte)2 : (byte)1;
        else if (isAnd ? !value : value)
            *state = isAnd ? (byte)1 : (byte)2;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        if (*source != 0)
            Take(target, *source == 2);
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (*state == 0)
            result.SetNull(row);
        else
            result.Set(row, (byte)(*state - 1));
    }
}

/// <summary>bit_and, bit_or, bit_xor of integers. State: value, present flag.</summary>
internal sealed unsafe class BitAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : RowAggregate(function, argumentTypes, resultType)
{
    public override int StateSizeBytes => 16;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row) => Take(state, arguments[0].Physical switch
    {
        PhysicalType.Int16 => arguments[0].Get<short>(row),
        PhysicalType.Int32 => arguments[0].Get<int>(row),
        _ => arguments[0].Get<long>(row),
    });

    private void Take(byte* state, long value)
    {
        long before = *(long*)state;
        if (state[8] != 0)
        {
            value = Function.Name switch
            {
                "bit_and" => before & value,
                "bit_or" => before | value,
                _ => before ^ value,
            };
        }

        *(long*)state = value;
        state[8] = 1;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        if (source[8] != 0)
            Take(target, *(long*)source);
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (state[8] == 0)
            result.SetNull(row);
        else if (result.Physical == PhysicalType.Int16)
            result.Set(row, (short)*(long*)state);
        else if (result.Physical == PhysicalType.Int32)
            result.Set(row, (int)*(long*)state);
        else
            result.Set(row, *(long*)state);
    }
}

/// <summary>sum and avg of interval. State: microseconds (128 bits), days, months, count.</summary>
internal sealed unsafe class IntervalSumAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, bool isAverage)
    : RowAggregate(function, argumentTypes, resultType)
{
    private struct State
    {
        public long Microseconds;
        public long Days;
        public long Months;
        public long Count;
    }

    public override int StateSizeBytes => sizeof(State);

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        IntervalValue value = arguments[0].Get<IntervalValue>(row);
        var s = (State*)state;
        try
        {
            s->Microseconds = checked(s->Microseconds + value.Microseconds);
        }
        catch (OverflowException)
        {
            throw DateTimeMath.IntervalOutOfRange();
        }

        s->Days += value.Days;
        s->Months += value.Months;
        s->Count++;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        var a = (State*)target;
        var b = (State*)source;
        a->Microseconds += b->Microseconds;
        a->Days += b->Days;
        a->Months += b->Months;
        a->Count += b->Count;
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        State s = *(State*)state;
        if (s.Count == 0)
        {
            result.SetNull(row);
            return;
        }

        if (s.Days != (int)s.Days || s.Months != (int)s.Months)
            throw DateTimeMath.IntervalOutOfRange();
        var sum = new IntervalValue(s.Microseconds, (int)s.Days, (int)s.Months);
        result.Set(row, isAverage ? IntervalArithmetic.Divide(sum, s.Count) : sum);
    }
}
