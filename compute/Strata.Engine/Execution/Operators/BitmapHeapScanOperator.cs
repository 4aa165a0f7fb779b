using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Reads the rows of a set of addresses in the order of the table, each page once. Rows of pages of which the set knows no addresses are checked by all conditions.
/// </summary>
internal sealed class BitmapHeapScanOperator(
    ExecutionState state, HeapRelation heap, BitmapOperator source, RowDecoder decoder, SqlType[] types, ExpressionInstance? filter, ExpressionInstance? recheck,
    ExpressionInstance? lossyFilter, int scan, bool forUpdate)
    : TableScanOperator(state, heap, decoder, types, null, recheck, scan)
{
    private const int ReadAheadBlocks = 32;

    private readonly HeapScan _blocks = new();
    private readonly PageKey[] _ahead = new PageKey[ReadAheadBlocks];
    private TidBitmap? _bitmap;
    private HeapFetch _fetch;
    private int _next;
    private int _announced;

    public override void Open()
    {
        base.Open();
        source.Open();
    }

    protected override void Restart()
    {
        _bitmap = null;
        _next = 0;
        _announced = 0;
    }

    public override void Rescan()
    {
        base.Rescan();
        source.Rescan();
    }

    protected override bool LoadFiltered(int rowsMax, ErrorSink errors, out Selection ready)
    {
        _bitmap ??= source.Build();
        int count = 0;
        Rows.Reset(Math.Min(rowsMax, 64));
        try
        {
            while (count < rowsMax && _next < _bitmap.Count)
            {
                State.CheckCancel();
                if (_next >= _announced)
                    Announce();
                if (_bitmap.SlotOf(_next) == 0)
                {
                    // A whole page at a time, which must fit.
                    if (count > 0 && count + HeapPage.MaxSlots > rowsMax)
                        break;
                    count = LoadBlock(_bitmap.BlockOf(_next++), count);
                    continue;
                }

                var tid = new Tid(_bitmap.BlockOf(_next), _bitmap.SlotOf(_next));
                _next++;
                if (!_fetch.Fetch(Heap, tid, State.Snapshot, forUpdate, State.Cancellation))
                    continue;
                Take(_fetch.Row, count++);
                if ((HeapRow.GetFlags(_fetch.Row.Bytes) & RowFlags.HasOutOfLine) != 0 && IsBatchLarge)
                    break;
            }
        }
        finally
        {
            _fetch.Release();
            _blocks.Close();
            if (count > 0)
                Heap.Activity.NoteFetched(count);
        }

        Rows.SetCount(count);
        ExpressionInstance? condition = _bitmap.IsLossy ? lossyFilter : filter;
        ready = condition is null ? Rows.Selection : condition.Filter(State.Evaluation, Rows, Rows.Selection, errors);
        if (errors.HasError)
            ready = ready.Below(errors.Row);
        if (Statistics is not null)
            Statistics.RowsRemoved += count - ready.Count;
        return count > 0 || _next < _bitmap.Count;
    }

    public override void Close()
    {
        _fetch.Release();
        _blocks.Close();
        base.Close();
        source.Close();
        _bitmap = null;
    }

    public override void Dispose()
    {
        base.Dispose();
        source.Dispose();
        filter?.Dispose();
        lossyFilter?.Dispose();
    }

    private int LoadBlock(uint block, int count)
    {
        _blocks.Open(Heap, State.Snapshot, forUpdate, block, block + 1, State.Cancellation);
        if (_blocks.NextPage(out ReadOnlySpan<HeapRowPointer> rows, State.Cancellation))
        {
            foreach (ref readonly HeapRowPointer row in rows)
                Take(row, count++);
        }

        return count;
    }

    private void Take(in HeapRowPointer row, int target)
    {
        foreach (Vector column in Rows.Columns)
            column.EnsureCapacity(target + 1, target);
        Decoder.Decode(row, Rows, target, Detoast);
    }

    /// <summary>Tells the pool which pages come next.</summary>
    private void Announce()
    {
        int count = 0;
        uint last = uint.MaxValue;
        for (_announced = _next; _announced < _bitmap!.Count && count < _ahead.Length; _announced++)
        {
            uint block = _bitmap.BlockOf(_announced);
            if (block != last)
                _ahead[count++] = Heap.KeyOf(block);
            last = block;
        }

        if (count > 1)
            Heap.Context.Pool.ReadAhead(_ahead.AsSpan(0, count), State.ReadPoint, State.Cancellation);
    }
}
