using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>Aggregates whose state grows with the rows: a managed collector behind a handle. State: handle.</summary>
internal abstract unsafe class CollectingAggregate<TCollector>(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : RowAggregate(function, argumentTypes, resultType)
    where TCollector : class, new()
{
    public override int StateSizeBytes => 8;

    public override bool IsOrderSensitive => true;

    public override bool CanCombine => false;

    protected override bool SkipsNulls => false;

    protected static TCollector Get(AggregateContext context, byte* state)
    {
        int* handle = (int*)state;
        if (*handle == 0)
            *handle = context.Add(new TCollector());
        return context.Get<TCollector>(*handle);
    }

    protected static TCollector? Find(AggregateContext context, byte* state) =>
        *(int*)state == 0 ? null : context.Get<TCollector>(*(int*)state);

    public override void Combine(AggregateContext context, byte* source, byte* target) =>
        throw new Format.InvariantViolationException("this aggregate cannot be combined");
}

/// <summary>string_agg over text or bytea.</summary>
internal sealed unsafe class StringAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<ByteBuffer>(function, argumentTypes, resultType)
{
    protected override bool SkipsNulls => true;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        bool first = Find(context, state) is null;
        ByteBuffer buffer = Get(context, state);
        ReadOnlySpan<byte> separator = first || arguments[1].IsNull(row) ? default : arguments[1].GetBytes(row);
        ReadOnlySpan<byte> value = arguments[0].GetBytes(row);
        // The buffer doubles when it is full.
        context.Charge(2L * (separator.Length + value.Length));
        buffer.Write(separator);
        buffer.Write(value);
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is { } buffer)
            result.SetBytes(row, buffer.Written);
        else
            result.SetNull(row);
    }
}

/// <summary>array_agg of values; of arrays it stacks them to a further dimension.</summary>
internal sealed unsafe class ArrayAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<ArrayAggregate.Collector>(function, argumentTypes, resultType)
{
    internal sealed class Collector
    {
        public ArrayBuilder Elements { get; } = new();

        public ArrayStack Arrays { get; } = new();
    }

    private readonly bool _stacks = argumentTypes[0].IsArray;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        Collector collector = Get(context, state);
        Vector values = arguments[0];
        if (_stacks)
        {
            if (values.IsNull(row))
                throw ArrayStack.NullArray();
            context.Charge(2L * values.GetBytes(row).Length);
            collector.Arrays.Add(values.GetBytes(row));
        }
        else if (values.IsNull(row))
        {
            context.Charge(8);
            collector.Elements.AddNull();
        }
        else
        {
            ReadOnlySpan<byte> stored = values.GetStored(row);
            context.Charge(2L * (stored.Length + 4));
            collector.Elements.Add(stored);
        }
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is not { } collector)
        {
            result.SetNull(row);
            return;
        }

        result.SetBytes(row, _stacks ? collector.Arrays.Build(ResultType.ElementOid) : collector.Elements.Build(ResultType.ElementOid));
    }
}

/// <summary>json_agg, jsonb_agg, json_object_agg and jsonb_object_agg: text is built value by value.</summary>
internal sealed unsafe class JsonAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<ByteBuffer>(function, argumentTypes, resultType)
{
    private readonly bool _isObject = argumentTypes.Length == 2;
    private readonly bool _isBinary = resultType.Oid == TypeOid.Jsonb;

    /// <summary>json_agg puts arrays and rows on lines of their own.</summary>
    private readonly bool _breaksLines = argumentTypes.Length == 1 && resultType.Oid == TypeOid.Json
        && (argumentTypes[0].IsArray || argumentTypes[0].Kind == TypeKind.Composite || argumentTypes[0].Oid == TypeOid.Record);

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        bool first = Find(context, state) is null;
        ByteBuffer buffer = Get(context, state);
        int before = buffer.Length;
        if (first)
            buffer.Write(_isObject ? (_isBinary ? "{"u8 : "{ "u8) : "["u8);
        else
            buffer.Write(_breaksLines ? ", \n "u8 : ", "u8);
        IFunctionContext functions = context.Functions!;
        if (_isObject)
        {
            if (arguments[0].IsNull(row))
                throw new SqlException(SqlState.InvalidParameterValue, "field name must not be null");
            var key = new ByteBuffer(32);
            TypeOutput.Write(arguments[0].Type, arguments[0].GetStored(row), key, functions.Settings, functions.Catalog);
            JsonScanner.WriteString(buffer, key.Written);
            buffer.Write(_isBinary ? ": "u8 : " : "u8);
        }

        Vector values = arguments[^1];
        if (values.IsNull(row))
            buffer.Write("null"u8);
        else
            JsonBuilder.WriteValue(values.Type, values.GetStored(row), buffer, functions);
        context.Charge(2L * (buffer.Length - before));
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is not { } buffer)
        {
            result.SetNull(row);
            return;
        }

        int length = buffer.Length;
        buffer.Write(_isObject ? (_isBinary ? "}"u8 : " }"u8) : "]"u8);
        result.SetBytes(row, _isBinary ? JsonbText.Normalize(buffer.Written) : buffer.Written);
        buffer.Length = length;
    }
}
