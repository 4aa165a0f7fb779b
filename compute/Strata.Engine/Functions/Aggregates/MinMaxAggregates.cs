using Strata.Engine.Functions.Kernels;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>min and max of fixed-width types. State: value (16 bytes), present flag.</summary>
internal sealed unsafe class FixedMinMaxAggregate<T>(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, bool isMax, Comparison<T> order)
    : RowAggregate(function, argumentTypes, resultType)
    where T : unmanaged
{
    public override int StateSizeBytes => 24;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row) =>
        Take(state, arguments[0].Get<T>(row));

    public override void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors)
    {
        Vector values = arguments[0];
        if (selection.IsEmpty || !selection.IsRange || values.HasNulls || values.Kind != VectorKind.Flat)
            base.UpdateSingle(context, arguments, selection, state, errors);
        else if (typeof(T) == typeof(int))
            Take(state, As(SumKernels.Extreme((int*)values.Data, selection.Count, isMax)));
        else if (typeof(T) == typeof(long))
            Take(state, As(SumKernels.Extreme((long*)values.Data, selection.Count, isMax)));
        else if (typeof(T) == typeof(short))
            Take(state, As(SumKernels.Extreme((short*)values.Data, selection.Count, isMax)));
        else
            base.UpdateSingle(context, arguments, selection, state, errors);
    }

    private static T As<TValue>(TValue value)
        where TValue : unmanaged => System.Runtime.CompilerServices.Unsafe.BitCast<TValue, T>(value);

    private void Take(byte* state, T value)
    {
        if (state[16] != 0)
        {
            // Of equal values that look different PostgreSQL keeps the last.
            int compared = order(value, *(T*)state);
            if (isMax ? compared < 0 : compared > 0)
                return;
        }

        *(T*)state = value;
        state[16] = 1;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        if (source[16] != 0)
            Take(target, *(T*)source);
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (state[16] != 0)
            result.Set(row, *(T*)state);
        else
            result.SetNull(row);
    }
}

/// <summary>
/// min and max of types of variable length. State: a view whose bytes stand in the context's arena, present flag, room at the bytes.
/// </summary>
internal sealed unsafe class BytesMinMaxAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, bool isMax)
    : RowAggregate(function, argumentTypes, resultType)
{
    private struct State
    {
        public ByteView Value;
        public byte* Room;
        public int RoomBytes;
        public int IsPresent;
    }

    private readonly ValueComparison _order = ValueComparison.For(argumentTypes[0]);

    public override int StateSizeBytes => sizeof(State);

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row) =>
        Take(context, (State*)state, arguments[0].GetBytes(row));

    private void Take(AggregateContext context, State* state, ReadOnlySpan<byte> value)
    {
        if (state->IsPresent != 0)
        {
            int compared = _order.Compare(value, state->Value.Span);
            if (isMax ? compared <= 0 : compared >= 0)
                return;
        }

        state->IsPresent = 1;
        if (value.Length <= ByteView.InlineMaxBytes)
        {
            state->Value = ByteView.Inline(value);
            return;
        }

        // The room is reused, and doubles when it is too small, so that a long run of new maxima does not fill the arena.
        if (value.Length > state->RoomBytes)
        {
            state->RoomBytes = Math.Max(value.Length, state->RoomBytes * 2);
            state->Room = context.Arena.Allocate(state->RoomBytes);
        }

        value.CopyTo(new Span<byte>(state->Room, value.Length));
        state->Value = new ByteView(state->Room, value.Length);
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        if (((State*)source)->IsPresent != 0)
            Take(context, (State*)target, ((State*)source)->Value.Span);
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (((State*)state)->IsPresent != 0)
            result.SetBytes(row, ((State*)state)->Value.Span);
        else
            result.SetNull(row);
    }
}
