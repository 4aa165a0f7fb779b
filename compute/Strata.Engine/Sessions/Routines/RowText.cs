using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions.Routines;

/// <summary>Rows of batches as stored records, and back.</summary>
internal static class RowText
{
    /// <summary>The first columns of a row as a record.</summary>
    public static ByteBuffer Pack(Batch batch, int row, int columns)
    {
        var buffer = new ByteBuffer();
        RecordText.WriteHeader(buffer, columns);
        for (int i = 0; i < columns; i++)
        {
            Vector column = batch[i];
            if (column.IsNull(row))
                RecordText.WriteNullField(buffer, column.Type.Oid);
            else
                RecordText.WriteField(buffer, column.Type.Oid, column.GetStored(row));
        }

        return buffer;
    }

    /// <summary>Spreads a stored record (empty for null) over columns at a row. Throws 42804 when they do not fit.</summary>
    public static void Unpack(ReadOnlySpan<byte> record, bool isNull, ReadOnlySpan<Vector> columns, int row)
    {
        int offset = 4;
        int count = isNull ? 0 : RecordText.FieldCount(record);
        if (!isNull && count != columns.Length)
            throw new SqlException(SqlState.DatatypeMismatch, "function return row and query-specified return row do not match")
            {
                Detail = $"Returned row contains {count} attribute{(count == 1 ? "" : "s")}, but query expects {columns.Length}.",
            };
        for (int i = 0; i < columns.Length; i++)
        {
            if (isNull || !RecordText.ReadField(record, ref offset, out uint type, out ReadOnlySpan<byte> stored))
            {
                columns[i].SetNull(row);
                continue;
            }

            if (type != columns[i].Type.Oid && BuiltinTypes.Find(type)?.Physical is { } physical && physical != columns[i].Type.Physical)
                throw new SqlException(SqlState.DatatypeMismatch, "function return row and query-specified return row do not match")
                {
                    Detail = $"Returned type {BuiltinTypes.Find(type)} at ordinal position {i + 1}, but query expects {columns[i].Type}.",
                };
            columns[i].SetValid(row);
            columns[i].SetStored(row, stored);
        }
    }
}
