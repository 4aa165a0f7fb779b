using System.Runtime.ExceptionServices;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Ddl;

/// <summary>
/// Reads a range of a table's blocks and sorts the keys of an index: in memory, and beyond its part of <c>maintenance_work_mem</c> in runs on disk. Several may work on ranges of their own at a time; each is for one
/// thread.
/// </summary>
internal sealed class IndexKeyCollector : IDisposable
{
    private const int ShortKeysAtFirst = 1 << 14;
    private const double WorthGrowing = 1.25;

    private readonly DdlContext _context;
    private readonly RelationInfo _table;
    private readonly IndexInfo _index;
    private readonly HeapRelation _heap;
    private readonly Snapshot _snapshot;
    private readonly uint _firstBlock;
    private readonly uint _endBlock;
    private readonly CatalogView _view;
    private readonly IndexKeyBuilder _keys;
    private readonly ushort[] _roots = new ushort[HeapPage.MaxSlots + 1];
    private ExceptionDispatchInfo? _error;

    /// <summary>Made on the session's own thread.</summary>
    public IndexKeyCollector(DdlContext context, RelationInfo table, IndexInfo index, HeapRelation heap, in Snapshot snapshot, (uint First, uint End) blocks, int collectors)
    {
        _context = context;
        _table = table;
        _index = index;
        _heap = heap;
        _snapshot = snapshot;
        (_firstBlock, _endBlock) = blocks;
        _view = context.View;
        _keys = MakeKeyBuilder();
        Runs = new IndexKeyRuns(context.Session, collectors);
    }

    /// <summary>The keys that are in memory.</summary>
    public IndexKeySorter Sorter { get; } = new();

    /// <summary>The keys that are in memory when all of the index are short; null for other indexes.</summary>
    public ShortKeySorter? ShortKeys { get; private set; }

    /// <summary>What a GIN index gathers instead of keys; null for others.</summary>
    public PostingAccumulator? Postings { get; private set; }

    /// <summary>Rows whose version is of a transaction below this id are passed over.</summary>
    public ulong LowestXid { get; set; }

    /// <summary>How far the build is. Collectors add to it at a time.</summary>
    public required ProgressReport Progress { get; init; }

    /// <summary>The keys that are on disk.</summary>
    public IndexKeyRuns Runs { get; }

    /// <summary>Reads and sorts; does not throw.</summary>
    public void Run()
    {
        try
        {
            Scan(_index.Method.HasKeys() ? Keys() : Entries());
            Sorter.Sort();
            ShortKeys?.Sort();
        }
        catch (Exception error)
        {
            // Raised again on the session's thread, which waits for all.
            _error = ExceptionDispatchInfo.Capture(error);
        }
    }

    /// <summary>Throws what <see cref="Run"/> met.</summary>
    public void ThrowIfFailed() => _error?.Throw();

    /// <summary>Takes a row at a position of a batch.</summary>
    public delegate void RowReader(EvaluationContext evaluation, Batch batch, int position, Tid tid, ErrorSink errors);

    /// <summary>Builds keys from the rows that <see cref="Scan"/> gives.</summary>
    public IndexKeyBuilder KeyBuilder => _keys;

    private RowReader Keys()
    {
        if (_index.Keys.Take(_index.KeyCount).All(static key => key.Expression is null)
            && ShortIndexKey.BytesMax(_index.Keys.Take(_index.KeyCount).Select(key => TypeResolver.Find(_table.Columns[key.Column - 1].TypeOid, _view)!)) <= ShortIndexKey.KeyBytesMax)
        {
            ShortKeys = new ShortKeySorter();
            return (evaluation, batch, position, tid, errors) =>
            {
                ReadOnlySpan<byte> key = _keys.Build(evaluation, batch, position, errors);
                if (ShortKeys.Count == ShortKeys.Capacity)
                    MakeRoom(ShortKeys);
                ShortKeys.Add(ShortIndexKey.Of(key, tid, _keys.HasNull));
            };
        }

        return (evaluation, batch, position, tid, errors) =>
        {
            ReadOnlySpan<byte> key = _keys.Build(evaluation, batch, position, errors);
            Add(key, tid, _keys.HasNull);
        };
    }

    /// <summary>Makes room for more keys, or writes those that are there as a run.</summary>
    private void MakeRoom(ShortKeySorter keys)
    {
        long capacity = Math.Max(ShortKeysAtFirst, keys.Capacity * 2L);
        if (Runs.MustSpill(capacity * ShortIndexKey.SizeBytes))
            capacity = Math.Max(ShortKeysAtFirst, Math.Min(capacity, Runs.BudgetBytes / ShortIndexKey.SizeBytes));
        capacity = Math.Min(capacity, Array.MaxLength / ShortIndexKey.SizeBytes);
        if (keys.Capacity > 0 && (capacity < keys.Capacity * WorthGrowing || Runs.MustSpill(capacity * ShortIndexKey.SizeBytes)))
        {
            keys.Sort();
            Runs.Write(keys);
            keys.Clear();
            return;
        }

        Runs.ChargeTo(capacity * ShortIndexKey.SizeBytes);
        keys.Grow((int)capacity);
    }

    private RowReader Entries()
    {
        var row = new RowEntries(_index, _keys);
        if (_index.Method == IndexMethod.Gin)
            Postings = new PostingAccumulator(Runs);
        return (evaluation, batch, position, tid, errors) =>
        {
            row.Build(evaluation, batch, position, errors);
            for (int i = 0; i < row.Entries.Count; i++)
            {
                if (Postings is not null)
                    Postings.Add(row.Entries[i], tid);
                else
                    Add(row.Entries[i], tid, hasNull: false);
            }
        };
    }

    /// <summary>Gives every visible row that belongs into the index.</summary>
    public void Scan(RowReader reader)
    {
        var layout = new TableLayout(_table, column => TypeResolver.Find(column.TypeOid, _view)!.WithTypmod(column.TypeModifier), _context.Session);
        short[] attributes = [.. Enumerable.Range(1, _table.Columns.Length).Select(static n => (short)n)];
        var decoder = new RowDecoder(layout, attributes);
        using var batch = new Batch(Array.ConvertAll(_table.Columns, column => TypeResolver.Find(column.TypeOid, _view)!));
        using var evaluation = new EvaluationContext { Functions = _context.Session };
        int[] needed = NeededColumns();
        var errors = new ErrorSink();
        var detoast = new Detoast(_heap, ReadPoint.Live, _context.Cancellation);
        var scan = new HeapScan();
        scan.Open(_heap, _snapshot, firstBlock: _firstBlock, endBlock: _endBlock, cancellation: _context.Cancellation);
        try
        {
            while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, _context.Cancellation))
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                Progress.Add(IndexProgress.BlocksDone, 1);
                Progress.Add(IndexProgress.RowsDone, rows.Length);
                batch.Reset(rows.Length);
                bool isUniform = decoder.IsUniform(rows);
                foreach (int column in needed)
                    decoder.DecodeColumn(rows, new Selection(rows.Length), isUniform, column, batch[column], dense: false, 0, copyBytes: false, detoast);
                batch.SetCount(rows.Length);
                bool rootsKnown = false;
                for (int i = 0; i < rows.Length; i++)
                {
                    if (LowestXid != 0 && HeapRow.GetXmin(rows[i].Bytes) < LowestXid)
                        continue;
                    if (!_keys.Includes(evaluation, batch, i, errors))
                        continue;
                    reader(evaluation, batch, i, RootOf(rows[i], scan.Block, ref rootsKnown), errors);
                }
            }
        }
        finally
        {
            scan.Close();
        }
    }

    private void Add(ReadOnlySpan<byte> key, Tid tid, bool hasNull)
    {
        BTreeIndex.CheckKeyLength(key);
        if (Sorter.IsBlockFull(key.Length))
        {
            if (Runs.MustSpill(Sorter.BytesWithNextBlock))
                Spill();
            Runs.ChargeTo(Sorter.BytesWithNextBlock);
        }

        Sorter.Add(key, tid, hasNull);
    }

    /// <summary>Writes what is in memory as a run.</summary>
    public void Spill()
    {
        if (Sorter.Count == 0)
            return;
        Sorter.Sort();
        Runs.Begin();
        for (int i = 0; i < Sorter.Count; i++)
        {
            ReadOnlySpan<byte> key = Sorter.Read(i, out Tid tid, out bool hasNull);
            Runs.Add(key, tid, hasNull);
        }

        Runs.End();
        Sorter.Clear();
    }

    /// <summary>The columns (0-based) that keys are made from: all of them when there are expressions.</summary>
    private int[] NeededColumns()
    {
        IEnumerable<IndexKey> keys = _index.Keys.Take(_index.KeyCount);
        return _index.Predicate is not null || keys.Any(static key => key.Expression is not null)
            ? [.. Enumerable.Range(0, _table.Columns.Length).Where(column => !_table.Columns[column].IsDropped)]
            : [.. keys.Select(static key => key.Column - 1).Distinct()];
    }

    private IndexKeyBuilder MakeKeyBuilder()
    {
        var expressions = new CompiledExpression?[_index.KeyCount];
        for (int i = 0; i < expressions.Length; i++)
            if (_index.Keys[i].Expression is { } expression)
                expressions[i] = CompiledExpression.Compile(Binder.BindOverRow(expression.Syntax, _table, isCondition: false, StoredExpressions.BindingContextOf(_context)));
        CompiledExpression? predicate = _index.Predicate is { } condition
            ? CompiledExpression.Compile(Binder.BindOverRow(condition.Syntax, _table, isCondition: true, StoredExpressions.BindingContextOf(_context)))
            : null;
        return new IndexKeyBuilder(_index, expressions, predicate);
    }

    // An index names the root of a heap-only chain, not the version that happens to be visible: pruning may take that one's place away.
    private Tid RootOf(in HeapRowPointer row, uint block, ref bool rootsKnown)
    {
        if ((HeapRow.GetFlags(row.Bytes) & RowFlags.HeapOnly) == 0)
            return row.Tid;
        if (!rootsKnown)
        {
            FindRoots(block);
            rootsKnown = true;
        }

        ushort root = _roots[row.Tid.Slot];
        Invariant.Check(root != 0);
        return new Tid(block, root);
    }

    private void FindRoots(uint block)
    {
        Array.Clear(_roots);
        PageHandle page = _context.Session.Engine.Storage.Pool.Pin(_heap.KeyOf(block), ReadPoint.Live, _context.Cancellation);
        page.LatchShared();
        try
        {
            ReadOnlySpan<byte> bytes = page.Bytes;
            int count = HeapPage.SlotCount(bytes);
            for (int slot = 1; slot <= count; slot++)
            {
                HeapSlotState state = HeapPage.SlotState(bytes, slot);
                if (state == HeapSlotState.Redirect)
                    FollowChain(bytes, block, HeapPage.RedirectTarget(bytes, slot), (ushort)slot);
                else if (state == HeapSlotState.Normal && (HeapRow.GetFlags(HeapPage.Row(bytes, slot)) & RowFlags.HeapOnly) == 0)
                    FollowChain(bytes, block, slot, (ushort)slot);
            }
        }
        finally
        {
            page.UnlatchShared();
            page.Unpin();
        }
    }

    private void FollowChain(ReadOnlySpan<byte> page, uint block, int slot, ushort root)
    {
        while (_roots[slot] == 0 && HeapPage.SlotState(page, slot) == HeapSlotState.Normal)
        {
            _roots[slot] = root;
            ReadOnlySpan<byte> row = HeapPage.Row(page, slot);
            Tid next = HeapRow.GetNext(row);
            if (next.IsNone || next.Block != block || next.Slot > HeapPage.SlotCount(page) || HeapPage.SlotState(page, next.Slot) != HeapSlotState.Normal)
                return;
            ReadOnlySpan<byte> newer = HeapPage.Row(page, next.Slot);
            if ((HeapRow.GetFlags(newer) & RowFlags.HeapOnly) == 0 || HeapRow.GetXmin(newer) != HeapRow.GetXmax(row))
                return;
            slot = next.Slot;
        }
    }

    public void Dispose()
    {
        ShortKeys?.Dispose();
        _keys.Dispose();
        Runs.Dispose();
        Sorter.Release();
    }
}
