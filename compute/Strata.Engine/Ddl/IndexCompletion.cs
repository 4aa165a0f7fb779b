using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.BlockSummaries;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Expressions;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>Adds to an index that was built beside writers the rows that a snapshot sees and that are not in it. Adding what is there does nothing. For the session's thread.</summary>
internal sealed class IndexCompletion : IDisposable
{
    private readonly DdlContext _context;
    private readonly RelationInfo _table;
    private readonly IndexInfo _index;
    private readonly HeapRelation _heap;
    private readonly BTreeIndex _tree;
    private readonly ProgressReport _progress;
    private readonly IndexKeyCollector _rows;

    /// <param name="context">The command.</param>
    /// <param name="table">The table.</param>
    /// <param name="index">Its index, to which writers add their rows already.</param>
    /// <param name="snapshot">What it is to cover.</param>
    /// <param name="words">The command, for the progress view.</param>
    public IndexCompletion(DdlContext context, RelationInfo table, IndexInfo index, in Snapshot snapshot, string words)
    {
        _context = context;
        _table = table;
        _index = index;
        _heap = context.Session.Engine.Handles.Heap(table.Database, table.Storage);
        _tree = context.Session.Engine.Handles.Index(table.Database, index.Storage);
        _progress = context.Session.Engine.Progress.Begin(ProgressCommand.CreateIndex, context.Session, table.Oid, words);
        _progress[IndexProgress.IndexOid] = index.Oid;
        _rows = new IndexKeyCollector(context, table, index, _heap, snapshot, (0, _heap.CountBlocks(ReadPoint.Live, context.Cancellation)), 1) { Progress = _progress };
    }

    /// <summary>Adds rows whose version is of a transaction at or above <paramref name="settled"/>; the others are in it. Throws 23505.</summary>
    public void Run(ulong settled)
    {
        _progress.Phase = IndexProgress.Scanning;
        _rows.LowestXid = settled;
        ulong xid = _context.Transaction.EnsureXid(_context.Cancellation);
        if (_index.Method == IndexMethod.Brin)
        {
            var summaries = new SummaryWriter(_index, _tree, _rows.KeyBuilder);
            _rows.Scan((evaluation, batch, position, tid, errors) => summaries.Insert(evaluation, batch, position, tid, xid, null, errors, _context.Cancellation));
        }
        else if (!_index.Method.HasKeys())
        {
            var entries = new RowEntries(_index, _rows.KeyBuilder);
            _rows.Scan((evaluation, batch, position, tid, errors) =>
            {
                entries.Build(evaluation, batch, position, errors);
                for (int i = 0; i < entries.Entries.Count; i++)
                    _tree.Insert(xid, entries.Entries[i], tid, _context.Cancellation);
            });
        }
        else
        {
            _rows.Scan((evaluation, batch, position, tid, errors) => AddKey(xid, _rows.KeyBuilder.Build(evaluation, batch, position, errors), _rows.KeyBuilder.HasNull, tid));
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _progress.Dispose();
    }

    private void AddKey(ulong xid, ReadOnlySpan<byte> key, bool hasNull, Tid tid)
    {
        if (!_index.IsUnique || !_index.IsImmediate || (hasNull && !_index.NullsNotDistinct))
        {
            _tree.Insert(xid, key, tid, _context.Cancellation);
            return;
        }

        while (true)
        {
            var check = new HeapUniqueCheck(_heap, _context.Transaction, _context.Cancellation);
            UniqueInsertResult result = _tree.InsertUnique(xid, key, tid, ref check, _context.Cancellation);
            switch (result.Outcome)
            {
                case UniqueVerdict.Dead:
                    return;
                case UniqueVerdict.InProgress:
                    _context.Session.Engine.Transactions.Locks.WaitForXid(_context.Transaction.Owner, result.WaitXid, _context.Cancellation);
                    break;
                default:
                    // The snapshot sees a row that has gone since, and its key may have been given to another one.
                    if (IsGone(tid))
                    {
                        _tree.Insert(xid, key, tid, _context.Cancellation);
                        return;
                    }

                    throw IndexBuilder.Taken(_context, _table, _index, tid);
            }
        }
    }

    private bool IsGone(Tid tid)
    {
        while (true)
        {
            var check = new HeapUniqueCheck(_heap, _context.Transaction, _context.Cancellation);
            UniqueVerdict verdict = check.Judge(tid, out ulong waitXid);
            if (verdict != UniqueVerdict.InProgress)
                return verdict != UniqueVerdict.Live;
            _context.Session.Engine.Transactions.Locks.WaitForXid(_context.Transaction.Owner, waitXid, _context.Cancellation);
        }
    }
}
