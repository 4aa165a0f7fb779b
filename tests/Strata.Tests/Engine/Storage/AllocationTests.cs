using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages.Heap;
using Xunit;

namespace Strata.Tests.Engine.Storage;

/// <summary>The hot path allocates nothing: bytes are counted, so the result does not depend on the machine.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void A_point_read_and_a_heap_only_update_allocate_nothing()
    {
        var sink = new DiscardingWal();
        using var pool = new BufferPool(new EmptyPageSource(), sink, new BufferPoolOptions { Frames = 256 });
        var transactions = new TransactionManager(pool, new WalInserter(sink, cause => throw cause), TimeProvider.System, new TransactionOptions { XidRange = 1 << 20 });
        var context = new StorageContext(pool, new WalInserter(sink, cause => throw cause), transactions);
        transactions.Start(1, CancellationToken.None);
        LockOwner owner = transactions.Locks.CreateOwner();
        Transaction t = transactions.Begin(owner: owner);
        HeapRelation.CreateStorage(context, t, 5, 20000);
        var heap = new HeapRelation(context, 5, 20000);
        RowBatch row = TestTable.NewBatch();
        TestTable.Encode(row, 1, 0, "note");
        Tid root = heap.Insert(t, row[0]);
        transactions.Commit(t);

        var layout = new RowLayout(1, [8, 8, RowLayout.Variable]);
        byte[] body = row.Body(0).ToArray();
        void Run(int rounds)
        {
            HeapFetch fetch = default;
            for (int i = 0; i < rounds; i++)
            {
                Transaction tx = transactions.Begin(owner: owner);
                transactions.Locks.LockRelation(owner, 5, 1, RelationLockMode.RowExclusive);
                Snapshot snapshot = tx.TakeSnapshot();
                Invariant.Check(fetch.Fetch(heap, root, snapshot, forUpdate: true));
                Tid tid = fetch.Row.Tid;
                fetch.Release();
                body[8] = (byte)i;
                row.Reset(layout);
                body.CopyTo(row.Begin(body.Length));
                row.Add(body.Length, RowFlags.None);
                Invariant.Check(heap.Update(tx, snapshot, tid, row[0], hotAllowed: true, keyChanged: false, out _) == HeapResult.Ok);
                transactions.Commit(tx);
            }
        }

        // Far beyond one segment of transaction ids, so that their reuse is measured too.
        Run(20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(20_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 20_000, $"{allocated} bytes in 20,000 transactions");
    }

    private sealed class EmptyPageSource : IPageSource
    {
        public unsafe void Read(ReadOnlySpan<PageRead> pages, Lsn lsn, CancellationToken cancellation)
        {
            foreach (PageRead read in pages)
                new Span<byte>((void*)read.Destination, 8192).Clear();
        }
    }

    /// <summary>A log without memory: everything is durable at once.</summary>
    private sealed class DiscardingWal : IWalSink
    {
        private long _end = (long)Lsn.First.Value;

        public Lsn EndOfLog => new((ulong)Volatile.Read(ref _end));

        public Lsn DurableLsn => EndOfLog;

        public Action<Lsn>? DurableAdvanced
        {
            set { }
        }

        public void EnsureRoom(int bytes, CancellationToken cancellation) { }

        public Lsn Append(ReadOnlySpan<byte> record) => new((ulong)Interlocked.Add(ref _end, record.Length));

        public DurabilityWait WaitDurable(Lsn lsn, CancellationToken cancellation) => DurabilityWait.Durable;
    }
}
