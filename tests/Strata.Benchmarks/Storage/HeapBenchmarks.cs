using BenchmarkDotNet.Attributes;
using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;

namespace Strata.Benchmarks.Storage;

/// <summary>
/// Whole transactions on one heap of 100,000 rows in the pool, with a log that is durable at once: what storage and transactions cost, without SQL and network. None may allocate.
/// </summary>
[MemoryDiagnoser]
public class HeapBenchmarks
{
    private const int Rows = 100_000;
    private const uint Database = 5;
    private const ulong Storage = 20_000;

    private static readonly RowLayout s_layout = new(1, [4, 4, 4, RowLayout.Variable]);
    private readonly byte[] _filler = new byte[84];
    private readonly RowBatch _row = new();
    private readonly HeapScan _scan = new();
    private readonly Tid[] _roots = new Tid[Rows];
    private TransactionManager _transactions = null!;
    private LockOwner _owner = null!;
    private HeapRelation _heap = null!;
    private uint _state = 1;

    [GlobalSetup]
    public void Setup()
    {
        var log = new DurableLog();
        var pool = new BufferPool(new EmptyPages(), log, new BufferPoolOptions());
        var wal = new WalInserter(log, cause => Environment.FailFast("a record could not be applied", cause));
        _transactions = new TransactionManager(pool, wal, TimeProvider.System, new TransactionOptions());
        var context = new StorageContext(pool, wal, _transactions);
        _transactions.Start(term: 1, CancellationToken.None);
        _owner = _transactions.Locks.CreateOwner();
        Transaction transaction = _transactions.Begin(owner: _owner);
        HeapRelation.CreateStorage(context, transaction, Database, Storage);
        _heap = new HeapRelation(context, Database, Storage);
        var batch = new RowBatch();
        batch.Reset(s_layout);
        for (int i = 0; i < Rows; i++)
            Encode(batch, i, 0);
        _heap.InsertMany(transaction, batch, _roots);
        _transactions.Commit(transaction);
    }

    [Benchmark]
    public int PointRead()
    {
        Transaction transaction = _transactions.Begin(owner: _owner);
        _transactions.Locks.LockRelation(_owner, Database, 1, RelationLockMode.AccessShare);
        HeapFetch fetch = default;
        fetch.Fetch(_heap, _roots[NextRow()], transaction.TakeSnapshot());
        int value = BitConverter.ToInt32(s_layout.Column(fetch.Row.Bytes, 2));
        fetch.Release();
        _transactions.Commit(transaction);
        return value;
    }

    [Benchmark]
    public void HeapOnlyUpdate()
    {
        int row = NextRow();
        Transaction transaction = _transactions.Begin(owner: _owner);
        _transactions.Locks.LockRelation(_owner, Database, 1, RelationLockMode.RowExclusive);
        Snapshot snapshot = transaction.TakeSnapshot();
        HeapFetch fetch = default;
        Invariant.Check(fetch.Fetch(_heap, _roots[row], snapshot, forUpdate: true));
        Tid tid = fetch.Row.Tid;
        fetch.Release();
        _row.Reset(s_layout);
        Encode(_row, row, (int)_state);
        Invariant.Check(_heap.Update(transaction, snapshot, tid, _row[0], hotAllowed: true, keyChanged: false, out HeapUpdateOutcome outcome) == HeapResult.Ok);
        if (!outcome.IsHeapOnly)
            _roots[row] = outcome.Tid;
        _transactions.Commit(transaction);
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public int Scan()
    {
        Transaction transaction = _transactions.Begin(owner: _owner);
        _scan.Open(_heap, transaction.TakeSnapshot());
        int rows = 0;
        while (_scan.NextPage(out ReadOnlySpan<HeapRowPointer> page))
            rows += page.Length;
        _scan.Close();
        _transactions.Commit(transaction);
        return rows;
    }

    private int NextRow()
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % Rows);
    }

    private void Encode(RowBatch batch, int id, int value)
    {
        var writer = new RowBodyWriter(s_layout, batch.Begin(s_layout.BodyBytes(hasNulls: false, _filler.Length)), hasNulls: false);
        BitConverter.TryWriteBytes(writer.Fixed(0), id);
        BitConverter.TryWriteBytes(writer.Fixed(1), 1);
        BitConverter.TryWriteBytes(writer.Fixed(2), value);
        writer.AddVariable(_filler);
        batch.Add(writer.Finish(), RowFlags.None);
    }

    private sealed class EmptyPages : IPageSource
    {
        public unsafe void Read(ReadOnlySpan<PageRead> pages, Lsn lsn, CancellationToken cancellation)
        {
            foreach (PageRead read in pages)
                new Span<byte>((void*)read.Destination, PageFormat.PageSizeBytes).Clear();
        }
    }

    private sealed class DurableLog : IWalSink
    {
        private ulong _end = Lsn.First.Value;

        public Lsn EndOfLog => new(Volatile.Read(ref _end));

        public Lsn DurableLsn => EndOfLog;

        public Action<Lsn>? DurableAdvanced
        {
            set { }
        }

        public void EnsureRoom(int bytes, CancellationToken cancellation) { }

        public Lsn Append(ReadOnlySpan<byte> record) => new(Interlocked.Add(ref _end, (ulong)record.Length));

        public DurabilityWait WaitDurable(Lsn lsn, CancellationToken cancellation) => DurabilityWait.Durable;
    }
}
