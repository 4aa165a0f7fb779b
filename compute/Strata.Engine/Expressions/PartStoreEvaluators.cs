using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>Replaces a field of a record.</summary>
internal sealed class FieldStoreEvaluator(SqlType type, Evaluator operand, int field, SqlType[] fieldTypes, Evaluator value) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly ByteBuffer _buffer = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector record = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        Vector stored = value.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
            Store(record, stored, selection[i]);
        return _result;
    }

    private void Store(Vector record, Vector stored, int row)
    {
        ReadOnlySpan<byte> old = record.IsNull(row) ? default : record.GetBytes(row);
        int known = RecordText.FieldCount(old), offset = 4;
        _buffer.Clear();
        RecordText.WriteHeader(_buffer, fieldTypes.Length);
        for (int i = 0; i < fieldTypes.Length; i++)
        {
            ReadOnlySpan<byte> bytes = default;
            bool present = i < known && RecordText.ReadField(old, ref offset, out _, out bytes);
            if (i == field)
            {
                present = !stored.IsNull(row);
                bytes = present ? stored.GetStored(row) : default;
            }

            if (present)
                RecordText.WriteField(_buffer, fieldTypes[i].Oid, bytes);
            else
                RecordText.WriteNullField(_buffer, fieldTypes[i].Oid);
        }

        _result.SetValid(row);
        _result.SetBytes(row, _buffer.Written);
    }

    public override void Dispose()
    {
        operand.Dispose();
        value.Dispose();
        _result.Dispose();
    }
}

/// <summary>Replaces an element or a slice of an array, with PostgreSQL's rules for arrays that grow.</summary>
internal sealed class SubscriptStoreEvaluator(SqlType type, Evaluator container, Evaluator?[] lower, Evaluator?[] upper, bool isSlice, Evaluator value) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly Vector?[] _lower = new Vector?[lower.Length];
    private readonly Vector?[] _upper = new Vector?[upper.Length];
    private readonly ArrayBuilder _builder = new();

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector array = container.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        for (int i = 0; i < lower.Length; i++)
            _lower[i] = lower[i]?.Evaluate(context, batch, selection, errors);
        for (int i = 0; i < upper.Length; i++)
            _upper[i] = upper[i]?.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        Vector stored = value.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            try
            {
                Store(array, stored, row);
            }
            catch (SqlException error)
            {
                errors.Report(row, error);
                return _result;
            }
        }

        return _result;
    }

    private void Store(Vector array, Vector stored, int row)
    {
        foreach (Vector? bound in _lower.Concat(_upper))
            if (bound is not null && bound.IsNull(row))
                throw new SqlException(SqlState.NullValueNotAllowed, "array subscript in assignment must not be null");
        // A slice that gets no value stays as it is.
        if (isSlice && stored.IsNull(row))
        {
            // As in PostgreSQL there is an empty array then where there was none.
            if (array.IsNull(row))
                StoreEmpty(row);
            else
                _result.CopyRow(array, row, row);
            return;
        }

        var old = new ArrayValue(array.IsNull(row) ? default : array.GetBytes(row));
        if (upper.Length == 1 && old.Dimensions <= 1)
            StoreFlat(old, stored, row);
        else if (isSlice)
            StoreBlock(old, stored, row);
        else
            StoreCell(old, stored, row);
    }

    private void StoreEmpty(int row) => Finish(row, _builder.Build(Type.ElementOid, [], []));

    // One dimension: the array grows to both sides, with nulls in gaps.
    private void StoreFlat(ArrayValue old, Vector stored, int row)
    {
        bool isEmpty = old.Dimensions == 0;
        int oldLow = isEmpty ? 1 : old.LowerBound(0), oldHigh = isEmpty ? 0 : oldLow + old.Count - 1;
        int first, last;
        var source = new ArrayValue(isSlice ? stored.GetBytes(row) : default);
        if (isSlice)
        {
            if (isEmpty && (_lower[0] is null || _upper[0] is null))
                throw new SqlException(SqlState.ArraySubscriptError, "array slice subscript must provide both boundaries")
                {
                    Detail = "When assigning to a slice of an empty array value, slice boundaries must be fully specified.",
                };
            first = _lower[0]?.Get<int>(row) ?? oldLow;
            last = _upper[0]?.Get<int>(row) ?? oldHigh;
            if (first > last)
                throw new SqlException(SqlState.ArraySubscriptError, "upper bound cannot be less than lower bound");
            if (source.Count < last - first + 1)
                throw new SqlException(SqlState.ArraySubscriptError, "source array too small");
        }
        else
        {
            first = last = _upper[0]!.Get<int>(row);
        }

        int low = isEmpty ? first : Math.Min(first, oldLow), high = isEmpty ? last : Math.Max(last, oldHigh);
        if ((long)high - low + 1 > 134_217_727)
            throw ArrayBuilder.TooLarge();
        _builder.Clear();
        ArrayValue.Enumerator olds = old.GetEnumerator(), news = source.GetEnumerator();
        for (int i = low; i <= high; i++)
        {
            bool hasOld = !isEmpty && i >= oldLow && i <= oldHigh && olds.MoveNext();
            if (i >= first && i <= last)
            {
                if (isSlice)
                {
                    news.MoveNext();
                    _builder.Add(news.Current);
                }
                else
                {
                    Add(stored, row);
                }
            }
            else if (hasOld)
            {
                _builder.Add(olds.Current);
            }
            else
            {
                _builder.AddNull();
            }
        }

        Finish(row, _builder.Build(Type.ElementOid, low));
    }

    private void Add(Vector stored, int row)
    {
        if (stored.IsNull(row))
            _builder.AddNull();
        else
            _builder.Add(stored.GetStored(row));
    }

    private void StoreCell(ArrayValue old, Vector stored, int row)
    {
        int dimensions = upper.Length;
        if (old.Dimensions == 0)
        {
            // A first element decides the bounds.
            Span<int> ones = stackalloc int[dimensions], bounds = stackalloc int[dimensions];
            for (int d = 0; d < dimensions; d++)
                (ones[d], bounds[d]) = (1, _upper[d]!.Get<int>(row));
            _builder.Clear();
            Add(stored, row);
            Finish(row, _builder.Build(Type.ElementOid, ones, bounds));
            return;
        }

        if (old.Dimensions != dimensions)
            throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts");
        int position = 0;
        for (int d = 0; d < dimensions; d++)
        {
            int index = _upper[d]!.Get<int>(row) - old.LowerBound(d);
            if (index < 0 || index >= old.Length(d))
                throw new SqlException(SqlState.ArraySubscriptError, "array subscript out of range");
            position = (position * old.Length(d)) + index;
        }

        _builder.Clear();
        ArrayValue.Enumerator items = old.GetEnumerator();
        for (int i = 0; items.MoveNext(); i++)
        {
            if (i == position)
                Add(stored, row);
            else
                _builder.Add(items.Current);
        }

        FinishLike(old, row);
    }

    private void StoreBlock(ArrayValue old, Vector stored, int row)
    {
        int dimensions = upper.Length;
        var source = new ArrayValue(stored.GetBytes(row));
        if (old.Dimensions == 0)
        {
            Span<int> lengths = stackalloc int[dimensions], bounds = stackalloc int[dimensions];
            int total = 1;
            for (int d = 0; d < dimensions; d++)
            {
                if (_lower[d] is null || _upper[d] is null)
                    throw new SqlException(SqlState.ArraySubscriptError, "array slice subscript must provide both boundaries");
                bounds[d] = _lower[d]!.Get<int>(row);
                lengths[d] = _upper[d]!.Get<int>(row) - bounds[d] + 1;
                total *= Math.Max(lengths[d], 0);
            }

            if (source.Count < total)
                throw new SqlException(SqlState.ArraySubscriptError, "source array too small");
            _builder.Clear();
            ArrayValue.Enumerator all = source.GetEnumerator();
            for (int i = 0; i < total && all.MoveNext(); i++)
                _builder.Add(all.Current);
            Finish(row, _builder.Build(Type.ElementOid, lengths, bounds));
            return;
        }

        if (old.Dimensions < dimensions)
            throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts");
        Span<int> first = stackalloc int[old.Dimensions], last = stackalloc int[old.Dimensions], at = stackalloc int[old.Dimensions];
        int needed = 1;
        for (int d = 0; d < old.Dimensions; d++)
        {
            int low = old.LowerBound(d), high = low + old.Length(d) - 1;
            first[d] = d < dimensions ? _lower[d]?.Get<int>(row) ?? low : low;
            last[d] = d < dimensions ? _upper[d]?.Get<int>(row) ?? high : high;
            if (first[d] > last[d])
                throw new SqlException(SqlState.ArraySubscriptError, "upper bound cannot be less than lower bound");
            if (first[d] < low || last[d] > high)
                throw new SqlException(SqlState.ArraySubscriptError, "array subscript out of range");
            needed *= last[d] - first[d] + 1;
            at[d] = low;
        }

        if (source.Count < needed)
            throw new SqlException(SqlState.ArraySubscriptError, "source array too small");
        _builder.Clear();
        ArrayValue.Enumerator items = old.GetEnumerator(), news = source.GetEnumerator();
        while (items.MoveNext())
        {
            bool inside = true;
            for (int d = 0; d < old.Dimensions; d++)
                inside &= at[d] >= first[d] && at[d] <= last[d];
            if (inside && news.MoveNext())
                _builder.Add(news.Current);
            else
                _builder.Add(items.Current);
            for (int d = old.Dimensions - 1; d >= 0 && ++at[d] == old.LowerBound(d) + old.Length(d); d--)
                at[d] = old.LowerBound(d);
        }

        FinishLike(old, row);
    }

    private void FinishLike(ArrayValue old, int row)
    {
        Span<int> lengths = stackalloc int[old.Dimensions], bounds = stackalloc int[old.Dimensions];
        for (int d = 0; d < old.Dimensions; d++)
            (lengths[d], bounds[d]) = (old.Length(d), old.LowerBound(d));
        Finish(row, _builder.Build(Type.ElementOid, lengths, bounds));
    }

    private void Finish(int row, ReadOnlySpan<byte> bytes)
    {
        _result.SetValid(row);
        _result.SetBytes(row, bytes);
    }

    public override void Dispose()
    {
        container.Dispose();
        value.Dispose();
        foreach (Evaluator? e in lower)
            e?.Dispose();
        foreach (Evaluator? e in upper)
            e?.Dispose();
        _result.Dispose();
    }
}
