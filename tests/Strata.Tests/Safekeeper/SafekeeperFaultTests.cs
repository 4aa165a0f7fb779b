using Strata.Compute.Wal;
using Strata.Engine.Storage;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper;
using Strata.Safekeeper.Storage;
using Xunit;

namespace Strata.Tests.Safekeeper;

public class SafekeeperFaultTests
{
    [Fact]
    public void Garbage_ends_the_connection_with_a_log_line_and_nothing_else()
    {
        using var cluster = new SafekeeperCluster();
        var random = new SeededRandom(3);
        for (int i = 0; i < 200; i++)
        {
            using IFrameConnection connection = cluster.Network.Connect(SafekeeperCluster.AddressOf(0), TimeSpan.FromSeconds(1));
            byte[] frame = new byte[random.Next(100)];
            random.Fill(frame);
            connection.Send(frame);
            while (connection.Receive(out ReadOnlyMemory<byte> answer, TimeSpan.FromSeconds(20)))
            {
                Assert.True(SafekeeperMessageCodec.TryDecode(answer.Span, out SafekeeperMessage message));
                Assert.Equal(SafekeeperErrorKind.Protocol, Assert.IsType<SafekeeperError>(message).Error);
            }
        }
        Assert.Contains("first frame is not a greeting", cluster.LogText);
        using QuorumWal wal = cluster.Open();
        Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(wal.Append(SafekeeperCluster.Record(1)), default));
    }

    [Fact]
    public void Messages_that_the_purpose_does_not_allow_end_the_connection()
    {
        using var cluster = new SafekeeperCluster();
        using SafekeeperClient client = cluster.Connect(0, SafekeeperPurpose.Reader);
        client.Send(new SafekeeperDeleteTimeline());
        Assert.Equal(SafekeeperErrorKind.Protocol, Assert.IsType<SafekeeperError>(client.Receive()).Error);
        Assert.ThrowsAny<IOException>(() => client.Receive());
        Assert.True(cluster.Status(0).Exists);
    }

    [Fact]
    public void A_full_disk_refuses_appends_and_loses_nothing()
    {
        var files = new MemoryFileSystem(capacityBytes: 3 * SafekeeperCluster.SegmentBytes);
        using var cluster = new SafekeeperCluster(create: false);
        cluster.Stop(0);
        cluster.Files[0] = files;
        cluster.Start(0);
        cluster.CreateTimeline(Lsn.First);
        Lsn last;
        using (QuorumWal wal = cluster.Open())
        {
            last = default;
            for (int i = 0; i < 600; i++)
                last = wal.Append(SafekeeperCluster.Record(i, 10_000));
            Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(last, default));
            SafekeeperStatus full = cluster.Status(0);
            Assert.True(full.FlushLsn < last, "the disk was full");
            Assert.Equal(last, cluster.Status(1).FlushLsn);
        }
        // With room again it goes on where it stopped; what it acknowledged is there.
        cluster.Stop(0);
        var larger = new MemoryFileSystem();
        CopyTo(files, larger, "");
        cluster.Files[0] = larger;
        cluster.Start(0);
        using QuorumWal next = cluster.Open();
        Assert.Equal(Enumerable.Range(0, 600), SafekeeperCluster.Numbers(cluster.Stream(0, Lsn.First, last), Lsn.First));
    }

    [Fact]
    public void Writers_hear_that_the_disks_of_a_majority_are_full_and_go_on_when_there_is_room()
    {
        bool isFull = false;
        IFileSystem Disk(int index) => index == 2 ? new MemoryFileSystem() : new FaultyFileSystem(new MemoryFileSystem(), (operation, path) =>
        {
            if (Volatile.Read(ref isFull) && operation == FileOperation.Open && path.StartsWith("spare", StringComparison.Ordinal))
                throw new IOException("No space left on device");
        });
        using var cluster = new SafekeeperCluster(files: Disk);
        using QuorumWal wal = cluster.Open();
        using CancellationTokenSource statement = new();
        Lsn last = wal.Append(SafekeeperCluster.Record(0));
        Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(last, default));
        Volatile.Write(ref isFull, true);
        int written = 1;
        SqlException? refused = null;
        while (refused is null)
        {
            try
            {
                wal.EnsureRoom(10_100, statement.Token);
                last = wal.Append(SafekeeperCluster.Record(written++, 10_000));
            }
            catch (SqlException error)
            {
                refused = error;
            }
        }
        Assert.Equal(SqlState.DiskFull, refused.State);
        Assert.True(wal.DurableLsn < last);
        Volatile.Write(ref isFull, false);
        Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(last, default));
        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => wal.EnsureRoom(100, statement.Token)) is null, TimeSpan.FromSeconds(20)));
        Assert.Equal(Enumerable.Range(0, written), SafekeeperCluster.Numbers(cluster.Stream(2, Lsn.First, last), Lsn.First));
        Assert.Contains("stores the log again", cluster.LogText);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_lone_commit_is_answered_while_one_disk_hangs(int hanging)
    {
        using ManualResetEventSlim works = new(initialState: true);
        IFileSystem Disk(int index) => index != hanging ? new MemoryFileSystem() : new FaultyFileSystem(new MemoryFileSystem(), (operation, _) =>
        {
            if (operation == FileOperation.SyncData)
                works.Wait();
        });
        using var cluster = new SafekeeperCluster(files: Disk, letsSendersServe: false);
        using QuorumWal wal = cluster.Open();
        Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(wal.Append(SafekeeperCluster.Record(0)), default));
        works.Reset();
        Task<Lsn> commits = Task.Run(() =>
        {
            Lsn last = default;
            for (int i = 1; i <= 50; i++)
            {
                last = wal.Append(SafekeeperCluster.Record(i));
                Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(last, default));
            }
            return last;
        });
        try
        {
            Lsn last = await commits.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(Enumerable.Range(0, 51), SafekeeperCluster.Numbers(cluster.Stream((hanging + 1) % 3, Lsn.First, last), Lsn.First));
        }
        finally
        {
            works.Set();
        }
    }

    private static void CopyTo(IFileSystem from, IFileSystem to, string directory)
    {
        foreach (string name in from.List(directory))
        {
            string path = directory.Length == 0 ? name : $"{directory}/{name}";
            if (!from.Exists(path))
            {
                CopyTo(from, to, path);
                continue;
            }
            using IFile source = from.Open(path, FileOpenMode.Read);
            byte[] bytes = new byte[source.Length];
            source.Read(0, bytes);
            using IFile target = to.Open(path, FileOpenMode.CreateNew);
            target.Write(0, bytes);
            target.SyncData();
        }
    }

    [Fact]
    public void A_deleted_timeline_can_not_be_created_again()
    {
        using var cluster = new SafekeeperCluster();
        using (SafekeeperClient client = cluster.Connect(0, SafekeeperPurpose.Admin))
        {
            client.Send(new SafekeeperDeleteTimeline());
            Assert.IsType<SafekeeperDone>(client.Receive());
            client.Send(new SafekeeperDeleteTimeline());
            Assert.IsType<SafekeeperDone>(client.Receive());
            client.Send(new SafekeeperCreateTimeline(Lsn.First, client.Greeting.Member.Incarnation));
            Assert.Equal(SafekeeperErrorKind.NoTimeline, Assert.IsType<SafekeeperError>(client.Receive()).Error);
        }
        cluster.Stop(0);
        cluster.Start(0);
        Assert.False(cluster.Status(0).Exists);
    }

    [Fact]
    public void Creating_a_timeline_twice_is_no_error_unless_it_begins_elsewhere()
    {
        using var cluster = new SafekeeperCluster();
        using SafekeeperClient client = cluster.Connect(1, SafekeeperPurpose.Admin);
        client.Send(new SafekeeperCreateTimeline(Lsn.First, 1));
        Assert.IsType<SafekeeperDone>(client.Receive());
        client.Send(new SafekeeperCreateTimeline(new Lsn(4096), 1));
        Assert.Contains("begins at", Assert.IsType<SafekeeperError>(client.Receive()).Text);
    }

    [Fact]
    public void A_creation_that_was_decided_before_the_directory_was_lost_makes_no_voter()
    {
        using var cluster = new SafekeeperCluster();
        cluster.Wipe(0);
        cluster.Start(0);
        Assert.Equal(2ul, cluster.Services[0]!.Member.Incarnation);
        using SafekeeperClient client = cluster.Connect(0, SafekeeperPurpose.Admin);
        client.Send(new SafekeeperCreateTimeline(Lsn.First, 1));
        Assert.IsType<SafekeeperDone>(client.Receive());
        Assert.False(cluster.Status(0).MayVote);
    }

    [Fact]
    public void A_directory_of_another_safekeeper_is_refused()
    {
        using var cluster = new SafekeeperCluster();
        cluster.Stop(0);
        using var stranger = new SafekeeperService(
            new SafekeeperOptions { Id = 9, ListenAddress = "stranger" }, cluster.Files[0], cluster.Store, cluster.Network, cluster.Scheduler,
            new SystemRandom(), Log.None);
        Assert.Contains("belongs to safekeeper 1", Assert.Throws<SafekeeperStorageException>(stranger.Start).Message);
    }

    [Fact]
    public void A_damaged_control_file_takes_one_timeline_out_of_service_only()
    {
        using var cluster = new SafekeeperCluster();
        using (QuorumWal wal = cluster.Open())
            wal.WaitDurable(wal.Append(SafekeeperCluster.Record(1)), default);
        cluster.Stop(0);
        string path = $"timelines/{SafekeeperCluster.Project}/{SafekeeperCluster.Timeline}/control";
        using (IFile file = cluster.Files[0].Open(path, FileOpenMode.ReadWrite))
            file.Write(40, [0xFF]);
        cluster.Start(0);
        Assert.False(cluster.Status(0).Exists);
        Assert.Contains("can't be opened", cluster.LogText);
        using QuorumWal next = cluster.Open();
        Assert.Equal(DurabilityWait.Durable, next.WaitDurable(next.Append(SafekeeperCluster.Record(2)), default));
    }

    [Fact]
    public void Failing_puts_keep_segments_until_they_are_uploaded()
    {
        bool failing = true;
        var store = new MemoryObjectStore();
        var faulty = new FaultyObjectStore(store, (call, key) => failing && call == "put" && key.StartsWith("projects/", StringComparison.Ordinal)
            ? ObjectFault.Refuse
            : ObjectFault.None);
        using var cluster = new SafekeeperCluster(store: faulty);
        using QuorumWal wal = cluster.Open();
        Lsn last = default;
        for (int i = 0; i < 300; i++)
            last = wal.Append(SafekeeperCluster.Record(i, 10_000));
        wal.WaitDurable(last, default);
        cluster.WaitForCommit(0, last);
        using SafekeeperClient client = cluster.Connect(0, SafekeeperPurpose.Reader);
        client.Send(new SafekeeperStreamFeedback(last, last));
        Assert.True(SpinWait.SpinUntil(() => cluster.LogText.Contains("could not be uploaded", StringComparison.Ordinal), TimeSpan.FromSeconds(20)));
        Assert.Equal(Lsn.First, cluster.Status(0).LocalStartLsn);
        failing = false;
        Assert.True(SpinWait.SpinUntil(() => cluster.Status(0).LocalStartLsn > Lsn.First, TimeSpan.FromSeconds(20)));
        Assert.Contains(store.Snapshot().Keys, key => key.Contains("/wal/", StringComparison.Ordinal));
    }
}
