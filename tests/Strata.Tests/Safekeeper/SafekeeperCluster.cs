using Strata.Compute.Wal;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Wal;
using Strata.Platform;
using Strata.Safekeeper;
using Xunit;

namespace Strata.Tests.Safekeeper;

/// <summary>Three safekeepers in this process over pipes and files in memory.</summary>
internal sealed class SafekeeperCluster : IDisposable
{
    public const int SegmentBytes = 1 << 20;
    public static readonly ProjectId Project = new(7);
    public static readonly TimelineId Timeline = new(9);

    private readonly SystemRandom _random = new();
    private readonly LogLines _logLines = new();
    private readonly Log _log;
    private readonly bool _letsSendersServe;

    public SafekeeperCluster(int count = 3, bool create = true, IObjectStore? store = null, Func<int, IFileSystem>? files = null, bool letsSendersServe = true)
    {
        _letsSendersServe = letsSendersServe;
        _log = new Log(_logLines, TimeProvider.System, "cluster");
        Store = store ?? new MemoryObjectStore();
        Scheduler = new ThreadScheduler((name, error) => Failures.Add($"{name}: {error}"));
        Network = new MemoryNetwork(TimeProvider.System);
        Files = [.. Enumerable.Range(0, count).Select(index => files?.Invoke(index) ?? new MemoryFileSystem())];
        Services = new SafekeeperService?[count];
        for (int i = 0; i < count; i++)
            Start(i);
        if (create)
            CreateTimeline(Lsn.First);
    }

    public List<string> Failures { get; } = [];
    public string LogText => _logLines.Text;
    public IScheduler Scheduler { get; }
    public MemoryNetwork Network { get; }
    public IObjectStore Store { get; }
    public IFileSystem[] Files { get; }
    public SafekeeperService?[] Services { get; }

    public static string AddressOf(int index) => $"safekeeper-{index + 1}";

    public void Start(int index)
    {
        var options = new SafekeeperOptions
        {
            Id = (uint)index + 1,
            ListenAddress = AddressOf(index),
            SegmentBytes = SegmentBytes,
            LetsSendersServe = _letsSendersServe,
            MaintenanceInterval = TimeSpan.FromMilliseconds(20),
            UploadPatience = TimeSpan.FromMilliseconds(100),
        };
        Services[index] = new SafekeeperService(options, Files[index], Store, Network, Scheduler, _random, _log.For(AddressOf(index)));
        Services[index]!.Start();
    }

    public void Stop(int index)
    {
        Services[index]?.Dispose();
        Services[index] = null;
    }

    /// <summary>Stops a safekeeper and loses its directory.</summary>
    public void Wipe(int index)
    {
        Stop(index);
        Files[index] = new MemoryFileSystem();
    }

    public QuorumWal Open(CancellationToken cancellation = default, long replayLagBytesMax = 256 << 20) => QuorumWal.Open(
        new QuorumWalOptions
        {
            Project = Project,
            Timeline = Timeline,
            Safekeepers = [.. Files.Select((_, index) => new SafekeeperAddress((uint)index + 1, AddressOf(index)))],
            RingBytes = 2 << 20,
            ReplayLagBytesMax = replayLagBytesMax,
        },
        Network, Scheduler, _random, _log.For("compute"), cancellation);

    public void CreateTimeline(Lsn start)
    {
        for (int i = 0; i < Files.Length; i++)
        {
            using SafekeeperClient client = Connect(i, SafekeeperPurpose.Admin);
            client.Send(new SafekeeperCreateTimeline(start, client.Greeting.Member.Incarnation));
            Assert.IsType<SafekeeperDone>(client.Receive());
        }
    }

    public SafekeeperClient Connect(int index, SafekeeperPurpose purpose) =>
        new(Network.Connect(AddressOf(index), TimeSpan.FromSeconds(1)), purpose, Project, Timeline);

    public SafekeeperStatus Status(int index)
    {
        using SafekeeperClient client = Connect(index, SafekeeperPurpose.Admin);
        client.Send(new SafekeeperStatusRequest());
        return Assert.IsType<SafekeeperStatus>(client.Receive());
    }

    /// <summary>Waits until a safekeeper knows that an LSN is committed.</summary>
    public void WaitForCommit(int index, Lsn lsn) =>
        Assert.True(SpinWait.SpinUntil(() => Status(index).CommitLsn >= lsn, TimeSpan.FromSeconds(20)), $"safekeeper {index + 1} did not learn that {lsn} is committed");

    /// <summary>A finished record whose body is a number and padding.</summary>
    public static byte[] Record(int number, int padding = 0)
    {
        byte[] buffer = new byte[64 + padding];
        var writer = new WalRecordWriter(buffer, WalRecordKind.Change, xid: 0);
        byte[] body = new byte[4 + padding];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(body, number);
        writer.AddBody(body);
        return buffer[..writer.Finish()];
    }

    /// <summary>The numbers of all records of a stream of committed WAL, up to its commit LSN.</summary>
    public static List<int> Numbers(ReadOnlySpan<byte> wal, Lsn start)
    {
        var decoder = new WalDecoder(start);
        decoder.Append(wal);
        var numbers = new List<int>();
        while (decoder.TryRead(out WalRecordReader record) == WalDecodeResult.Record)
            numbers.Add(System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(record.Body));
        return numbers;
    }

    /// <summary>Streams committed WAL of one safekeeper from an LSN until at least another.</summary>
    public byte[] Stream(int index, Lsn from, Lsn until)
    {
        using SafekeeperClient client = Connect(index, SafekeeperPurpose.Reader);
        client.Send(new SafekeeperStreamRequest(from));
        var bytes = new MemoryStream();
        while (from + (ulong)bytes.Length < until)
        {
            ReadOnlyMemory<byte> frame = client.ReceiveFrame();
            Assert.True(SafekeeperWalChunk.TryRead(frame, out SafekeeperWalChunk chunk, out ReadOnlyMemory<byte> wal), Describe(frame));
            Assert.Equal(from + (ulong)bytes.Length, chunk.BeginLsn);
            bytes.Write(wal.Span);
        }
        return bytes.ToArray();
    }

    private static string Describe(ReadOnlyMemory<byte> frame) =>
        SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage message) ? message.ToString() : "garbage";

    public void Dispose()
    {
        for (int i = 0; i < Services.Length; i++)
            Stop(i);
        Assert.Empty(Failures);
    }
}
