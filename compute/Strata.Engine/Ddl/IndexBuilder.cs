using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.BlockSummaries;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// Fills a new index from a table's rows: scan and sort, with a helper thread where one is free, then build bottom-up. The caller holds a lock that keeps writers out.
/// </summary>
internal sealed class IndexBuilder : IDisposable
{
    /// <summary>Blocks that a second thread must have before it is worth waking.</summary>
    private const uint HelperBlocksMin = 256;

    private readonly DdlContext _context;
    private readonly RelationInfo _table;
    private readonly IndexInfo _index;
    private readonly bool _checksKeys;
    private byte[] _last = [];
    private int _lastLength = -1;

    private readonly ProgressReport _progress;

    private IndexBuilder(DdlContext context, RelationInfo table, IndexInfo index, bool checksKeys, string words)
    {
        _progress = context.Session.Engine.Progress.Begin(ProgressCommand.CreateIndex, context.Session, table.Oid, words);
        _progress[IndexProgress.IndexOid] = index.Oid;
        _checksKeys = checksKeys;
        _context = context;
        _table = table;
        _index = index;
    }

    /// <summary>Makes the storage of <paramref name="index"/> and fills it. Throws 23505 (23P01) when a key occurs twice and <paramref name="checksKeys"/> is set.</summary>
    public static void Build(DdlContext context, RelationInfo table, IndexInfo index, int pagesPerRange, bool checksKeys, string words = "CREATE INDEX")
    {
        BTreeIndex tree = RelationStorage.CreateIndex(context, table.Database, index.Storage);
        HeapRelation heap = context.Session.Engine.Handles.Heap(table.Database, table.Storage);
        using var builder = new IndexBuilder(context, table, index, checksKeys, words);
        uint blocks = heap.CountBlocks(ReadPoint.Live, context.Cancellation);
        if (blocks > 0)
            context.Session.Engine.Transactions.IndexBirths.Note(index.Storage, context.Transaction.EnsureXid(context.Cancellation));
        if (index.Method == IndexMethod.Brin)
            builder.Summarize(tree, heap, blocks, pagesPerRange);
        else if (blocks > 0)
            builder.Fill(tree, heap, blocks);
    }

    private void Summarize(BTreeIndex tree, HeapRelation heap, uint blocks, int pagesPerRange)
    {
        using var collector = new IndexKeyCollector(_context, _table, _index, heap, _context.Transaction.TakeFreshSnapshot(), (0, blocks), 1) { Progress = _progress };
        var builder = new SummaryBuilder(_index, collector.KeyBuilder, new BTreeBuilder(tree, _context.Transaction.EnsureXid(_context.Cancellation), _context.Cancellation), pagesPerRange);
        collector.Scan(builder.Add);
        builder.Finish();
    }

    private void Fill(BTreeIndex tree, HeapRelation heap, uint blocks)
    {
        _progress[IndexProgress.BlocksTotal] = blocks;
        _progress.Phase = IndexProgress.Scanning;
        Snapshot snapshot = _context.Transaction.TakeFreshSnapshot();
        List<IndexKeyCollector> collectors = [];
        try
        {
            // Expressions may call functions of the session, which has one thread.
            bool mayHelp = _index.Method.HasKeys() && _index.Predicate is null && _index.Keys.All(static key => key.Expression is null) && blocks >= 2 * HelperBlocksMin;
            uint middle = mayHelp && _context.Session.Engine.Execution.Workers is not null ? blocks / 2 : blocks;
            collectors.Add(new IndexKeyCollector(_context, _table, _index, heap, snapshot, (0, middle), middle < blocks ? 2 : 1) { Progress = _progress });
            if (middle < blocks)
                collectors.Add(new IndexKeyCollector(_context, _table, _index, heap, snapshot, (middle, blocks), 2) { Progress = _progress });
            Collect(collectors);
            Write(tree, collectors);
        }
        finally
        {
            foreach (IndexKeyCollector collector in collectors)
                collector.Dispose();
        }
    }

    private void Collect(List<IndexKeyCollector> collectors)
    {
        SharedWork.Run(_context.Session.Engine.Execution.Workers, collectors.Count, part => collectors[part].Run(), _context.Cancellation);
        foreach (IndexKeyCollector collector in collectors)
            collector.ThrowIfFailed();
    }

    private void Write(BTreeIndex tree, List<IndexKeyCollector> collectors)
    {
        _progress[IndexProgress.RowsTotal] = _progress[IndexProgress.RowsDone];
        _progress.Phase = IndexProgress.Loading;
        if (collectors[0].Postings is { } postings)
        {
            postings.Write(new BTreeBuilder(tree, _context.Transaction.EnsureXid(_context.Cancellation), _context.Cancellation));
            return;
        }

        if (collectors[0].ShortKeys is not null)
        {
            WriteShort(tree, collectors);
            return;
        }

        if (collectors.TrueForAll(static c => c.Sorter.Count == 0 && c.Runs.Count == 0))
            return;
        var builder = new BTreeBuilder(tree, _context.Transaction.EnsureXid(_context.Cancellation), _context.Cancellation);
        if (collectors.Exists(static c => c.Runs.Count > 0))
            WriteRuns(builder, collectors);
        else if (collectors.Count == 1)
            WriteSorted(builder, collectors[0].Sorter);
        else
            WriteMerged(builder, collectors[0].Sorter, collectors[1].Sorter);
        builder.Finish();
    }

    private void WriteShort(BTreeIndex tree, List<IndexKeyCollector> collectors)
    {
        var merge = new ShortKeyMerge(collectors.SelectMany(static c => c.Runs.ShortRuns.Append(new ShortKeyReader(c.ShortKeys!))));
        if (!merge.Read(out ShortIndexKey key))
            return;
        var builder = new BTreeBuilder(tree, _context.Transaction.EnsureXid(_context.Cancellation), _context.Cancellation);
        Span<byte> bytes = stackalloc byte[ShortIndexKey.KeyBytesMax];
        bool hasNext = true;
        while (hasNext)
        {
            key.WriteKey(bytes);
            builder.Add(bytes[..key.KeyLength], key.Tid);
            ShortIndexKey last = key;
            hasNext = merge.Read(out key);
            if (hasNext && _checksKeys && key.HasKeyOf(last) && (!key.HasNull || _index.NullsNotDistinct))
                throw Duplicate(key.Tid);
        }

        builder.Finish();
    }

    private void WriteRuns(BTreeBuilder builder, List<IndexKeyCollector> collectors)
    {
        // In the order of the table's blocks, so that equal keys stand in the order of their rows.
        IndexKeyRuns all = collectors[0].Runs;
        foreach (IndexKeyCollector collector in collectors)
        {
            collector.Spill();
            collector.Sorter.Release();
            if (!ReferenceEquals(collector.Runs, all))
                all.Append(collector.Runs);
        }

        all.Merge((key, tid, hasNull) => Add(builder, key, tid, hasNull));
    }

    private void WriteSorted(BTreeBuilder builder, IndexKeySorter keys)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            ReadOnlySpan<byte> key = keys.Read(i, out Tid tid, out bool hasNull);
            Add(builder, key, tid, hasNull);
        }
    }

    // The rows of the first stand before those of the second, so equal keys are taken from it first.
    private void WriteMerged(BTreeBuilder builder, IndexKeySorter first, IndexKeySorter second)
    {
        int i = 0, j = 0;
        while (i < first.Count && j < second.Count)
        {
            ReadOnlySpan<byte> one = first.Read(i, out Tid oneTid, out bool oneHasNull), other = second.Read(j, out Tid otherTid, out bool otherHasNull);
            if (one.SequenceCompareTo(other) <= 0)
            {
                Add(builder, one, oneTid, oneHasNull);
                i++;
            }
            else
            {
                Add(builder, other, otherTid, otherHasNull);
                j++;
            }
        }

        for (; i < first.Count; i++)
        {
            ReadOnlySpan<byte> key = first.Read(i, out Tid tid, out bool hasNull);
            Add(builder, key, tid, hasNull);
        }

        for (; j < second.Count; j++)
        {
            ReadOnlySpan<byte> key = second.Read(j, out Tid tid, out bool hasNull);
            Add(builder, key, tid, hasNull);
        }
    }

    private void Add(BTreeBuilder builder, ReadOnlySpan<byte> key, Tid tid, bool hasNull)
    {
        if (_checksKeys)
        {
            if (_lastLength == key.Length && key.SequenceEqual(_last.AsSpan(0, _lastLength)) && (!hasNull || _index.NullsNotDistinct))
                throw Duplicate(tid);
            if (_last.Length < key.Length)
                _last = new byte[key.Length * 2];
            key.CopyTo(_last);
            _lastLength = key.Length;
        }

        builder.Add(key, tid);
    }

    public void Dispose() => _progress.Dispose();

    private SqlException Duplicate(Tid tid) => Duplicate(_context, _table, _index, tid);

    /// <summary>23505 or 23P01 for the key of a row that another one has too.</summary>
    public static SqlException Duplicate(DdlContext context, RelationInfo table, IndexInfo index, Tid tid)
    {
        string names = KeyNames(context, table, index), values = KeyValues(context, table, index, tid);
        return new SqlException(
            index.IsExclusion ? SqlState.ExclusionViolation : SqlState.UniqueViolation,
            index.IsExclusion ? $"could not create exclusion constraint \"{index.Name}\"" : $"could not create unique index \"{index.Name}\"")
        {
            Detail = index.IsExclusion ? $"Key ({names})=({values}) conflicts with key ({names})=({values})." : $"Key ({names})=({values}) is duplicated.",
            SchemaName = context.View.FindSchema(table.SchemaOid)?.Name,
            TableName = table.Name,
            ConstraintName = index.Name,
        };
    }

    /// <summary>23505 for the key of a row that another one has too, as a writer would meet it.</summary>
    public static SqlException Taken(DdlContext context, RelationInfo table, IndexInfo index, Tid tid) =>
        new(SqlState.UniqueViolation, $"duplicate key value violates unique constraint \"{index.Name}\"")
        {
            Detail = $"Key ({KeyNames(context, table, index)})=({KeyValues(context, table, index, tid)}) already exists.",
            SchemaName = context.View.FindSchema(table.SchemaOid)?.Name,
            TableName = table.Name,
            ConstraintName = index.Name,
        };

    private static string KeyNames(DdlContext context, RelationInfo table, IndexInfo index)
    {
        var printer = new DefinitionPrinter(context.View, context.Session.Catalog);
        return string.Join(", ", index.Keys.Take(index.KeyCount).Select(key => printer.KeyText(table, key)));
    }

    private static string KeyValues(DdlContext context, RelationInfo table, IndexInfo index, Tid tid)
    {
        var values = new List<string>();
        var query = new InternalQuery(context);
        string keys = string.Join(", ", index.Keys.Take(index.KeyCount).Select(key => key.Column > 0
            ? TypeNames.QuoteIdentifier(table.Columns[key.Column - 1].Name)
            : key.Expression!.Text));
        query.Run($"SELECT {keys} FROM {context.Session.Catalog.QualifiedName(table)} WHERE ctid = '{tid}'", row => values.AddRange(row.Select(static v => v ?? "null")));
        return string.Join(", ", values);
    }
}
