using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>generate_series, unnest and other set-returning built-ins.</summary>
public static class SetFunctions
{
    /// <summary>Opens the rows of one call; null for no rows. Throws 0A000 when the function is not supported.</summary>
    public static RowSource? Open(FunctionSite site, ReadOnlySpan<Vector> arguments, int row, IFunctionContext context)
    {
        SetFunction set = BuiltinFunctions.Get(site.Function).Set
            ?? throw new SqlException(SqlState.FeatureNotSupported, $"function {BuiltinFunctions.Signature(site.Function)} is not supported");
        if (site.Function.IsStrict)
        {
            foreach (Vector argument in arguments)
            {
                if (argument.IsNull(row))
                    return null;
            }
        }

        // Set functions return through their source, never through the call's result.
        var call = new FunctionCall(arguments, arguments.Length > 0 ? arguments[0] : s_noResult, new ErrorSink(), site, context) { Row = row };
        return set(ref call);
    }

    private static readonly Vector s_noResult = new(SqlType.Int4);

    internal static void Register(FunctionTable t)
    {
        t.AddSet("generate_series_int4", static (ref FunctionCall c) => Integers(c.Int32(0), c.Int32(1), 1, isLong: false));
        t.AddSet("generate_series_step_int4", static (ref FunctionCall c) => Integers(c.Int32(0), c.Int32(1), c.Int32(2), isLong: false));
        t.AddSet("generate_series_int8", static (ref FunctionCall c) => Integers(c.Int64(0), c.Int64(1), 1, isLong: true));
        t.AddSet("generate_series_step_int8", static (ref FunctionCall c) => Integers(c.Int64(0), c.Int64(1), c.Int64(2), isLong: true));
        t.AddSet("generate_series_numeric", static (ref FunctionCall c) => new NumericSeries(c.Numeric(0), c.Numeric(1), NumericValue.One));
        t.AddSet("generate_series_step_numeric", static (ref FunctionCall c) => new NumericSeries(c.Numeric(0), c.Numeric(1), c.Numeric(2)));
        t.AddSet("generate_series_timestamp", static (ref FunctionCall c) => new TimeSeries(c.Int64(0), c.Int64(1), c.Fixed16<IntervalValue>(2), null));
        t.AddSet("generate_series_timestamptz", static (ref FunctionCall c) => new TimeSeries(c.Int64(0), c.Int64(1), c.Fixed16<IntervalValue>(2), c.Settings.TimeZone));
        t.AddSet("array_unnest", static (ref FunctionCall c) => new Elements(c.Bytes(0).ToArray()));
        t.AddSet("generate_subscripts", static (ref FunctionCall c) => Subscripts(ref c, reverse: false));
        t.AddSet("generate_subscripts_nodir", static (ref FunctionCall c) => Subscripts(ref c, reverse: false));
    }

    private static SqlException ZeroStep() => new(SqlState.InvalidParameterValue, "step size cannot equal zero");

    private static IntegerSeries Integers(long from, long to, long step, bool isLong) =>
        step == 0 ? throw ZeroStep() : new IntegerSeries(from, to, step, isLong);

    private static IntegerSeries? Subscripts(ref FunctionCall c, bool reverse)
    {
        var array = new ArrayValue(c.Bytes(0));
        int dimension = c.Int32(1) - 1;
        if ((uint)dimension >= (uint)array.Dimensions)
            return null;
        reverse |= c.ArgumentCount > 2 && c.Boolean(2);
        int low = array.LowerBound(dimension), high = low + array.Length(dimension) - 1;
        return reverse ? new IntegerSeries(high, low, -1, isLong: false) : new IntegerSeries(low, high, 1, isLong: false);
    }

    private sealed class IntegerSeries(long from, long to, long step, bool isLong) : RowSource
    {
        private long _next = from;
        private bool _done;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            Vector column = columns[0];
            int count = 0;
            while (count < rowsMax && !_done && (step > 0 ? _next <= to : _next >= to))
            {
                if (isLong)
                    column.Set(start + count, _next);
                else
                    column.Set(start + count, (int)_next);
                count++;
                long following = unchecked(_next + step);
                // The series ends where the type does.
                _done = step > 0 ? following < _next : following > _next;
                _next = following;
            }

            return count;
        }
    }

    private sealed class NumericSeries : RowSource
    {
        private readonly NumericValue _to;
        private readonly NumericValue _step;
        private NumericValue _next;

        public NumericSeries(NumericValue from, NumericValue to, NumericValue step)
        {
            if (!from.IsFinite || !to.IsFinite || !step.IsFinite)
            {
                string which = !from.IsFinite ? "start value" : !to.IsFinite ? "stop value" : "step size";
                NumericValue bad = !from.IsFinite ? from : !to.IsFinite ? to : step;
                throw new SqlException(SqlState.InvalidParameterValue, $"{which} cannot be {(bad.IsNaN ? "NaN" : "infinity")}");
            }

            if (step.Sign == 0)
                throw ZeroStep();
            _next = from;
            _to = to;
            _step = step;
        }

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            while (count < rowsMax && (_step.Sign > 0 ? _next.CompareTo(_to) <= 0 : _next.CompareTo(_to) >= 0))
            {
                _next.Store(columns[0], start + count++);
                _next = NumericMath.Add(_next, _step);
            }

            return count;
        }
    }

    private sealed class TimeSeries : RowSource
    {
        private readonly long _to;
        private readonly IntervalValue _step;
        private readonly TimeZoneRules? _zone;
        private readonly int _sign;
        private long _next;

        public TimeSeries(long from, long to, IntervalValue step, TimeZoneRules? zone)
        {
            _sign = Int128.Sign(step.Span);
            if (_sign == 0)
                throw ZeroStep();
            _next = from;
            _to = to;
            _step = step;
            _zone = zone;
        }

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            while (count < rowsMax && (_sign > 0 ? _next <= _to : _next >= _to))
            {
                columns[0].Set(start + count++, _next);
                _next = _zone is null ? DateTimeMath.Add(_next, _step) : DateTimeMath.AddInZone(_next, _step, _zone);
            }

            return count;
        }
    }

    private sealed class Elements(byte[] array) : RowSource
    {
        private int _position;
        private int _offset = -1;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            var value = new ArrayValue(array);
            if (_offset < 0)
                _offset = 8 + (value.Dimensions * 8);
            var elements = new ArrayValue.Enumerator(array, value.Count - _position, _offset);
            int count = 0;
            while (count < rowsMax && elements.MoveNext())
            {
                if (elements.Current.IsNull)
                    columns[0].SetNull(start + count);
                else
                    columns[0].SetStored(start + count, elements.Current.Stored);
                _offset += 4 + elements.Current.Stored.Length;
                count++;
            }

            _position += count;
            return count;
        }
    }
}
