using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Reads all rows of a table that the snapshot sees, in physical order. Rows of some pages are gathered at a time; the columns of the filter are looked
/// at in the pages, and only rows that pass are copied. No page stays pinned between pulls.
/// </summary>
internal sealed unsafe class SeqScanOperator : TableScanOperator
{
    // With a selective filter batches are filled up to this many rows, so that operators above do not work on crumbs.
    private const int RowsPerBatch = 1024;

    // A join's filter that lets most rows through costs more than it saves: after this many rows it is judged.
    private const double PassedMax = 0.7;
    private const int RowsToJudge = 16 * 1024;

    // Joins' filters change places after so many rows.
    private const int RowsToOrder = 2 * 1024;

    private readonly HeapScan _scan = new();
    private readonly RowGather _gather = new();
    private readonly RowDecoder _decoder;
    private readonly Batch _work;
    private readonly bool[] _isDecoded;
    private bool _isUniform;
    private int _copied;
    private readonly int[] _visible;
    private readonly (int Column, RuntimeFilter Filter)[] _runtimeFilters;
    private readonly SelectionBuffer _kept = new();
    private long _gathered;
    private long _orderAt = RowsToOrder;
    private readonly long[] _asked;
    private readonly long[] _passed;
    private readonly ScanConditions? _filter;
    private readonly bool _forUpdate;
    private readonly BlockRange? _blocks;
    private readonly Queue<Tid> _leftOver = [];
    private HeapFetch _fetch;
    private bool _isOpen;
    private bool _isCounted;

    /// <summary>
    /// <paramref name="types"/> and <paramref name="decoder"/> are of the columns that the filter is over; <paramref name="visible"/> lists those that
    /// come out, in order.
    /// </summary>
    public SeqScanOperator(
        ExecutionState state, HeapRelation heap, RowDecoder decoder, SqlType[] types, int[] visible, ScanConditions? filter,
        (int Column, RuntimeFilter Filter)[] runtimeFilters, ExpressionInstance? recheck, int scan, bool forUpdate, BlockRange? blocks)
        : base(state, heap, decoder, Array.ConvertAll(visible, column => types[column]), null, recheck, scan)
    {
        _decoder = decoder;
        _filter = filter;
        _isDecoded = new bool[types.Length];
        _visible = visible;
        _runtimeFilters = runtimeFilters;
        _asked = new long[runtimeFilters.Length];
        _passed = new long[runtimeFilters.Length];
        _forUpdate = forUpdate;
        _blocks = blocks;
        _work = new Batch(types, state.Memory);
    }

    protected override void Restart()
    {
        if (_isOpen)
            _scan.Close();
        _isOpen = false;
        _isCounted = false;
        Array.Clear(_asked);
        Array.Clear(_passed);
        _gathered = 0;
        _orderAt = RowsToOrder;
        _leftOver.Clear();
    }

    protected override bool LoadFiltered(int rowsMax, ErrorSink errors, out Selection ready)
    {
        if (!_isOpen && !OpenRange())
        {
            ready = default;
            return false;
        }

        int count = 0;
        int target = Math.Min(rowsMax, RowsPerBatch);
        bool any = false;
        Rows.Reset(Math.Min(rowsMax, Batch.RowsMax));
        if (_leftOver.Count > 0)
        {
            ready = new Selection(LoadLeftOver());
            return true;
        }

        try
        {
            while (count < target && !errors.HasError)
            {
                State.CheckCancel();
                if (!Gather(rowsMax, Batch.RowsMax - count, count))
                {
                    if (_blocks is null || !OpenRange())
                        break;
                    continue;
                }

                any = true;
                count += Take(count, errors);
                if (_leftOver.Count > 0 || count + Format.Pages.Heap.HeapPage.MaxSlots > Batch.RowsMax)
                    break;
            }
        }
        finally
        {
            _gather.Release();
            _scan.ReleasePage();
        }

        Rows.SetCount(count);
        ready = new Selection(count);
        return any;
    }

    public override void Close()
    {
        base.Close();
        _gather.Release();
        if (_isOpen)
            _scan.Close();
        _isOpen = false;
        _leftOver.Clear();
        _fetch.Release();
    }

    public override void Dispose()
    {
        base.Dispose();
        _work.Dispose();
        _kept.Dispose();
        _filter?.Dispose();
    }

    /// <summary>Opens the whole table, or the next range of a scan that several threads share.</summary>
    private bool OpenRange()
    {
        uint first = 0;
        uint end = uint.MaxValue;
        if (_blocks is not null && (State.TakesNoMoreBlocks || !_blocks.TryNext(Heap, State.Snapshot, State.Cancellation, out first, out end)))
            return false;
        _scan.Open(Heap, State.Snapshot, _forUpdate, first, end, State.Cancellation);
        _isOpen = true;
        if (!_isCounted)
            Heap.Activity.NoteSequentialScan();
        _isCounted = true;
        return true;
    }

    /// <summary>
    /// Gathers the rows of some pages. What is looked at first anyway is decoded page by page, while the memory of the next page is on its way: the columns of the first condition, or without
    /// conditions all, which go behind the first <paramref name="count"/> rows of the output.
    /// </summary>
    private bool Gather(int rowsWanted, int room, int count)
    {
        Array.Clear(_isDecoded);
        _gather.Release();
        _isUniform = true;
        _copied = 0;
        ReadOnlySpan<int> shown = ShownFirst();
        foreach (int column in shown)
        {
            _work[column].Reset(Batch.RowsMax);
            _isDecoded[column] = true;
        }

        Detoast detoast = Detoast;
        bool copies = _filter is null && _runtimeFilters.Length == 0;
        while (_gather.TryAdd(_scan, Heap.Context.Pool, rowsWanted, room, State.Cancellation, out int first))
        {
            ReadOnlySpan<HeapRowPointer> rows = _gather.Rows[first..];
            bool isUniform = _decoder.IsUniform(rows);
            _isUniform &= isUniform;
            var all = new Selection(rows.Length);
            foreach (int column in shown)
                _decoder.DecodeColumn(rows, all, isUniform, column, _work[column], dense: true, first, copyBytes: false, detoast);
            if (!copies || _gather.HasOutOfLine)
                continue;
            for (int i = 0; i < _visible.Length; i++)
            {
                Vector target = Rows[i];
                target.EnsureCapacity(count + first + rows.Length, count + first);
                _decoder.DecodeColumn(rows, all, isUniform, _visible[i], target, dense: true, count + first, copyBytes: true, detoast);
            }

            _copied = first + rows.Length;
        }

        if (_gather.Count > 0)
            Heap.Activity.NoteSequentialRows(_gather.Count);
        return _gather.Count > 0;
    }

    /// <summary>Columns that the first condition reads.</summary>
    private ReadOnlySpan<int> ShownFirst()
    {
        for (int i = 0; i < _runtimeFilters.Length; i++)
        {
            if (IsWorthAsking(i))
                return new ReadOnlySpan<int>(ref _runtimeFilters[i].Column);
        }

        return _filter is null ? default : _filter.ColumnsOf(0);
    }

    private bool IsWorthAsking(int filter) =>
        _runtimeFilters[filter].Filter.IsReady && (_asked[filter] <= RowsToJudge || _passed[filter] <= _asked[filter] * PassedMax);

    /// <summary>Filters the gathered rows and copies those that pass behind the first <paramref name="first"/> rows of the output. Returns how many.</summary>
    private int Take(int first, ErrorSink errors)
    {
        ReadOnlySpan<HeapRowPointer> rows = _gather.Rows;
        Selection selection = new(rows.Length);
        if (_filter is not null || _runtimeFilters.Length > 0)
        {
            selection = Filter(rows, selection, _isUniform, errors);
            if (Statistics is not null)
                Statistics.RowsRemoved += rows.Length - selection.Count;
        }

        if (selection.IsEmpty || _copied == rows.Length)
            return selection.Count;
        if (_gather.HasOutOfLine)
            return TakeOneByOne(first, rows, selection);
        Detoast detoast = Detoast;
        for (int i = 0; i < _visible.Length; i++)
        {
            Vector target = Rows[i];
            target.EnsureCapacity(first + selection.Count, first);
            if (_isDecoded[_visible[i]])
                target.CopyRows(_work[_visible[i]], selection, 0, selection.Count, first);
            else
                _decoder.DecodeColumn(rows, selection, _isUniform, _visible[i], target, dense: true, first, copyBytes: true, detoast);
        }

        return selection.Count;
    }

    /// <summary>Copies rows of which some have large values; those that would make the batch too large are left over for the next ones.</summary>
    private int TakeOneByOne(int first, ReadOnlySpan<HeapRowPointer> rows, Selection selection)
    {
        // What was copied page by page stands there already.
        int taken = _copied;
        for (int i = _copied; i < selection.Count; i++)
        {
            if (_leftOver.Count > 0 || IsBatchLarge)
                _leftOver.Enqueue(rows[selection[i]].Tid);
            else
                CopyRow(rows[selection[i]], first + taken++);
        }

        return taken;
    }

    /// <summary>Reads rows again that were left over. Their places are good as long as the snapshot is.</summary>
    private int LoadLeftOver()
    {
        int count = 0;
        try
        {
            while (count < Batch.RowsMax && !IsBatchLarge && _leftOver.TryDequeue(out Tid tid))
            {
                Invariant.Check(_fetch.FetchExact(Heap, tid, State.Snapshot, State.Cancellation));
                CopyRow(_fetch.Row, count++);
            }
        }
        finally
        {
            _fetch.Release();
        }

        Rows.SetCount(count);
        return count;
    }

    private void CopyRow(in HeapRowPointer row, int target)
    {
        for (int i = 0; i < _visible.Length; i++)
        {
            Rows[i].EnsureCapacity(target + 1, target);
            _decoder.DecodeColumn(row, _visible[i], Rows[i], target, Detoast);
        }
    }

    private Selection Filter(ReadOnlySpan<HeapRowPointer> rows, Selection selection, bool isUniform, ErrorSink errors)
    {
        _work.SetCount(rows.Length);
        for (int i = 0; i < _runtimeFilters.Length && !selection.IsEmpty; i++)
        {
            (int column, RuntimeFilter filter) = _runtimeFilters[i];
            if (!IsWorthAsking(i))
                continue;
            Show(column, rows, selection, isUniform);
            int before = selection.Count;
            selection = filter.Apply(_work[column], selection, _kept.Reserve(rows.Length));
            _asked[i] += before;
            _passed[i] += selection.Count;
        }

        _gathered += rows.Length;
        if (_gathered >= _orderAt && _runtimeFilters.Length > 1)
            OrderRuntimeFilters();
        if (_filter is null)
            return selection;
        for (int place = 0; place < _filter.Count && !selection.IsEmpty; place++)
        {
            foreach (int column in _filter.ColumnsOf(place))
                Show(column, rows, selection, isUniform);
            selection = _filter.Apply(place, State.Evaluation, _work, selection, errors);
            if (errors.HasError)
                selection = selection.Below(errors.Row);
        }

        _filter.Judge(rows.Length);
        return selection;
    }

    /// <summary>Puts the joins' filters that drop most first: they cost alike, and the columns of the others are decoded for fewer rows then. The order stays for later executions.</summary>
    private void OrderRuntimeFilters()
    {
        _orderAt = _gathered * 4;
        for (int i = 1; i < _runtimeFilters.Length; i++)
        {
            for (int at = i; at > 0 && PassedShare(at) < PassedShare(at - 1); at--)
            {
                (_runtimeFilters[at], _runtimeFilters[at - 1]) = (_runtimeFilters[at - 1], _runtimeFilters[at]);
                (_asked[at], _asked[at - 1]) = (_asked[at - 1], _asked[at]);
                (_passed[at], _passed[at - 1]) = (_passed[at - 1], _passed[at]);
            }
        }
    }

    private double PassedShare(int filter) => _asked[filter] == 0 ? 1 : (double)_passed[filter] / _asked[filter];

    /// <summary>Makes a column of the rows that are still in question visible to conditions. Rows only get fewer, so once is enough.</summary>
    private void Show(int column, ReadOnlySpan<HeapRowPointer> rows, Selection selection, bool isUniform)
    {
        if (_isDecoded[column])
            return;
        _isDecoded[column] = true;
        _work[column].Reset(rows.Length);
        _decoder.DecodeColumn(rows, selection, isUniform, column, _work[column], dense: false, 0, copyBytes: false, Detoast);
    }
}
