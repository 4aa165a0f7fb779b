using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>
/// The value, null perhaps, of the first row of a group that a thread meets: for groups of which only those with one row count. Not a function of SQL; the planner makes it. State: the value as it is stored, or
/// a view whose bytes stand in the context's arena; whether there is one.
/// </summary>
internal sealed unsafe class FirstValueAggregate(SqlType type) : RowAggregate(s_function, [type], type)
{
    private const int None = 0;
    private const int Value = 1;
    private const int Null = 2;

    private static readonly FunctionInfo s_function = new()
    {
        Oid = 0,
        Name = "first_value",
        Symbol = "",
        Kind = FunctionKind.Aggregate,
        ArgumentTypes = [TypeOid.AnyElement],
        ReturnType = TypeOid.AnyElement,
        Volatility = Volatility.Immutable,
    };

    private struct State
    {
        public ByteView View;
        public long Kind;
    }

    public override int StateSizeBytes => sizeof(State);

    protected override bool SkipsNulls => false;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        var target = (State*)state;
        if (target->Kind != None)
            return;
        if (arguments[0].IsNull(row))
        {
            target->Kind = Null;
            return;
        }

        Take(context, target, arguments[0].GetStored(row));
    }

    private void Take(AggregateContext context, State* target, ReadOnlySpan<byte> stored)
    {
        target->Kind = Value;
        if (ResultType.Physical == PhysicalType.Bytes)
            target->View = context.Arena.Copy(stored);
        else
            stored.CopyTo(new Span<byte>(target, sizeof(ByteView)));
    }

    private ReadOnlySpan<byte> Stored(State* state) =>
        ResultType.Physical == PhysicalType.Bytes ? state->View.Span : new ReadOnlySpan<byte>(state, ResultType.Physical.WidthBytes());

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        State* from = (State*)source, to = (State*)target;
        if (to->Kind != None || from->Kind == None)
            return;
        if (from->Kind == Null)
            to->Kind = Null;
        else
            Take(context, to, Stored(from));
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (((State*)state)->Kind == Value)
            result.SetStored(row, Stored((State*)state));
        else
            result.SetNull(row);
    }
}
