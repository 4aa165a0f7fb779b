using Strata.Engine.Execution;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions.Routines;

/// <summary>The rows of a set-returning SQL function, as the place of the call wants them: one value per row, or a column for each field. Not thread-safe.</summary>
internal sealed class StoredRows(RowStore rows, bool isValue, SqlType type) : RowSource
{
    private int _next;

    /// <inheritdoc/>
    public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
    {
        int count = Math.Min(rowsMax, rows.Count - _next);
        bool wantsValue = columns.Length == 1 && columns[0].Type.Oid == type.Oid;
        for (int i = 0; i < count; i++, _next++)
            Write(columns, start + i, rows.ChunkOf(_next), RowStore.Offset(_next), wantsValue);
        if (count == 0)
            rows.Dispose();
        return count;
    }

    private void Write(ReadOnlySpan<Vector> columns, int target, Batch batch, int row, bool wantsValue)
    {
        if (isValue && wantsValue)
        {
            columns[0].CopyRow(batch[0], row, target);
        }
        else if (isValue && (type.Kind == TypeKind.Composite || type.Oid == TypeOid.Record))
        {
            RecordText.Unpack(batch[0].IsNull(row) ? default : batch[0].GetBytes(row), batch[0].IsNull(row), columns, target);
        }
        else if (wantsValue)
        {
            columns[0].SetValid(target);
            columns[0].SetBytes(target, RecordText.Pack(batch, row, rows.Types.Length).Written);
        }
        else
        {
            if (rows.Types.Length != columns.Length)
                throw Mismatch($"Returned row contains {rows.Types.Length} attribute{(rows.Types.Length == 1 ? "" : "s")}, but query expects {columns.Length}.");
            for (int i = 0; i < columns.Length; i++)
            {
                if (rows.Types[i].Physical != columns[i].Type.Physical)
                    throw Mismatch($"Returned type {rows.Types[i].WithTypmod(-1)} at ordinal position {i + 1}, but query expects {columns[i].Type.WithTypmod(-1)}.");
                columns[i].CopyRow(batch[i], row, target);
            }
        }
    }

    private static SqlException Mismatch(string detail) =>
        new(SqlState.DatatypeMismatch, "function return row and query-specified return row do not match") { Detail = detail };
}
