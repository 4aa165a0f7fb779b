using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>
/// AND and OR. An operand is evaluated for the rows that its predecessors left open: not yet false for AND, not yet true for OR.
/// </summary>
internal sealed unsafe class AndOrEvaluator(bool isAnd, Evaluator[] operands) : Evaluator(SqlType.Boolean)
{
    private readonly Vector _result = new(SqlType.Boolean);
    private readonly SelectionBuffer[] _open = [.. operands.Select(_ => new SelectionBuffer())];

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        byte neutral = isAnd ? (byte)1 : (byte)0;
        _result.Reset(selection.End);
        byte* data = _result.Data;
        for (int i = 0; i < selection.Count; i++)
            data[selection[i]] = neutral;

        Selection open = selection;
        for (int n = 0; n < operands.Length && !open.IsEmpty; n++)
        {
            Vector value = operands[n].Evaluate(context, batch, open, errors);
            open = open.Below(errors.Row);
            int* stillOpen = _open[n].Reserve(open.Count);
            int count = 0;
            for (int i = 0; i < open.Count; i++)
            {
                int row = open[i];
                if (value.IsNull(row))
                {
                    _result.SetNull(row);
                    stillOpen[count++] = row;
                }
                else if ((value.Get<byte>(row) != 0) == isAnd)
                {
                    stillOpen[count++] = row;
                }
                else
                {
                    // Decided: false AND …, true OR …, whatever was null before.
                    _result.SetValid(row);
                    data[row] = (byte)(1 - neutral);
                }
            }

            open = new Selection(stillOpen, count);
        }

        return _result;
    }

    public override Selection Filter(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors, SelectionBuffer buffer)
    {
        if (!isAnd)
            return base.Filter(context, batch, selection, errors, buffer);
        // As in PostgreSQL's ExecQual, a row is gone at the first operand that is false or null.
        Selection open = selection;
        for (int n = 0; n < operands.Length && !open.IsEmpty; n++)
        {
            open = operands[n].Filter(context, batch, open, errors, n == operands.Length - 1 ? buffer : _open[n]);
            open = open.Below(errors.Row);
        }

        return open;
    }

    public override void Dispose()
    {
        foreach (Evaluator operand in operands)
            operand.Dispose();
        foreach (SelectionBuffer buffer in _open)
            buffer.Dispose();
        _result.Dispose();
    }
}

/// <summary>NOT.</summary>
internal sealed unsafe class NotEvaluator(Evaluator operand) : Evaluator(SqlType.Boolean)
{
    private readonly Vector _result = new(SqlType.Boolean);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        byte* data = _result.Data;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (value.IsNull(row))
                _result.SetNull(row);
            else
                data[row] = (byte)(1 - value.Get<byte>(row));
        }

        return _result;
    }

    public override void Dispose()
    {
        operand.Dispose();
        _result.Dispose();
    }
}

/// <summary>IS [NOT] NULL. A record is null when all its fields are, and not null when none is.</summary>
internal sealed unsafe class NullTestEvaluator(Evaluator operand, bool isNotNull, bool isOfWhole) : Evaluator(SqlType.Boolean)
{
    private readonly Vector _result = new(SqlType.Boolean);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        byte* data = _result.Data;
        bool isRecord = !isOfWhole && (operand.Type.Kind == TypeKind.Composite || operand.Type.Oid == TypeOid.Record);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            bool isNull = value.IsNull(row);
            if (isRecord && !isNull)
                data[row] = FieldsAre(value.GetBytes(row), isNotNull) ? (byte)1 : (byte)0;
            else
                data[row] = isNull != isNotNull ? (byte)1 : (byte)0;
        }

        return _result;
    }

    private static bool FieldsAre(ReadOnlySpan<byte> record, bool notNull)
    {
        int offset = 4;
        for (int count = RecordText.FieldCount(record); count > 0; count--)
        {
            if (RecordText.ReadField(record, ref offset, out _, out _) != notNull)
                return false;
        }

        return true;
    }

    public override void Dispose()
    {
        operand.Dispose();
        _result.Dispose();
    }
}

/// <summary>IS [NOT] TRUE, FALSE, UNKNOWN.</summary>
internal sealed unsafe class BooleanTestEvaluator(Evaluator operand, BooleanTest test) : Evaluator(SqlType.Boolean)
{
    private readonly Vector _result = new(SqlType.Boolean);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        byte* data = _result.Data;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            bool isNull = value.IsNull(row);
            bool isTrue = !isNull && value.Get<byte>(row) != 0;
            bool holds = test switch
            {
                BooleanTest.IsTrue => isTrue,
                BooleanTest.IsNotTrue => !isTrue,
                BooleanTest.IsFalse => !isNull && !isTrue,
                BooleanTest.IsNotFalse => isNull || isTrue,
                BooleanTest.IsUnknown => isNull,
                _ => !isNull,
            };
            data[row] = holds ? (byte)1 : (byte)0;
        }

        return _result;
    }

    public override void Dispose()
    {
        operand.Dispose();
        _result.Dispose();
    }
}
