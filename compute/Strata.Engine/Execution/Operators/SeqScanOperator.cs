using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Reads all rows of a table that the snapshot sees, in physical order. Whole pages are decoded at a time and none stays pinned between pulls.</summary>
internal sealed class SeqScanOperator(
    ExecutionState state, HeapRelation heap, RowDecoder decoder, SqlType[] types, ExpressionInstance? filter, ExpressionInstance? recheck, int scan,
    bool forUpdate)
    : TableScanOperator(state, heap, decoder, types, filter, recheck, scan)
{
    private readonly HeapScan _scan = new();
    private bool _isOpen;

    protected override void Restart()
    {
        if (_isOpen)
            _scan.Close();
        _isOpen = false;
    }

    protected override int Load(int rowsMax)
    {
        if (!_isOpen)
        {
            _scan.Open(Heap, State.Snapshot, forUpdate, cancellation: State.Cancellation);
            _isOpen = true;
        }

        int count = 0;
        int room = Format.Pages.Heap.HeapPage.MaxSlots;
        Rows.Reset(room);
        // One page always; more while the caller has use for them and a further page surely fits.
        while (_scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, State.Cancellation))
        {
            int needed = count + rows.Length;
            if (needed > room)
            {
                room = Math.Min(Math.Max(needed, room * 2), Batch.RowsMax);
                foreach (Vector column in Rows.Columns)
                    column.EnsureCapacity(room, count);
            }

            foreach (ref readonly HeapRowPointer row in rows)
                Decoder.Decode(row, Rows, count++);
            if (count >= rowsMax || count + Format.Pages.Heap.HeapPage.MaxSlots > Batch.RowsMax)
                break;
        }

        _scan.ReleasePage();
        return count;
    }

    public override void Close()
    {
        base.Close();
        if (_isOpen)
            _scan.Close();
        _isOpen = false;
    }
}
