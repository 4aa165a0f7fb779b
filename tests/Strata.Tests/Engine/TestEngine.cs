using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;

namespace Strata.Tests.Engine;

/// <summary>Buffer pool, WAL inserter and transactions over an <see cref="InMemoryTimeline"/>: one life of a compute.</summary>
public sealed class TestEngine : IDisposable
{
    public const uint Database = 5;

    public TestEngine(
        InMemoryTimeline? timeline = null, int frames = 512, TransactionOptions? options = null, TimeProvider? time = null, IEvictionObserver? observer = null)
    {
        Timeline = timeline ?? new InMemoryTimeline();
        Pool = new BufferPool(Timeline, Timeline, new BufferPoolOptions { Frames = frames, LastWrittenEntries = 256, EvictionObserver = observer });
        Wal = new WalInserter(Timeline, cause => Failure = cause);
        Transactions = new TransactionManager(Pool, Wal, time ?? TimeProvider.System, options ?? new TransactionOptions());
        Context = new StorageContext(Pool, Wal, Transactions);
        // The first record is durable as soon as it is written, whatever the test does with later ones.
        bool auto = Timeline.AutoDurable;
        Timeline.AutoDurable = true;
        Transactions.Start(term: 1, CancellationToken.None);
        Timeline.AutoDurable = auto;
    }

    public InMemoryTimeline Timeline { get; }

    public BufferPool Pool { get; }

    public WalInserter Wal { get; }

    public TransactionManager Transactions { get; }

    public StorageContext Context { get; }

    /// <summary>What would have ended the process.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Ends this life, losing what is not durable, and begins the next.</summary>
    public TestEngine Restart(int frames = 512)
    {
        InMemoryTimeline next = Timeline.Crash();
        Dispose();
        return new TestEngine(next, frames);
    }

    public void Dispose() => Pool.Dispose();
}
