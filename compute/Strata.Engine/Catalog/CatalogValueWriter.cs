using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Catalog;

/// <summary>Puts <see cref="CatalogValue"/>s into vectors and records. Not thread-safe.</summary>
internal sealed class CatalogValueWriter(IFunctionContext functions)
{
    private readonly ArrayBuilder _arrays = new();
    private readonly byte[] _element = new byte[8];

    /// <summary>Stores a value in a row of a flat vector with room, in the form of the vector's type.</summary>
    public void Store(in CatalogValue value, Vector vector, int row)
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
            case PhysicalType.Bytes when value.IsText && IsKeptAsText(vector.Type):
                vector.SetBytes(row, Encoding.UTF8.GetBytes(value.Text));
                break;
            default:
                // Other types come in their text form.
                string text = value.IsText ? value.Text : value.Number.ToString(CultureInfo.InvariantCulture);
                TypeInput.Parse(vector.Type, Encoding.UTF8.GetBytes(text), functions, vector, row);
                break;
        }
    }

    /// <summary>A row as a record of the types.</summary>
    public ReadOnlySpan<byte> Record(CatalogValue[] values, IReadOnlyList<SqlType> types)
    {
        var record = new ByteBuffer();
        RecordText.WriteHeader(record, types.Count);
        for (int i = 0; i < types.Count; i++)
        {
            using var field = new Vector(types[i]);
            field.Reset(1);
            Store(values[i], field, 0);
            if (field.IsNull(0))
                RecordText.WriteNullField(record, types[i].Oid);
            else
                RecordText.WriteField(record, types[i].Oid, field.GetStored(0));
        }

        return record.Written;
    }

    // All types whose stored form is the text itself; the rest have an input function that makes something else of it.
    private static bool IsKeptAsText(SqlType type) => !type.IsArray && type.Plain.Oid is not (TypeOid.Bytea or TypeOid.Numeric) && (type.Plain.Oid == TypeOid.Xml || TypeCodecs.Find(type.Plain) is null);

    /// <summary>Rows of another catalog as an array of its row type.</summary>
    private ReadOnlySpan<byte> RowsOf(CatalogValue[][] records, SqlType type)
    {
        SqlType[] types = [.. functions.Catalog.CompositeColumns(type.ElementOid).Select(static column => column.Type)];
        var array = new ArrayBuilder();
        foreach (CatalogValue[] values in records)
            array.Add(Record(values, types));
        return array.Build(type.ElementOid);
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
