using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>ARRAY[…].</summary>
internal sealed class ArrayEvaluator(SqlType type, Evaluator[] elements, bool isNested) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly Vector[] _values = new Vector[elements.Length];
    private readonly ArrayBuilder _builder = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        bool allConstant = true;
        for (int n = 0; n < elements.Length; n++)
        {
            _values[n] = elements[n].Evaluate(context, batch, selection, errors);
            allConstant &= _values[n].Kind == VectorKind.Constant;
            selection = selection.Below(errors.Row);
        }

        if (allConstant && !selection.IsEmpty)
        {
            _result.ResetConstant();
            Build(selection[0], 0, errors);
            return _result;
        }

        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
            Build(selection[i], selection[i], errors);
        return _result;
    }

    private void Build(int row, int target, ErrorSink errors)
    {
        _builder.Clear();
        if (isNested)
        {
            BuildNested(row, target, errors);
            return;
        }

        foreach (Vector value in _values)
        {
            if (value.IsNull(row))
                _builder.AddNull();
            else
                _builder.Add(value.GetStored(row));
        }

        _result.SetBytes(target, _builder.Build(Type.ElementOid));
    }

    /// <summary>Stacks arrays of equal dimensions; all of them empty or null give an empty array.</summary>
    private void BuildNested(int row, int target, ErrorSink errors)
    {
        Span<int> lengths = stackalloc int[ArrayValue.DimensionsMax], lowerBounds = stackalloc int[ArrayValue.DimensionsMax];
        lowerBounds[0] = 1;
        int dimensions = 0, count = 0, empty = 0;
        foreach (Vector value in _values)
        {
            var array = new ArrayValue(value.IsNull(row) ? default : value.GetBytes(row));
            if (array.Dimensions == 0)
            {
                empty++;
                continue;
            }

            bool matches = array.Dimensions < ArrayValue.DimensionsMax && (count == 0 || array.Dimensions == dimensions);
            for (int d = 0; matches && d < array.Dimensions; d++)
            {
                if (count == 0)
                {
                    lengths[d + 1] = array.Length(d);
                    lowerBounds[d + 1] = array.LowerBound(d);
                }
                else
                {
                    matches &= lengths[d + 1] == array.Length(d) && lowerBounds[d + 1] == array.LowerBound(d);
                }
            }

            if (!matches || empty > 0)
            {
                errors.Report(row, SqlState.ArraySubscriptError, "multidimensional arrays must have array expressions with matching dimensions");
                _result.SetNull(target);
                return;
            }

            dimensions = array.Dimensions;
            count++;
            foreach (ArrayValue.Element element in array)
                _builder.Add(element);
        }

        if (empty > 0 && count > 0)
        {
            errors.Report(row, SqlState.ArraySubscriptError, "multidimensional arrays must have array expressions with matching dimensions");
            _result.SetNull(target);
            return;
        }

        lengths[0] = count;
        _result.SetBytes(target, _builder.Build(Type.ElementOid, lengths[..(dimensions + 1)], lowerBounds[..(dimensions + 1)]));
    }

    public override void Dispose()
    {
        foreach (Evaluator element in elements)
            element.Dispose();
        _result.Dispose();
    }
}

/// <summary>array[i] and array[l:u].</summary>
internal sealed class SubscriptEvaluator(SqlType type, Evaluator container, Evaluator?[] lower, Evaluator?[] upper, bool isSlice) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly bool _isFixed = !container.Type.IsArray && container.Type.Oid is not (TypeOid.Int2Vector or TypeOid.OidVector);
    private readonly Vector?[] _lower = new Vector?[lower.Length];
    private readonly Vector?[] _upper = new Vector?[upper.Length];
    private readonly ArrayBuilder _builder = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = container.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        for (int n = 0; n < lower.Length; n++)
        {
            _lower[n] = lower[n]?.Evaluate(context, batch, selection, errors);
            selection = selection.Below(errors.Row);
        }

        for (int n = 0; n < upper.Length; n++)
        {
            _upper[n] = upper[n]?.Evaluate(context, batch, selection, errors);
            selection = selection.Below(errors.Row);
        }

        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (value.IsNull(row) || AnyNull(_lower, row) || AnyNull(_upper, row))
                _result.SetNull(row);
            else if (_isFixed)
                FixedElement(value.GetBytes(row), row);
            else if (isSlice)
                Slice(value.GetBytes(row), row);
            else
                Element(value.GetBytes(row), row);
        }

        return _result;
    }

    private static bool AnyNull(Vector?[] subscripts, int row)
    {
        foreach (Vector? subscript in subscripts)
        {
            if (subscript is not null && subscript.IsNull(row))
                return true;
        }

        return false;
    }

    /// <summary>point, lseg, box, line and name are fixed-length arrays that count from 0.</summary>
    private void FixedElement(ReadOnlySpan<byte> stored, int row)
    {
        int width = Type.Length, index = _upper[0]!.Get<int>(row);
        if (_upper.Length == 1 && index >= 0 && index < stored.Length / width)
            _result.SetStored(row, stored.Slice(index * width, width));
        else
            _result.SetNull(row);
    }

    private void Element(ReadOnlySpan<byte> stored, int row)
    {
        var array = new ArrayValue(stored);
        if (array.Dimensions != _upper.Length)
        {
            _result.SetNull(row);
            return;
        }

        int position = 0;
        for (int d = 0; d < array.Dimensions; d++)
        {
            int index = _upper[d]!.Get<int>(row) - array.LowerBound(d);
            if ((uint)index >= (uint)array.Length(d))
            {
                _result.SetNull(row);
                return;
            }

            position = (position * array.Length(d)) + index;
        }

        ArrayValue.Element element = array[position];
        if (element.IsNull)
            _result.SetNull(row);
        else
            _result.SetStored(row, element.Stored);
    }

    private void Slice(ReadOnlySpan<byte> stored, int row)
    {
        var array = new ArrayValue(stored);
        Span<int> first = stackalloc int[ArrayValue.DimensionsMax], lengths = stackalloc int[ArrayValue.DimensionsMax], ones = stackalloc int[ArrayValue.DimensionsMax];
        _builder.Clear();
        bool empty = array.Dimensions < _upper.Length || array.Dimensions == 0;
        for (int d = 0; d < array.Dimensions && !empty; d++)
        {
            int low = array.LowerBound(d), high = low + array.Length(d) - 1;
            if (d < _upper.Length)
            {
                low = Math.Max(low, _lower[d]?.Get<int>(row) ?? low);
                high = Math.Min(high, _upper[d]?.Get<int>(row) ?? high);
            }

            empty = high < low;
            first[d] = low - array.LowerBound(d);
            lengths[d] = high - low + 1;
            ones[d] = 1;
        }

        if (!empty)
        {
            ArrayValue.Enumerator items = array.GetEnumerator();
            Collect(array, ref items, 0, true, first, lengths);
        }

        _result.SetBytes(row, _builder.Build(Type.ElementOid, lengths[..array.Dimensions], ones[..array.Dimensions]));
    }

    private void Collect(ArrayValue array, ref ArrayValue.Enumerator items, int dimension, bool inside, scoped ReadOnlySpan<int> first, scoped ReadOnlySpan<int> lengths)
    {
        for (int i = 0; i < array.Length(dimension); i++)
        {
            bool within = inside && i >= first[dimension] && i < first[dimension] + lengths[dimension];
            if (dimension + 1 < array.Dimensions)
            {
                Collect(array, ref items, dimension + 1, within, first, lengths);
                continue;
            }

            items.MoveNext();
            if (within)
                _builder.Add(items.Current);
        }
    }

    public override void Dispose()
    {
        container.Dispose();
        foreach (Evaluator? e in lower)
            e?.Dispose();
        foreach (Evaluator? e in upper)
            e?.Dispose();
        _result.Dispose();
    }
}
