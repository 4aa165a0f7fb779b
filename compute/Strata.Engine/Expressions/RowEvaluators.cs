using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>ROW(…).</summary>
internal sealed class RowEvaluator(SqlType type, Evaluator[] fields, int shape) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly Vector[] _values = new Vector[fields.Length];
    private readonly ByteBuffer _buffer = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        for (int n = 0; n < fields.Length; n++)
        {
            _values[n] = fields[n].Evaluate(context, batch, selection, errors);
            selection = selection.Below(errors.Row);
        }

        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            _buffer.Clear();
            RecordText.WriteHeader(_buffer, fields.Length, shape);
            for (int n = 0; n < fields.Length; n++)
            {
                if (_values[n].IsNull(row))
                    RecordText.WriteNullField(_buffer, fields[n].Type.Oid);
                else
                    RecordText.WriteField(_buffer, fields[n].Type.Oid, _values[n].GetStored(row));
            }

            _result.SetBytes(row, _buffer.Written);
        }

        return _result;
    }

    public override void Dispose()
    {
        foreach (Evaluator field in fields)
            field.Dispose();
        _result.Dispose();
    }
}

/// <summary>(composite).field.</summary>
internal sealed class FieldEvaluator(SqlType type, Evaluator operand, int field) : Evaluator(type)
{
    private readonly Vector _result = new(type);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (value.IsNull(row) || !Find(value.GetBytes(row), out ReadOnlySpan<byte> stored))
                _result.SetNull(row);
            else
                _result.SetStored(row, stored);
        }

        return _result;
    }

    private bool Find(ReadOnlySpan<byte> record, out ReadOnlySpan<byte> stored)
    {
        int offset = 4;
        stored = default;
        bool present = false;
        if (field >= RecordText.FieldCount(record))
            return false;
        for (int i = 0; i <= field; i++)
            present = RecordText.ReadField(record, ref offset, out _, out stored);
        return present;
    }

    public override void Dispose()
    {
        operand.Dispose();
        _result.Dispose();
    }
}

/// <summary>(a, b) op (x, y): pairs are compared left to right until one decides.</summary>
internal sealed class RowComparisonEvaluator(RowComparison comparison, Evaluator[] equalities, Evaluator[] orderings) : Evaluator(SqlType.Boolean)
{
    private readonly Vector _result = new(SqlType.Boolean);
    private readonly SelectionBuffer[] _open = [.. equalities.Select(_ => new SelectionBuffer())];

    public override unsafe Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        _result.Reset(selection.End);
        Selection open = selection;
        for (int n = 0; n < equalities.Length && !open.IsEmpty; n++)
        {
            Vector equal = equalities[n].Evaluate(context, batch, open, errors);
            open = open.Below(errors.Row);
            Vector? order = orderings.Length > 0 ? orderings[n].Evaluate(context, batch, open, errors) : null;
            open = open.Below(errors.Row);
            int* rest = _open[n].Reserve(open.Count);
            int count = 0;
            for (int i = 0; i < open.Count; i++)
            {
                int row = open[i];
                if (equal.IsNull(row))
                {
                    _result.SetNull(row);
                    // For = and <> a later unequal pair still decides.
                    if (order is null)
                        rest[count++] = row;
                }
                else if (equal.Get<byte>(row) != 0)
                {
                    rest[count++] = row;
                }
                else
                {
                    _result.SetValid(row);
                    bool holds = order is null ? comparison == RowComparison.NotEqual : order.Get<byte>(row) != 0;
                    _result.Set(row, holds ? (byte)1 : (byte)0);
                }
            }

            open = new Selection(rest, count);
        }

        byte whenEqual = comparison is RowComparison.Equal or RowComparison.LessOrEqual or RowComparison.GreaterOrEqual ? (byte)1 : (byte)0;
        for (int i = 0; i < open.Count; i++)
        {
            if (!_result.IsNull(open[i]))
                _result.Set(open[i], whenEqual);
        }

        return _result;
    }

    public override void Dispose()
    {
        foreach (Evaluator e in equalities)
            e.Dispose();
        foreach (Evaluator e in orderings)
            e.Dispose();
        foreach (SelectionBuffer b in _open)
            b.Dispose();
        _result.Dispose();
    }
}

/// <summary>CURRENT_DATE and its like: one value per statement.</summary>
internal sealed class SqlValueEvaluator(SqlType type, SqlValue value) : Evaluator(type)
{
    private readonly Vector _result = new(type);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        long now = context.Functions.TransactionTimestamp;
        TimeZoneRules zone = context.Functions.Settings.TimeZone;
        _result.ResetConstant();
        switch (value)
        {
            case SqlValue.CurrentDate:
                _result.Set(0, DateTimeMath.Split(DateTimeMath.ToLocal(zone, now)).JulianDay - DateTimeMath.EpochJulianDay);
                break;
            case SqlValue.CurrentTime:
                int east = DateTimeMath.OffsetAt(zone, now);
                _result.Set(0, new TimeTzValue(DateTimeMath.RoundToPrecision(DateTimeMath.Split(now + (east * DateTimeMath.MicrosecondsPerSecond)).Time, Type.Typmod), -east));
                break;
            case SqlValue.CurrentTimestamp:
                _result.Set(0, DateTimeMath.RoundToPrecision(now, Type.Typmod));
                break;
            case SqlValue.LocalTime:
                _result.Set(0, DateTimeMath.RoundToPrecision(DateTimeMath.Split(DateTimeMath.ToLocal(zone, now)).Time, Type.Typmod));
                break;
            case SqlValue.LocalTimestamp:
                _result.Set(0, DateTimeMath.RoundToPrecision(DateTimeMath.ToLocal(zone, now), Type.Typmod));
                break;
            default:
                if (Text(context) is { } text)
                    _result.SetBytes(0, Encoding.UTF8.GetBytes(text));
                else
                    _result.SetNull(0);
                break;
        }

        return _result;
    }

    private string? Text(EvaluationContext context) => value switch
    {
        SqlValue.CurrentUser => context.Functions.Session.CurrentUser,
        SqlValue.SessionUser => context.Functions.Session.SessionUser,
        SqlValue.CurrentCatalog => context.Functions.Session.DatabaseName,
        _ => context.Functions.Session.CurrentSchemas(includeImplicit: false) is [var first, ..] ? first : null,
    };

    public override void Dispose() => _result.Dispose();
}

/// <summary>What the executor evaluates.</summary>
internal sealed class HostedEvaluator(SqlType type, HostedEvaluation hosted) : Evaluator(type)
{
    private readonly Vector _result = new(type);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        hosted.Evaluate(context, batch, selection, _result, errors);
        return _result;
    }

    public override void Dispose()
    {
        hosted.Dispose();
        _result.Dispose();
    }
}
