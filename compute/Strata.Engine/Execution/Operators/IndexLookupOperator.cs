using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Reads the at most one row with a whole key of a unique index: the operator behind point queries. It descends the tree once, fetches from the heap and
/// is done; nothing is allocated.
/// </summary>
internal sealed class IndexLookupOperator(
    ExecutionState state, HeapRelation heap, BTreeIndex index, IndexRange range, RowDecoder decoder, SqlType[] types,
    ExpressionInstance? filter, ExpressionInstance? recheck, int scan, bool forUpdate)
    : TableScanOperator(state, heap, decoder, types, filter, recheck, scan)
{
    private const int TidsAtOnce = 8;

    private HeapFetch _fetch;
    private bool _done;

    protected override void Restart() => _done = false;

    protected override int Load(int rowsMax)
    {
        if (_done)
            return 0;
        _done = true;
        if (!range.TryBuildSingle(out ReadOnlySpan<byte> key))
            return 0;
        Span<Tid> tids = stackalloc Tid[TidsAtOnce];
        int count = index.Lookup(key, tids, out BTreeLeafPosition position, State.ReadPoint, State.Reader, State.Cancellation);
        bool mayHint = true;
        while (true)
        {
            // Dead versions of the row may have entries too; one at most is visible.
            if (TryFetch(key, tids[..count], position, mayHint))
                return 1;
            if (count < TidsAtOnce)
                return 0;
            mayHint = false;
            count = index.LookupAfter(key, tids[count - 1], tids, State.ReadPoint, State.Cancellation);
        }
    }

    public override void Close()
    {
        _fetch.Release();
        base.Close();
    }

    public override void Dispose()
    {
        base.Dispose();
        range.Dispose();
    }

    private bool TryFetch(ReadOnlySpan<byte> key, ReadOnlySpan<Tid> tids, in BTreeLeafPosition position, bool mayHint)
    {
        foreach (Tid tid in tids)
        {
            if (!_fetch.Fetch(Heap, tid, State.Snapshot, forUpdate, State.Cancellation))
            {
                // Nobody will ever see the entry's row: later lookups need not fetch it.
                if (mayHint && _fetch.AllDead && State.ReadPoint.IsLive)
                    index.HintDead(position, key, tid);
                continue;
            }

            Rows.Reset(1);
            Decoder.Decode(_fetch.Row, Rows, 0, Detoast);
            _fetch.Release();
            return true;
        }

        _fetch.Release();
        return false;
    }
}
