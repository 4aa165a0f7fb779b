using Strata.Compute.Wal;
using Strata.Engine.Storage;
using Strata.Format;
using Strata.Format.Messages;
using Xunit;

namespace Strata.Tests.Safekeeper;

public class QuorumWalTests
{
    private static Lsn Write(QuorumWal wal, int number, int padding = 0)
    {
        byte[] record = SafekeeperCluster.Record(number, padding);
        wal.EnsureRoom(record.Length, default);
        return wal.Append(record);
    }

    private static Lsn WriteDurably(QuorumWal wal, IEnumerable<int> numbers, int padding = 0)
    {
        Lsn last = default;
        foreach (int number in numbers)
            last = Write(wal, number, padding);
        Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(last, default));
        return last;
    }

    private static List<int> Read(SafekeeperCluster cluster, int index, Lsn until) =>
        SafekeeperCluster.Numbers(cluster.Stream(index, Lsn.First, until), Lsn.First);

    [Fact]
    public void Committed_records_are_streamed_by_every_safekeeper()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open();
        Assert.Equal(Lsn.First, wal.EndOfLog);
        Lsn last = default;
        for (int i = 0; i < 50; i++)
            last = WriteDurably(wal, [i]);
        Assert.Equal(last, wal.DurableLsn);
        for (int i = 0; i < 3; i++)
            Assert.Equal(Enumerable.Range(0, 50), Read(cluster, i, last));
    }

    [Fact]
    public void A_second_compute_adopts_the_log_and_fences_the_first()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal first = cluster.Open();
        Lsn end = WriteDurably(first, Enumerable.Range(0, 10));
        using QuorumWal second = cluster.Open();
        Assert.True(second.Term > first.Term);
        Assert.Equal(end, second.EndOfLog);
        Lsn last = WriteDurably(second, Enumerable.Range(10, 10));

        // The first may notice at once or at its next append; it can never commit again.
        try
        {
            Lsn lost = Write(first, 99);
            Assert.Equal(DurabilityWait.LostTerm, first.WaitDurable(lost, default));
        }
        catch (LostTermException)
        {
            Assert.True(first.IsLost);
        }
        Assert.Equal(Enumerable.Range(0, 20), Read(cluster, 0, last));
    }

    [Fact]
    public void Writes_go_on_with_two_of_three_and_the_third_catches_up()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open();
        WriteDurably(wal, Enumerable.Range(0, 10));
        cluster.Stop(2);
        // More than the ring holds, so that the third must copy from another safekeeper.
        Lsn last = WriteDurably(wal, Enumerable.Range(10, 400), padding: 10_000);
        cluster.Start(2);
        Assert.Equal(Enumerable.Range(0, 410), Read(cluster, 2, last));
        Assert.Equal(last, cluster.Status(2).FlushLsn);
    }

    [Fact]
    public void Commits_go_on_while_connections_break_all_the_time()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open();
        var written = new List<int>();
        using (Platform.IWorker breaker = cluster.Scheduler.StartThread("breaker", stop =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                wal.BreakLink(i % 3);
                cluster.Scheduler.Sleep(TimeSpan.FromMilliseconds(i % 5), stop);
            }
        }))
        {
            for (int i = 0; i < 60; i++)
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(Write(wal, i), patience.Token));
                written.Add(i);
            }
        }
        Assert.Equal(written, Read(cluster, 1, wal.DurableLsn));
    }

    [Fact]
    public void A_safekeeper_wiped_under_a_running_compute_votes_again_when_it_caught_up()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open();
        WriteDurably(wal, Enumerable.Range(0, 20));
        cluster.Wipe(2);
        cluster.Start(2);
        Assert.True(
            SpinWait.SpinUntil(() => cluster.Status(2) is { Exists: true, MayVote: true }, TimeSpan.FromSeconds(20)), cluster.LogText);
        cluster.Stop(0);
        Assert.Equal(Enumerable.Range(0, 21), Read(cluster, 2, WriteDurably(wal, [20])));
    }

    [Fact]
    public void Waits_block_without_a_majority_and_a_cancelled_wait_says_so()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open();
        WriteDurably(wal, [1]);
        cluster.Stop(1);
        cluster.Stop(2);
        Lsn lsn = Write(wal, 2);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.Equal(DurabilityWait.Cancelled, wal.WaitDurable(lsn, cancelled.Token));
        cluster.Start(1);
        Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(lsn, default));
    }

    [Fact]
    public void A_closed_log_ends_waits_with_an_unknown_outcome()
    {
        using var cluster = new SafekeeperCluster();
        QuorumWal wal = cluster.Open();
        WriteDurably(wal, [1]);
        cluster.Stop(1);
        cluster.Stop(2);
        Lsn lsn = Write(wal, 2);
        DurabilityWait result = default;
        using (Platform.IWorker waiter = cluster.Scheduler.StartThread("waiter", _ => result = wal.WaitDurable(lsn, default)))
        {
            wal.Dispose();
            Assert.True(waiter.Join(TimeSpan.FromSeconds(20)));
        }
        Assert.Equal(DurabilityWait.LostTerm, result);
    }

    [Fact]
    public void A_wiped_safekeeper_does_not_vote_before_a_leader_elected_without_it_filled_it()
    {
        using var cluster = new SafekeeperCluster();
        Lsn end;
        using (QuorumWal wal = cluster.Open())
        {
            cluster.Stop(1);
            end = WriteDurably(wal, Enumerable.Range(0, 20)); // only on the first and the third
        }
        cluster.Wipe(0);
        cluster.Start(0);
        cluster.Start(1);
        cluster.Stop(2);

        // The wiped one and the one that lacks the records are two of three, and must not win.
        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)))
            Assert.ThrowsAny<OperationCanceledException>(() => cluster.Open(patience.Token));
        cluster.Start(2);
        using (QuorumWal wal = cluster.Open())
        {
            Assert.Equal(end, wal.EndOfLog);
            WriteDurably(wal, [20]);
            Assert.Equal(Enumerable.Range(0, 21), Read(cluster, 0, wal.DurableLsn));
            Assert.True(SpinWait.SpinUntil(() => cluster.Status(0).MayVote, TimeSpan.FromSeconds(20)), cluster.LogText);
        }
        cluster.Stop(2);
        using (QuorumWal wal = cluster.Open())
            Assert.Equal(21, Read(cluster, 0, wal.EndOfLog).Count);
    }

    [Fact]
    public void A_writer_that_waits_for_replay_asks_for_it()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open(replayLagBytesMax: 100_000);
        Lsn first = WriteDurably(wal, [0]);
        using SafekeeperClient pageServer = cluster.Connect(0, SafekeeperPurpose.Reader);
        cluster.WaitForCommit(0, first);
        pageServer.Send(new SafekeeperStreamRequest(first));
        pageServer.Send(new SafekeeperStreamFeedback(first, first));
        Assert.True(SpinWait.SpinUntil(() => wal.IngestedLsn == first, TimeSpan.FromSeconds(20)));
        // Nobody reads the log from here on, until the writer that is 100,000 bytes ahead says that it waits.
        Lsn asked = Lsn.Zero;
        wal.ReplayAwaited = (lsn, _) =>
        {
            asked = lsn;
            pageServer.Send(new SafekeeperStreamFeedback(wal.DurableLsn, first));
        };
        WriteDurably(wal, Enumerable.Range(1, 50), padding: 10_000);
        Assert.True(asked > first);
    }

    [Fact]
    public void Sealed_segments_are_uploaded_removed_below_the_horizon_and_read_back()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open();
        Lsn last = WriteDurably(wal, Enumerable.Range(0, 500), padding: 10_000);
        using (SafekeeperClient client = cluster.Connect(0, SafekeeperPurpose.Reader))
        {
            cluster.WaitForCommit(0, last);
            client.Send(new SafekeeperStreamRequest(last));
            client.Send(new SafekeeperStreamFeedback(last, last));
            Assert.True(SpinWait.SpinUntil(() => wal.IngestedLsn == last, TimeSpan.FromSeconds(20)));
        }
        for (int i = 0; i < 3; i++)
        {
            int index = i;
            Assert.True(
                SpinWait.SpinUntil(() => cluster.Status(index).LocalStartLsn > Lsn.First + (3 << 20), TimeSpan.FromSeconds(20)),
                cluster.LogText);
            Assert.Equal(Enumerable.Range(0, 500), Read(cluster, i, last));
        }
    }

    [Fact]
    public void Many_sessions_commit_in_groups()
    {
        using var cluster = new SafekeeperCluster();
        using QuorumWal wal = cluster.Open();
        int visible = 0;
        var workers = new List<Platform.IWorker>();
        for (int w = 0; w < 8; w++)
        {
            int session = w;
            workers.Add(cluster.Scheduler.StartThread($"session-{w}", _ =>
            {
                for (int i = 0; i < 200; i++)
                {
                    if (wal.WaitDurable(Write(wal, session * 1000 + i), default) == DurabilityWait.Durable)
                        Interlocked.Increment(ref visible);
                }
            }));
        }
        foreach (Platform.IWorker worker in workers)
            Assert.True(worker.Join(TimeSpan.FromSeconds(60)));
        Assert.Equal(1600, visible);
        List<int> numbers = Read(cluster, 1, wal.DurableLsn);
        for (int w = 0; w < 8; w++)
            Assert.Equal(Enumerable.Range(w * 1000, 200), numbers.Where(number => number / 1000 == w));
    }
}
