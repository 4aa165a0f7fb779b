using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Xunit;

namespace Strata.Tests.Engine.Transactions;

public sealed class LockManagerTests
{
    private static readonly TransactionOptions s_quickDeadlock = new() { DeadlockTimeout = TimeSpan.FromMilliseconds(5) };

    [Fact]
    public void Weak_locks_stay_off_the_shared_table_until_a_strong_one_comes()
    {
        using var engine = new TestEngine();
        LockManager locks = engine.Transactions.Locks;
        LockOwner reader = locks.CreateOwner(), writer = locks.CreateOwner();
        var listed = new List<(LockTag Tag, LockOwner Owner, byte Mode, bool Granted, bool IsFast)>();

        Assert.True(locks.LockRelation(reader, 5, 100, RelationLockMode.AccessShare));
        locks.CopyTo(listed);
        Assert.True(Assert.Single(listed).IsFast);
        Assert.False(locks.LockRelation(writer, 5, 100, RelationLockMode.AccessExclusive, WaitPolicy.Fail));
        Assert.True(locks.LockRelation(writer, 5, 100, RelationLockMode.ShareUpdateExclusive, WaitPolicy.Fail));
        locks.CloseOwner(reader);
        Assert.True(locks.LockRelation(writer, 5, 100, RelationLockMode.AccessExclusive, WaitPolicy.Fail));
        LockOwner late = locks.CreateOwner();
        Assert.False(locks.LockRelation(late, 5, 100, RelationLockMode.AccessShare, WaitPolicy.Fail));
        Assert.True(locks.LockRelation(late, 5, 101, RelationLockMode.AccessShare, WaitPolicy.Fail));
        locks.CloseOwner(writer);
        Assert.True(locks.LockRelation(late, 5, 100, RelationLockMode.AccessShare, WaitPolicy.Fail));
    }

    [Theory]
    [InlineData(RelationLockMode.AccessShare, RelationLockMode.Exclusive, true)]
    [InlineData(RelationLockMode.RowShare, RelationLockMode.Exclusive, false)]
    [InlineData(RelationLockMode.RowExclusive, RelationLockMode.Share, false)]
    [InlineData(RelationLockMode.RowExclusive, RelationLockMode.ShareUpdateExclusive, true)]
    [InlineData(RelationLockMode.Share, RelationLockMode.Share, true)]
    [InlineData(RelationLockMode.ShareUpdateExclusive, RelationLockMode.ShareUpdateExclusive, false)]
    [InlineData(RelationLockMode.ShareRowExclusive, RelationLockMode.RowExclusive, false)]
    [InlineData(RelationLockMode.AccessExclusive, RelationLockMode.AccessShare, false)]
    public void Modes_conflict_as_in_postgresql(RelationLockMode held, RelationLockMode wanted, bool compatible)
    {
        using var engine = new TestEngine();
        LockManager locks = engine.Transactions.Locks;
        LockOwner first = locks.CreateOwner(), second = locks.CreateOwner();
        Assert.True(locks.LockRelation(first, 5, 7, held));
        Assert.Equal(compatible, locks.LockRelation(second, 5, 7, wanted, WaitPolicy.Fail));
        // Symmetric.
        Assert.True(locks.LockRelation(second, 5, 8, wanted));
        Assert.Equal(compatible, locks.LockRelation(first, 5, 8, held, WaitPolicy.Fail));
    }

    [Fact]
    public async Task A_waiter_gets_the_lock_when_its_holder_ends()
    {
        using var engine = new TestEngine();
        LockManager locks = engine.Transactions.Locks;
        LockOwner holder = locks.CreateOwner(), waiter = locks.CreateOwner();
        locks.LockRelation(holder, 5, 100, RelationLockMode.AccessExclusive);
        Task<bool> wait = OnThread.Run(() => locks.LockRelation(waiter, 5, 100, RelationLockMode.RowExclusive));
        SpinWait.SpinUntil(() => Waits(locks));
        Assert.False(wait.IsCompleted);
        locks.ReleaseFrom(holder, 0, 0);
        Assert.True(await wait);
    }

    [Fact]
    public async Task A_holder_that_yields_is_told_of_a_waiter()
    {
        using var engine = new TestEngine();
        LockManager locks = engine.Transactions.Locks;
        LockOwner holder = locks.CreateOwner(), other = locks.CreateOwner(), waiter = locks.CreateOwner();
        using var told = new ManualResetEventSlim();
        holder.Yield = told.Set;
        other.Yield = static () => Assert.Fail("nobody waits for it");
        locks.LockRelation(holder, 5, 100, RelationLockMode.ShareUpdateExclusive);
        locks.LockRelation(other, 5, 100, RelationLockMode.RowExclusive);
        Assert.False(locks.LockRelation(waiter, 5, 100, RelationLockMode.ShareUpdateExclusive, WaitPolicy.Skip));
        Assert.False(told.IsSet);
        Task<bool> wait = OnThread.Run(() => locks.LockRelation(waiter, 5, 100, RelationLockMode.ShareUpdateExclusive));
        told.Wait();
        locks.ReleaseFrom(holder, 0, 0);
        Assert.True(await wait);
    }

    [Fact]
    public async Task A_cycle_of_waits_is_a_deadlock_for_exactly_one()
    {
        using var engine = new TestEngine(options: s_quickDeadlock);
        LockManager locks = engine.Transactions.Locks;
        LockOwner[] owners = [locks.CreateOwner(), locks.CreateOwner(), locks.CreateOwner()];
        for (uint i = 0; i < 3; i++)
            locks.LockRelation(owners[i], 5, i, RelationLockMode.Exclusive);
        int deadlocks = 0;
        Task[] tasks = [.. Enumerable.Range(0, 3).Select(i => OnThread.Run(() =>
        {
            try
            {
                locks.LockRelation(owners[i], 5, (uint)(i + 1) % 3, RelationLockMode.Exclusive);
            }
            catch (SqlException error) when (error.State == SqlState.DeadlockDetected)
            {
                Interlocked.Increment(ref deadlocks);
            }
            locks.ReleaseFrom(owners[i], 0, 0);
        }))];
        await Task.WhenAll(tasks);
        Assert.Equal(1, deadlocks);
    }

    [Fact]
    public void Lock_timeout_and_cancellation_end_a_wait_and_leave_the_queue()
    {
        using var engine = new TestEngine();
        LockManager locks = engine.Transactions.Locks;
        LockOwner holder = locks.CreateOwner(), waiter = locks.CreateOwner(), third = locks.CreateOwner();
        locks.LockRelation(holder, 5, 100, RelationLockMode.Share);
        waiter.LockTimeout = TimeSpan.FromMilliseconds(1);
        var error = Assert.Throws<SqlException>(() => locks.LockRelation(waiter, 5, 100, RelationLockMode.Exclusive));
        Assert.Equal(SqlState.LockNotAvailable, error.State);
        waiter.LockTimeout = Timeout.InfiniteTimeSpan;
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => locks.LockRelation(waiter, 5, 100, RelationLockMode.Exclusive, WaitPolicy.Block, cancelled.Token));
        Assert.True(locks.LockRelation(third, 5, 100, RelationLockMode.Share, WaitPolicy.Fail));
    }

    [Fact]
    public void Session_locks_outlive_transactions_and_count()
    {
        using var engine = new TestEngine();
        LockManager locks = engine.Transactions.Locks;
        LockOwner owner = locks.CreateOwner(), other = locks.CreateOwner();
        LockTag tag = LockTag.Advisory(5, 42L);
        Transaction transaction = engine.Transactions.Begin(owner: owner);
        locks.Lock(owner, tag, RelationLockMode.Exclusive, session: true);
        locks.Lock(owner, tag, RelationLockMode.Exclusive, session: true);
        locks.Lock(owner, tag, RelationLockMode.Exclusive, session: false);
        engine.Transactions.Commit(transaction);
        Assert.False(locks.Lock(other, tag, RelationLockMode.Share, session: true, WaitPolicy.Fail));
        Assert.True(locks.UnlockSession(owner, tag, RelationLockMode.Exclusive));
        Assert.False(locks.Lock(other, tag, RelationLockMode.Share, session: true, WaitPolicy.Fail));
        Assert.True(locks.UnlockSession(owner, tag, RelationLockMode.Exclusive));
        Assert.False(locks.UnlockSession(owner, tag, RelationLockMode.Exclusive));
        Assert.True(locks.Lock(other, tag, RelationLockMode.Share, session: true, WaitPolicy.Fail));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_waits_for_holders_waits_for_those_in_the_way_and_takes_nothing(bool isMoved)
    {
        using var engine = new TestEngine();
        LockManager locks = engine.Transactions.Locks;
        LockOwner reader = locks.CreateOwner(), writer = locks.CreateOwner(), waiter = locks.CreateOwner(), late = locks.CreateOwner();
        Transaction reading = engine.Transactions.Begin(owner: reader), writing = engine.Transactions.Begin(owner: writer);
        locks.LockRelation(reader, 5, 100, RelationLockMode.AccessShare);
        locks.LockRelation(writer, 5, 100, RelationLockMode.RowExclusive);
        if (isMoved)
            Assert.False(locks.LockRelation(late, 5, 100, RelationLockMode.Share, WaitPolicy.Fail));
        Task wait = OnThread.Run(() => locks.WaitForHolders(waiter, 5, 100, RelationLockMode.Share, CancellationToken.None));
        SpinWait.SpinUntil(() => waiter.Waiting is not null);
        Assert.Equal([writer], locks.FindBlockers(waiter));
        // Nobody waits behind it.
        Transaction coming = engine.Transactions.Begin(owner: late);
        Assert.True(locks.LockRelation(late, 5, 100, RelationLockMode.RowExclusive, WaitPolicy.Fail));
        engine.Transactions.Commit(writing);
        await wait;
        engine.Transactions.Abort(coming);
        engine.Transactions.Commit(reading);
    }

    [Fact]
    public async Task Who_waits_for_the_end_of_a_transaction_that_waits_for_him_is_deadlocked()
    {
        using var engine = new TestEngine(options: s_quickDeadlock);
        LockManager locks = engine.Transactions.Locks;
        LockOwner builder = locks.CreateOwner(), writer = locks.CreateOwner();
        Transaction building = engine.Transactions.Begin(owner: builder), writing = engine.Transactions.Begin(owner: writer);
        locks.LockRelation(builder, 5, 100, RelationLockMode.ShareUpdateExclusive);
        locks.LockRelation(writer, 5, 100, RelationLockMode.RowExclusive);
        int deadlocks = 0;
        void Count(Action action, Transaction transaction)
        {
            try
            {
                action();
            }
            catch (SqlException error) when (error.State == SqlState.DeadlockDetected)
            {
                Interlocked.Increment(ref deadlocks);
            }
            engine.Transactions.Abort(transaction);
        }

        Task writes = OnThread.Run(() => Count(() => locks.LockRelation(writer, 5, 100, RelationLockMode.AccessExclusive), writing));
        SpinWait.SpinUntil(() => Waits(locks) || writes.IsCompleted);
        Task builds = OnThread.Run(() => Count(() => locks.WaitForHolders(builder, 5, 100, RelationLockMode.Share, CancellationToken.None), building));
        await Task.WhenAll(writes, builds);
        Assert.Equal(1, deadlocks);
    }

    private static bool Waits(LockManager locks)
    {
        var listed = new List<(LockTag Tag, LockOwner Owner, byte Mode, bool Granted, bool IsFast)>();
        locks.CopyTo(listed);
        return listed.Exists(held => !held.Granted);
    }
}
