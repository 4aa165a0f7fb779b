using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Operators;

/// <summary>Reads all rows of a table that the snapshot sees, in physical order. Whole pages are decoded at a time and none stays pinned between pulls.</summary>
internal sealed class SeqScanOperator(
    ExecutionState state, HeapRelation heap, RowDecoder decoder, SqlType[] types, ExpressionInstance? filter, ExpressionInstance? recheck, int scan,
    bool forUpdate)
    : TableScanOperator(state, heap, decoder, types, filter, recheck, scan)
{
    private readonly HeapScan _scan = new();
    private readonly Queue<Tid> _leftOver = [];
    private HeapFetch _fetch;
    private bool _isOpen;

    protected override void Restart()
    {
        if (_isOpen)
            _scan.Close();
        _isOpen = false;
        _leftOver.Clear();
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
        if (_leftOver.Count > 0)
            return LoadLeftOver();
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

            bool large = false;
            foreach (ref readonly HeapRowPointer row in rows)
            {
                if (large)
                {
                    _leftOver.Enqueue(row.Tid);
                    continue;
                }

                Decoder.Decode(row, Rows, count++, Detoast);
                large = (HeapRow.GetFlags(row.Bytes) & RowFlags.HasOutOfLine) != 0 && IsBatchLarge;
            }

            if (large || count >= rowsMax || count + Format.Pages.Heap.HeapPage.MaxSlots > Batch.RowsMax)
                break;
        }

        _scan.ReleasePage();
        return count;
    }

    /// <summary>Rows of a page whose large values did not fit in a batch. Their places are good as long as the snapshot is.</summary>
    private int LoadLeftOver()
    {
        int count = 0;
        while (_leftOver.TryDequeue(out Tid tid))
        {
            Invariant.Check(_fetch.FetchExact(Heap, tid, State.Snapshot, State.Cancellation));
            Decoder.Decode(_fetch.Row, Rows, count++, Detoast);
            if (IsBatchLarge)
                break;
        }

        _fetch.Release();
        return count;
    }

    public override void Close()
    {
        base.Close();
        if (_isOpen)
            _scan.Close();
        _isOpen = false;
        _leftOver.Clear();
        _fetch.Release();
    }
}
