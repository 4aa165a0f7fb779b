using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;

namespace Strata.Engine.Storage;

/// <summary>What access methods work with: pages, the log and transactions of one timeline. Shared by all sessions of an endpoint.</summary>
public sealed class StorageContext(BufferPool pool, WalInserter wal, TransactionManager transactions)
{
    public BufferPool Pool { get; } = pool;

    public WalInserter Wal { get; } = wal;

    public TransactionManager Transactions { get; } = transactions;
}
