using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.BlockSummaries;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Ddl;

/// <summary>
/// Fills a new index from a table's rows: scan, sort, build bottom-up. Keys beyond <c>maintenance_work_mem</c> are sorted in parts, which are written to a file and merged. The caller holds a lock that keeps
/// writers out.
/// </summary>
internal sealed class IndexBuilder : IDisposable
{
    private const int BlockBytes = 1 << 20;

    private readonly DdlContext _context;
    private readonly RelationInfo _table;
    private readonly IndexInfo _index;
    private readonly HeapRelation _heap;
    private readonly bool _checksKeys;
    private PostingAccumulator? _postings;
    private readonly List<byte[]> _blocks = [];
    private readonly List<Entry> _entries = [];
    private readonly IndexKeyRuns _runs;
    private readonly ushort[] _roots = new ushort[HeapPage.MaxSlots + 1];
    private int _blockUsed = BlockBytes;
    private int _blocksInUse;

    /// <summary>A key's place in the blocks, with its first 8 bytes (a shorter one padded by zeros) and the row that it is for.</summary>
    private readonly record struct Entry(ulong Prefix, int Block, int Offset, ushort Length, bool HasNull, Tid Tid);

    /// <summary>Orders entries by key, then TID. Most are told apart by the prefix, without a look at the blocks.</summary>
    private readonly struct EntryComparer(List<byte[]> blocks) : IComparer<Entry>
    {
        public int Compare(Entry a, Entry b)
        {
            if (a.Prefix != b.Prefix)
                return a.Prefix < b.Prefix ? -1 : 1;
            int order = a.Length <= sizeof(ulong) && b.Length <= sizeof(ulong)
                ? a.Length - b.Length
                : blocks[a.Block].AsSpan(a.Offset, a.Length).SequenceCompareTo(blocks[b.Block].AsSpan(b.Offset, b.Length));
            return order != 0 ? order : a.Tid.CompareTo(b.Tid);
        }
    }

    private readonly ProgressReport _progress;

    private IndexBuilder(DdlContext context, RelationInfo table, IndexInfo index, bool checksKeys, string words)
    {
        _progress = context.Session.Engine.Progress.Begin(ProgressCommand.CreateIndex, context.Session, table.Oid, words);
        _progress[IndexProgress.IndexOid] = index.Oid;
        _checksKeys = checksKeys;
        _context = context;
        _table = table;
        _index = index;
        _heap = context.Session.Engine.Handles.Heap(table.Database, table.Storage);
        _runs = new IndexKeyRuns(context.Session);
    }

    /// <summary>Makes the storage of <paramref name="index"/> and fills it. Throws 23505 (23P01) when a key occurs twice and <paramref name="checksKeys"/> is set.</summary>
    public static void Build(DdlContext context, RelationInfo table, IndexInfo index, int pagesPerRange, bool checksKeys, string words = "CREATE INDEX")
    {
        BTreeIndex tree = RelationStorage.CreateIndex(context, table.Database, index.Storage);
        using var builder = new IndexBuilder(context, table, index, checksKeys, words);
        if (index.Method == IndexMethod.Brin)
        {
            builder.Summarize(new BTreeBuilder(tree, context.Transaction.EnsureXid(context.Cancellation), context.Cancellation), pagesPerRange);
            return;
        }

        uint blocks = builder._heap.CountBlocks(ReadPoint.Live, context.Cancellation);
        if (blocks == 0)
            return;
        builder._progress[IndexProgress.BlocksTotal] = blocks;
        builder._progress.Phase = IndexProgress.Scanning;
        using (IndexKeyBuilder keys = builder.MakeKeyBuilder())
            builder.Scan(keys, index.Method.HasKeys() ? builder.Keys(keys) : builder.Entries(keys));
        builder._postings?.Write(new BTreeBuilder(tree, context.Transaction.EnsureXid(context.Cancellation), context.Cancellation));
        if (builder._postings is null && (builder._entries.Count > 0 || builder._runs.Count > 0))
            builder.Write(tree);
    }

    /// <summary>Takes a row at a position of a batch.</summary>
    private delegate void RowReader(EvaluationContext evaluation, Batch batch, int position, Tid tid, ErrorSink errors);

    private RowReader Keys(IndexKeyBuilder keys) => (evaluation, batch, position, tid, errors) =>
    {
        ReadOnlySpan<byte> key = keys.Build(evaluation, batch, position, errors);
        Add(key, tid, keys.HasNull);
    };

    private RowReader Entries(IndexKeyBuilder keys)
    {
        var row = new RowEntries(_index, keys);
        if (_index.Method == IndexMethod.Gin)
            _postings = new PostingAccumulator(_runs);
        return (evaluation, batch, position, tid, errors) =>
        {
            row.Build(evaluation, batch, position, errors);
            for (int i = 0; i < row.Entries.Count; i++)
            {
                if (_postings is not null)
                    _postings.Add(row.Entries[i], tid);
                else
                    Add(row.Entries[i], tid, hasNull: false);
            }
        };
    }

    private void Summarize(BTreeBuilder tree, int pagesPerRange)
    {
        using IndexKeyBuilder keys = MakeKeyBuilder();
        var builder = new SummaryBuilder(_index, keys, tree, pagesPerRange);
        Scan(keys, builder.Add);
        builder.Finish();
    }

    private void Scan(IndexKeyBuilder keys, RowReader reader)
    {
        CatalogView view = _context.View;
        var layout = new TableLayout(_table, column => TypeResolver.Find(column.TypeOid, view)!.WithTypmod(column.TypeModifier), _context.Session);
        short[] attributes = [.. Enumerable.Range(1, _table.Columns.Length).Select(static n => (short)n)];
        var decoder = new RowDecoder(layout, attributes);
        using var batch = new Batch(Array.ConvertAll(_table.Columns, column => TypeResolver.Find(column.TypeOid, view)!));
        using var evaluation = new EvaluationContext { Functions = _context.Session };
        int[] needed = NeededColumns();
        var errors = new ErrorSink();
        var detoast = new Detoast(_heap, ReadPoint.Live, _context.Cancellation);
        var scan = new HeapScan();
        scan.Open(_heap, _context.Transaction.TakeFreshSnapshot(), cancellation: _context.Cancellation);
        try
        {
            while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, _context.Cancellation))
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                _progress[IndexProgress.BlocksDone] = scan.Block + 1;
                _progress.Add(IndexProgress.RowsDone, rows.Length);
                batch.Reset(rows.Length);
                bool isUniform = decoder.IsUniform(rows);
                foreach (int column in needed)
                    decoder.DecodeColumn(rows, new Selection(rows.Length), isUniform, column, batch[column], dense: false, 0, copyBytes: false, detoast);
                batch.SetCount(rows.Length);
                bool rootsKnown = false;
                for (int i = 0; i < rows.Length; i++)
                {
                    if (!keys.Includes(evaluation, batch, i, errors))
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

    private void Add(ReadOnlySpan<byte> key, Tid tid, bool hasNull)
    {
        BTreeIndex.CheckKeyLength(key);
        if (_blockUsed + key.Length > BlockBytes)
            NextBlock();
        key.CopyTo(_blocks[_blocksInUse - 1].AsSpan(_blockUsed));
        _entries.Add(new Entry(PrefixOf(key), _blocksInUse - 1, _blockUsed, (ushort)key.Length, hasNull, tid));
        _blockUsed += key.Length;
    }

    private void NextBlock()
    {
        _blockUsed = 0;
        if (_runs.MustSpill(((long)_blocksInUse * BlockBytes) + ((long)_entries.Count * Marshal.SizeOf<Entry>())))
        {
            SpillEntries();
            _blocksInUse = 0;
        }

        _runs.ChargeTo(((long)(_blocks.Count + 1) * BlockBytes) + ((long)_entries.Capacity * Marshal.SizeOf<Entry>()));
        if (_blocksInUse == _blocks.Count)
            _blocks.Add(new byte[BlockBytes]);

        _blocksInUse++;
    }

    private void SpillEntries()
    {
        Span<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        Sort(entries, new EntryComparer(_blocks));
        _runs.Begin();
        foreach (ref readonly Entry entry in entries)
            _runs.Add(KeyOf(entry), entry.Tid, entry.HasNull);
        _runs.End();
        _entries.Clear();
    }

    private static ulong PrefixOf(ReadOnlySpan<byte> key)
    {
        if (key.Length >= sizeof(ulong))
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        ulong prefix = 0;
        foreach (byte b in key)
            prefix = (prefix << 8) | b;
        return prefix << (8 * (sizeof(ulong) - key.Length));
    }

    private ReadOnlySpan<byte> KeyOf(in Entry entry) => _blocks[entry.Block].AsSpan(entry.Offset, entry.Length);

    private void Write(BTreeIndex tree)
    {
        if (_runs.Count > 0)
        {
            WriteRuns(tree);
            return;
        }

        _progress.Phase = IndexProgress.Sorting;
        _progress[IndexProgress.RowsTotal] = _progress[IndexProgress.RowsDone];
        Sort(CollectionsMarshal.AsSpan(_entries), new EntryComparer(_blocks));
        _progress.Phase = IndexProgress.Loading;
        if (_checksKeys)
            CheckUnique();
        var builder = new BTreeBuilder(tree, _context.Transaction.EnsureXid(_context.Cancellation), _context.Cancellation);
        foreach (ref readonly Entry entry in CollectionsMarshal.AsSpan(_entries))
            builder.Add(KeyOf(entry), entry.Tid);
        builder.Finish();
    }

    private void WriteRuns(BTreeIndex tree)
    {
        if (_entries.Count > 0)
            SpillEntries();
        _blocks.Clear();
        var builder = new BTreeBuilder(tree, _context.Transaction.EnsureXid(_context.Cancellation), _context.Cancellation);
        bool isUnique = _checksKeys;
        byte[] last = [];
        int lastLength = -1;
        _runs.Merge((key, tid, hasNull) =>
        {
            if (isUnique && lastLength == key.Length && key.SequenceEqual(last.AsSpan(0, lastLength)) && (!hasNull || _index.NullsNotDistinct))
                throw Duplicate(tid);
            if (last.Length < key.Length)
                last = new byte[key.Length * 2];
            key.CopyTo(last);
            lastLength = key.Length;
            builder.Add(key, tid);
        });
        builder.Finish();
    }

    private static void Sort(Span<Entry> entries, EntryComparer comparer)
    {
        // Rows often stand in the order of a serial key.
        int sorted = 1;
        while (sorted < entries.Length && comparer.Compare(entries[sorted - 1], entries[sorted]) < 0)
            sorted++;
        if (sorted < entries.Length)
            entries.Sort(comparer);
    }

    private void CheckUnique()
    {
        for (int i = 1; i < _entries.Count; i++)
        {
            if (!KeyOf(_entries[i]).SequenceEqual(KeyOf(_entries[i - 1])) || (_entries[i].HasNull && !_index.NullsNotDistinct))
                continue;
            throw Duplicate(_entries[i].Tid);
        }
    }

    private SqlException Duplicate(Tid tid)
    {
        string values = KeyValues(tid);
        return new SqlException(
            _index.IsExclusion ? SqlState.ExclusionViolation : SqlState.UniqueViolation,
            _index.IsExclusion ? $"could not create exclusion constraint \"{_index.Name}\"" : $"could not create unique index \"{_index.Name}\"")
        {
            Detail = _index.IsExclusion ? $"Key ({KeyNames()})=({values}) conflicts with key ({KeyNames()})=({values})." : $"Key ({KeyNames()})=({values}) is duplicated.",
            SchemaName = _context.View.FindSchema(_table.SchemaOid)?.Name,
            TableName = _table.Name,
            ConstraintName = _index.Name,
        };
    }

    private string KeyNames()
    {
        var printer = new DefinitionPrinter(_context.View, _context.Session.Catalog);
        return string.Join(", ", _index.Keys.Take(_index.KeyCount).Select(key => printer.KeyText(_table, key)));
    }

    private string KeyValues(Tid tid)
    {
        var values = new List<string>();
        var query = new InternalQuery(_context);
        string keys = string.Join(", ", _index.Keys.Take(_index.KeyCount).Select(key => key.Column > 0
            ? TypeNames.QuoteIdentifier(_table.Columns[key.Column - 1].Name)
            : key.Expression!.Text));
        query.Run($"SELECT {keys} FROM {_context.Session.Catalog.QualifiedName(_table)} WHERE ctid = '{tid}'", row => values.AddRange(row.Select(static v => v ?? "null")));
        return string.Join(", ", values);
    }

    public void Dispose()
    {
        _blocks.Clear();
        _runs.Dispose();
        _progress.Dispose();
    }
}
