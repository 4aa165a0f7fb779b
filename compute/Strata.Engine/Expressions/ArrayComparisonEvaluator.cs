using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>
/// scalar op ANY/ALL (array). For equality over a constant array the elements stand in a hash set.
/// </summary>
internal sealed class ArrayComparisonEvaluator : Evaluator
{
    private const int HashedFrom = 1;
    private const int ListedMax = 16;

    private readonly Evaluator _scalar;
    private readonly Evaluator _array;
    private readonly Evaluator _comparison;
    private readonly ValueCells _cells;
    private readonly bool _isAll;
    private readonly ValueComparison? _order;
    private readonly Vector _result = new(SqlType.Boolean);
    private readonly Vector _element;
    private readonly Vector _probe;
    private readonly ErrorSink _errors = new();
    private ElementSet? _set;
    private byte[]? _setSource;
    private bool _setHasNull;
    private int[] _integers = [];
    private byte[][] _texts = [];

    public ArrayComparisonEvaluator(
        OperatorInfo op, bool isAll, Evaluator scalar, Evaluator array, bool isConstant, Func<ValueCells, SqlType, SqlType, Evaluator> makeComparison)
        : base(SqlType.Boolean)
    {
        _scalar = scalar;
        _array = array;
        _isAll = isAll;
        SqlType element = array.Type.ElementType!;
        _element = new Vector(element);
        _probe = new Vector(scalar.Type);
        _cells = new ValueCells();
        _comparison = makeComparison(_cells, scalar.Type, element);
        bool isEquality = op.Name == (isAll ? "<>" : "=") && scalar.Type.Oid == element.Oid && op.LeftType == op.RightType;
        _order = isEquality && isConstant ? ValueComparison.Find(element) : null;
    }

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector scalar = _scalar.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        Vector array = _array.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        bool hashed = PrepareSet(array, selection);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (array.IsNull(row))
                _result.SetNull(row);
            else if (hashed && !scalar.IsNull(row))
                Probe(scalar.GetStored(row), row);
            else
                Compare(context, scalar, array.GetBytes(row), row, errors);
            if (errors.Row <= row)
                break;
        }

        return _result;
    }

    public override unsafe Selection Filter(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors, SelectionBuffer buffer)
    {
        if (_isAll || _order is null)
            return base.Filter(context, batch, selection, errors, buffer);
        Vector array = _array.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        if (!PrepareSet(array, selection))
            return base.Filter(context, batch, selection, errors, buffer);
        Vector scalar = _scalar.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        int* rows = buffer.Reserve(selection.Count);
        int count = 0;
        bool isPadded = _scalar.Type.Oid == TypeOid.BpChar;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (scalar.HasNulls && scalar.IsNull(row))
                continue;
            bool found = _integers.Length > 0
                ? _integers.AsSpan().Contains(scalar.Get<int>(row))
                : _texts.Length > 0 ? IsListed(scalar.GetBytes(row), isPadded) : _set!.Contains(scalar.GetStored(row));
            rows[count] = row;
            count += found ? 1 : 0;
        }

        return new Selection(rows, count);
    }

    private bool IsListed(ReadOnlySpan<byte> text, bool isPadded)
    {
        if (isPadded)
            text = CharacterTypes.TrimBpChar(text);
        foreach (byte[] listed in _texts)
        {
            if (text.SequenceEqual(listed))
                return true;
        }

        return false;
    }

    /// <summary>Short lists of integers and texts are compared one by one.</summary>
    private void List(ArrayValue elements)
    {
        _integers = [];
        _texts = [];
        if (elements.Count > ListedMax || _setHasNull)
            return;
        bool isPadded = _element.Type.Oid == TypeOid.BpChar;
        bool isText = isPadded || _element.Type.Oid is TypeOid.Text or TypeOid.VarChar;
        bool isInteger = _element.Type.Oid is TypeOid.Int4 or TypeOid.Date;
        if (!isText && !isInteger)
            return;
        var integers = new List<int>();
        var texts = new List<byte[]>();
        foreach (ArrayValue.Element element in elements)
        {
            if (isInteger)
                integers.Add(System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(element.Stored));
            else
                texts.Add((isPadded ? CharacterTypes.TrimBpChar(element.Stored) : element.Stored).ToArray());
        }

        _integers = [.. integers];
        _texts = [.. texts];
    }

    private bool PrepareSet(Vector array, Selection selection)
    {
        if (_order is null || array.Kind != VectorKind.Constant || selection.IsEmpty || array.IsNull(0))
            return false;
        ReadOnlySpan<byte> stored = array.GetBytes(0);
        if (_setSource is not null && stored.SequenceEqual(_setSource))
            return _set is not null;
        _setSource = stored.ToArray();
        _set = null;
        var elements = new ArrayValue(stored);
        if (elements.Count < HashedFrom)
            return false;
        _set = new ElementSet(_order, elements.Count);
        _setHasNull = false;
        foreach (ArrayValue.Element element in elements)
        {
            if (element.IsNull)
                _setHasNull = true;
            else
                _set.Add(element.Stored);
        }

        List(elements);
        return true;
    }

    private void Probe(ReadOnlySpan<byte> stored, int row)
    {
        bool found = _set!.Contains(stored);
        if (found)
            _result.Set(row, _isAll ? (byte)0 : (byte)1);
        else if (_setHasNull)
            _result.SetNull(row);
        else
            _result.Set(row, _isAll ? (byte)1 : (byte)0);
    }

    private void Compare(EvaluationContext context, Vector scalar, ReadOnlySpan<byte> stored, int row, ErrorSink errors)
    {
        var array = new ArrayValue(stored);
        bool sawNull = false, decided = false;
        ArrayValue.Enumerator items = array.GetEnumerator();
        for (int left = array.Count; left > 0 && !decided;)
        {
            int count = Math.Min(left, Batch.RowsMax);
            _element.Reset(count);
            for (int i = 0; i < count; i++)
            {
                items.MoveNext();
                if (items.Current.IsNull)
                    _element.SetNull(i);
                else
                    _element.SetStored(i, items.Current.Stored);
            }

            _probe.ResetConstant();
            _probe.CopyRow(scalar, row, 0);
            _cells.Left = _probe;
            _cells.Right = _element;
            _errors.Reset();
            Vector equal = _comparison.Evaluate(context, EmptyBatch, new Selection(count), _errors);
            int evaluated = Math.Min(count, _errors.Row);
            for (int i = 0; i < evaluated && !decided; i++)
            {
                if (equal.IsNull(i))
                    sawNull = true;
                else
                    decided = (equal.Get<byte>(i) != 0) != _isAll;
            }

            if (!decided && _errors.Error is { } error)
            {
                errors.Report(row, error);
                _result.SetNull(row);
                return;
            }

            left -= count;
        }

        if (!decided && sawNull)
            _result.SetNull(row);
        else
            _result.Set(row, decided != _isAll ? (byte)1 : (byte)0);
    }

    private static readonly Batch EmptyBatch = new(System.Array.Empty<Vector>());

    public override void Dispose()
    {
        _scalar.Dispose();
        _array.Dispose();
        _comparison.Dispose();
        _result.Dispose();
        _element.Dispose();
        _probe.Dispose();
    }
}

/// <summary>An open-addressing set of stored values.</summary>
internal sealed class ElementSet
{
    private readonly ValueComparison _order;
    private readonly byte[]?[] _slots;
    private readonly int _mask;

    public ElementSet(ValueComparison order, int capacity)
    {
        _order = order;
        _slots = new byte[]?[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 4) * 2)];
        _mask = _slots.Length - 1;
    }

    public void Add(ReadOnlySpan<byte> value)
    {
        int at = (int)_order.Hash(value) & _mask;
        for (; _slots[at] is { } present; at = (at + 1) & _mask)
        {
            if (_order.Equal(present, value))
                return;
        }

        _slots[at] = value.ToArray();
    }

    public bool Contains(ReadOnlySpan<byte> value)
    {
        for (int at = (int)_order.Hash(value) & _mask; _slots[at] is { } present; at = (at + 1) & _mask)
        {
            if (_order.Equal(present, value))
                return true;
        }

        return false;
    }
}
