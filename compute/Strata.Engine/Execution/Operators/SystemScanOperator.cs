using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Reads a system table, whose rows are made by code.</summary>
internal sealed class SystemScanOperator(
    ExecutionState state, RelationInfo relation, short[] attributes, SqlType[] types, ExpressionInstance? filter) : Operator
{
    private const int RowsAtOnce = 256;

    private readonly Batch _batch = new(types, state.Memory);
    private readonly ErrorSink _errors = new();
    private readonly ArrayBuilder _arrays = new();
    private readonly byte[] _element = new byte[8];
    private IEnumerator<CatalogValue[]>? _rows;

    public override void Open()
    {
        Close();
        _errors.Reset();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        _rows ??= relation.SystemTable!.Scan(
            state.SystemScan ?? throw new SqlException(SqlState.FeatureNotSupported, $"system table \"{relation.Name}\" cannot be read here")).GetEnumerator();
        while (true)
        {
            state.CheckCancel();
            int limit = filter is null ? Math.Min(rowsMax, RowsAtOnce) : Math.Min(rowsMax, RowsAtOnce);
            _batch.Reset(limit);
            int count = 0;
            while (count < limit && _rows.MoveNext())
                Store(_rows.Current, count++);
            if (count == 0)
                return null;
            _batch.SetCount(count);
            if (filter is null)
                return _batch;
            Selection selection = filter.Filter(state.Evaluation, _batch, _batch.Selection, _errors);
            if (_errors.HasError)
                selection = BatchErrors.Cut(_errors, selection);
            if (selection.IsEmpty)
                continue;
            _batch.Select(selection);
            return _batch;
        }
    }

    public override void Rescan() => Open();

    public override void Close()
    {
        _rows?.Dispose();
        _rows = null;
    }

    public override void Dispose()
    {
        Close();
        _batch.Dispose();
        filter?.Dispose();
    }

    private void Store(CatalogValue[] values, int row)
    {
        for (int i = 0; i < attributes.Length; i++)
        {
            Vector vector = _batch[i];
            if (attributes[i] <= 0)
            {
                StoreSystem(attributes[i], vector, row);
                continue;
            }

            StoreValue(values[attributes[i] - 1], vector, row);
        }
    }

    private void StoreValue(in CatalogValue value, Vector vector, int row)
    {
        if (value.IsNull)
        {
            vector.SetNull(row);
            return;
        }

        vector.SetValid(row);
        switch (vector.Physical)
        {
            case PhysicalType.Boolean or PhysicalType.Int8:
                vector.Set(row, (byte)value.Number);
                break;
            case PhysicalType.Int16:
                vector.Set(row, (short)value.Number);
                break;
            case PhysicalType.Int32:
                vector.Set(row, (int)value.Number);
                break;
            case PhysicalType.Int64:
                vector.Set(row, value.Number);
                break;
            case PhysicalType.Float32:
                vector.Set(row, (float)value.Double);
                break;
            case PhysicalType.Float64:
                vector.Set(row, value.Double);
                break;
            case PhysicalType.Bytes when value is { IsArray: true, Array: CatalogValue[][] records }:
                vector.SetBytes(row, RowsOf(records, vector.Type));
                break;
            case PhysicalType.Bytes when value.IsArray:
                vector.SetBytes(row, ArrayOf(value.Array, vector.Type));
                break;
            case PhysicalType.Bytes when value.IsText && !vector.Type.IsArray && vector.Type.Oid != TypeOid.Bytea:
                vector.SetBytes(row, Encoding.UTF8.GetBytes(value.Text));
                break;
            default:
                // Other types come in their text form.
                if (value.IsText)
                    TypeInput.Parse(vector.Type, Encoding.UTF8.GetBytes(value.Text), state.Evaluation.Functions, vector, row);
                else
                    vector.SetBytes(row, Encoding.UTF8.GetBytes(value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                break;
        }
    }

    /// <summary>Rows of another catalog as an array of its row type.</summary>
    private ReadOnlySpan<byte> RowsOf(CatalogValue[][] records, SqlType type)
    {
        IReadOnlyList<(string Name, SqlType Type)> columns = state.Evaluation.Functions.Catalog.CompositeColumns(type.ElementOid);
        var array = new ArrayBuilder();
        var record = new ByteBuffer();
        foreach (CatalogValue[] values in records)
        {
            record.Clear();
            RecordText.WriteHeader(record, columns.Count);
            for (int i = 0; i < columns.Count; i++)
            {
                using var field = new Vector(columns[i].Type);
                field.Reset(1);
                StoreValue(values[i], field, 0);
                if (field.IsNull(0))
                    RecordText.WriteNullField(record, columns[i].Type.Oid);
                else
                    RecordText.WriteField(record, columns[i].Type.Oid, field.GetStored(0));
            }

            array.Add(record.Written);
        }

        return array.Build(type.ElementOid);
    }

    private void StoreSystem(short attribute, Vector vector, int row)
    {
        vector.SetValid(row);
        switch (attribute)
        {
            case Planning.Algebra.SystemAttribute.TableOid:
                vector.Set(row, relation.Oid);
                break;
            case Planning.Algebra.SystemAttribute.Ctid:
                vector.Set(row, 0L);
                break;
            default:
                vector.Set(row, 0);
                break;
        }
    }

    private ReadOnlySpan<byte> ArrayOf(Array elements, SqlType type)
    {
        _arrays.Clear();
        SqlType element = type.ElementType ?? SqlType.Text;
        foreach (object? item in elements)
        {
            switch (item)
            {
                case long number:
                    int width = element.Physical == PhysicalType.Bytes ? 8 : element.Physical.WidthBytes();
                    BinaryPrimitives.WriteInt64LittleEndian(_element, number);
                    _arrays.Add(_element.AsSpan(0, width));
                    break;
                case float number:
                    BinaryPrimitives.WriteSingleLittleEndian(_element, number);
                    _arrays.Add(_element.AsSpan(0, sizeof(float)));
                    break;
                case string text:
                    _arrays.Add(Encoding.UTF8.GetBytes(text));
                    break;
                default:
                    _arrays.AddNull();
                    break;
            }
        }

        // oidvector and int2vector count from 0.
        return _arrays.Build(element.Oid, type.Oid is TypeOid.OidVector or TypeOid.Int2Vector ? 0 : 1);
    }
}
