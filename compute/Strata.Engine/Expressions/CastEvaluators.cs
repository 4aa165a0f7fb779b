using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>The operand's vector under another type of the same physical type.</summary>
internal sealed class RelabelEvaluator(SqlType type, Evaluator operand) : Evaluator(type)
{
    private readonly Vector _result = new(type);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        _result.ResetReference(value);
        return _result;
    }

    public override void Dispose()
    {
        operand.Dispose();
        _result.Dispose();
    }
}

/// <summary>A cast through text.</summary>
internal sealed class IoCastEvaluator(SqlType type, Evaluator operand, bool isExplicit) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly ByteBuffer _text = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        int position = 0;
        try
        {
            for (; position < selection.Count; position++)
            {
                int row = selection[position];
                if (value.IsNull(row))
                    _result.SetNull(row);
                else
                    Convert(context, value, row);
            }
        }
        catch (SqlException e)
        {
            errors.Report(selection[position], e);
        }

        return _result;
    }

    private void Convert(EvaluationContext context, Vector value, int row)
    {
        _text.Clear();
        if (value.Type.Oid == TypeOid.BpChar && Type.Category == TypeCategory.String)
            _text.Write(CharacterTypes.TrimBpChar(value.GetBytes(row)));
        else
            TypeOutput.Write(value.Type, value.GetStored(row), _text, context.Functions.Settings, context.Functions.Catalog);
        if (isExplicit && Type.Oid == TypeOid.VarChar)
            _result.SetBytes(row, CharacterTypes.FitVarChar(_text.Written, Type.Typmod, isExplicit: true));
        else
            TypeInput.Parse(Type, _text.Written, context.Functions, _result, row);
    }

    public override void Dispose()
    {
        operand.Dispose();
        _result.Dispose();
    }
}

/// <summary>Casts the elements of arrays with an expression over a one-column batch.</summary>
internal sealed class ArrayCastEvaluator(SqlType type, Evaluator operand, SqlType elementType, Evaluator element) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly Batch _elements = new([elementType]);
    private readonly ArrayBuilder _builder = new();
    private readonly ErrorSink _errors = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (value.IsNull(row))
                _result.SetNull(row);
            else
                Convert(context, value.GetBytes(row), row);
            if (_errors.Error is { } error)
            {
                _errors.Reset();
                errors.Report(row, error);
                break;
            }
        }

        return _result;
    }

    private void Convert(EvaluationContext context, ReadOnlySpan<byte> stored, int row)
    {
        var array = new ArrayValue(stored);
        _builder.Clear();
        ArrayValue.Enumerator items = array.GetEnumerator();
        for (int left = array.Count; left > 0;)
        {
            int count = Math.Min(left, Batch.RowsMax);
            _elements.Reset(count);
            for (int i = 0; i < count; i++)
            {
                items.MoveNext();
                if (items.Current.IsNull)
                    _elements[0].SetNull(i);
                else
                    _elements[0].SetStored(i, items.Current.Stored);
            }

            _elements.SetCount(count);
            Vector converted = element.Evaluate(context, _elements, _elements.Selection, _errors);
            if (_errors.HasError)
                return;
            for (int i = 0; i < count; i++)
            {
                if (converted.IsNull(i))
                    _builder.AddNull();
                else
                    _builder.Add(converted.GetStored(i));
            }

            left -= count;
        }

        Span<int> lengths = stackalloc int[array.Dimensions], lowerBounds = stackalloc int[array.Dimensions];
        for (int i = 0; i < array.Dimensions; i++)
        {
            lengths[i] = array.Length(i);
            lowerBounds[i] = array.LowerBound(i);
        }

        _result.SetBytes(row, _builder.Build(Type.ElementOid, lengths, lowerBounds));
    }

    public override void Dispose()
    {
        operand.Dispose();
        element.Dispose();
        _elements.Dispose();
        _result.Dispose();
    }
}
