using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Reads columns out of the keys of an index. The table is looked at only for rows on pages that the visibility map does not call visible to all. Reads no more entries than the caller asked for rows.
/// </summary>
internal sealed class IndexOnlyScanOperator(
    ExecutionState state, HeapRelation heap, BTreeIndex index, IndexRange range, ScanDirection direction, KeyDecoder keys, RowDecoder decoder, SqlType[] types,
    ExpressionInstance? filter, ExpressionInstance? recheck, int scan)
    : TableScanOperator(state, heap, decoder, types, filter, recheck, scan)
{
    private readonly BTreeScan _scan = new();
    private HeapFetch _fetch;
    private VisibilityMapReader _map;
    private bool _started;
    private bool _inRange;
    private int _next;
    private long _heapFetches;
    private uint _askedBlock = uint.MaxValue;
    private bool _isAllVisible;

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
            if (State.ReadPoint.IsLive)
                _map.Open(Heap, State.Cancellation);
        }

        Rows.Reset(Math.Min(rowsMax, 64));
        int count = 0, read = 0;
        try
        {
            while (count < rowsMax && HasEntry())
            {
                int entry = _next++;
                read++;
                if (!IsVisible(_scan.Tids[entry], entry))
                    continue;
                foreach (Vector column in Rows.Columns)
                    column.EnsureCapacity(count + 1, count);
                if (Rows.Columns.Length > 0)
                    keys.Decode(_scan.Key(entry), Rows, count);
                count++;
            }
        }
        finally
        {
            _fetch.Release();
            _map.Release();
            if (Statistics is not null)
                Statistics.HeapFetches += _heapFetches;
            index.Activity.NoteRead(read, (int)_heapFetches);
            _heapFetches = 0;
        }

        return count;
    }

    public override void Close()
    {
        _fetch.Release();
        _map.Release();
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

    private bool IsVisible(Tid tid, int entry)
    {
        if (tid.Block != _askedBlock)
        {
            // Under SERIALIZABLE a row is looked at under its page's latch: only there a reader and a writer of it can't miss each other.
            _isAllVisible = State.ReadPoint.IsLive && State.Reader is null && _map.IsAllVisible(Heap, tid.Block, State.Cancellation);
            _askedBlock = tid.Block;
        }

        if (_isAllVisible)
            return true;
        _heapFetches++;
        if (_fetch.Fetch(Heap, tid, State.Snapshot, forUpdate: false, State.Cancellation))
            return true;
        if (_fetch.AllDead && State.ReadPoint.IsLive)
            _scan.HintDead(entry);
        return false;
    }

    private bool HasEntry()
    {
        while (true)
        {
            if (_inRange)
            {
                if (_next < _scan.Tids.Length)
                    return true;
                _next = 0;
                // What the map said was about entries read before it was asked.
                _askedBlock = uint.MaxValue;
                if (_scan.NextBatch(State.Cancellation))
                    continue;
                _inRange = false;
            }

            if (!range.TryNext(_scan, index, direction, State.ReadPoint, State.Reader, withKeys: Rows.Columns.Length > 0))
                return false;
            _inRange = true;
            _next = int.MaxValue;
        }
    }
}
