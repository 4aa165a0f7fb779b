using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Operators;

/// <summary>Reads the rows of key ranges of an index, in the index's order or backwards. Fetches no more rows than the caller asked for.</summary>
internal sealed class IndexScanOperator(
    ExecutionState state, HeapRelation heap, BTreeIndex index, IndexRange range, ScanDirection direction, RowDecoder decoder, SqlType[] types,
    ExpressionInstance? filter, ExpressionInstance? recheck, int scan, bool forUpdate)
    : TableScanOperator(state, heap, decoder, types, filter, recheck, scan)
{
    private readonly BTreeScan _scan = new();
    private HeapFetch _fetch;
    private bool _started;
    private bool _inRange;
    private int _nextTid;

    protected override void Restart()
    {
        _started = false;
        _inRange = false;
    }

    protected override int Load(int rowsMax)
    {
        if (!_started)
        {
            _started = true;
            range.Restart();
            index.Activity.NoteScan();
        }

        Rows.Reset(Math.Min(rowsMax, 64));
        int count = 0, read = 0;
        try
        {
            while (count < rowsMax && HasTid())
            {
                read++;
                if (!_fetch.Fetch(Heap, _scan.Tids[_nextTid++], State.Snapshot, forUpdate, State.Cancellation))
                {
                    // Nobody will ever see the entry's row: later scans need not fetch it.
                    if (_fetch.AllDead && State.ReadPoint.IsLive)
                        _scan.HintDead(_nextTid - 1);
                    continue;
                }

                EnsureRoom(count + 1, count);
                Decoder.Decode(_fetch.Row, Rows, count++, Detoast);
                if ((HeapRow.GetFlags(_fetch.Row.Bytes) & RowFlags.HasOutOfLine) != 0 && IsBatchLarge)
                    break;
            }
        }
        finally
        {
            _fetch.Release();
            index.Activity.NoteRead(read, count);
        }

        return count;
    }

    public override void Close()
    {
        _fetch.Release();
        base.Close();
        _scan.Close();
        _started = false;
        _inRange = false;
    }

    public override void Dispose()
    {
        base.Dispose();
        range.Dispose();
    }

    private void EnsureRoom(int rows, int keep)
    {
        foreach (Vector column in Rows.Columns)
            column.EnsureCapacity(rows, keep);
    }

    private bool HasTid()
    {
        while (true)
        {
            if (_inRange)
            {
                if (_nextTid < _scan.Tids.Length)
                    return true;
                _nextTid = 0;
                if (_scan.NextBatch(State.Cancellation))
                    continue;
                _inRange = false;
            }

            if (!range.TryNext(_scan, index, direction, State.ReadPoint, State.Reader))
                return false;
            _inRange = true;
            _nextTid = int.MaxValue;
        }
    }
}
