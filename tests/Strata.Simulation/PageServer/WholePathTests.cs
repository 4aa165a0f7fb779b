using System.Runtime.InteropServices;
using Strata.Compute.Pages;
using Strata.Compute.Wal;
using Strata.Engine.Storage;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.Format.Wal;
using Strata.PageServer;
using Strata.Platform;
using Strata.Safekeeper;
using Strata.Simulation.PageServer.Model;
using Xunit;

namespace Strata.Simulation.PageServer;

/// <summary>The real services with real threads over memory: proposer → three safekeepers → page server → page client.</summary>
public sealed class WholePathTests : IDisposable
{
    private static readonly ProjectId Project = new(0x5151);
    private static readonly string[] Addresses = ["sk-1", "sk-2", "sk-3"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<Exception> _fatal = [];
    private readonly ThreadScheduler _scheduler;
    private readonly MemoryNetwork _network = new(TimeProvider.System);
    private readonly MemoryObjectStore _objects = new();
    private readonly SeededRandom _random = new(5);
    private readonly List<SafekeeperService> _safekeepers = [];
    private readonly ModelTimeline _model = new(new TimelineId(1));
    private PageServerService _pageServer;

    public WholePathTests()
    {
        _scheduler = new ThreadScheduler((_, error) =>
        {
            lock (_fatal)
                _fatal.Add(error);
        });
        for (uint id = 1; id <= 3; id++)
        {
            var service = new SafekeeperService(
                new SafekeeperOptions { Id = id, ListenAddress = Addresses[id - 1] }, new MemoryFileSystem(), _objects, _network, _scheduler, _random, Log.None);
            service.Start();
            _safekeepers.Add(service);
        }
        _pageServer = StartPageServer();
    }

    public void Dispose()
    {
        _pageServer.Dispose();
        foreach (SafekeeperService safekeeper in _safekeepers)
            safekeeper.Dispose();
        Assert.Empty(_fatal);
    }

    private PageServerService StartPageServer()
    {
        var service = new PageServerService(
            PageServerNode.SmallOptions with
            {
                ListenAddress = "pages",
                SafekeeperAddresses = Addresses,
                FreezeBytes = 100_000,
                MaintenanceInterval = TimeSpan.FromMilliseconds(50),
                HistoryWindow = TimeSpan.FromDays(1),
            },
            new MemoryFileSystem(), _objects, _network, _scheduler, _random, Log.None);
        service.Start();
        return service;
    }

    private PageControlResponse Call(PageControlRequest request)
    {
        using var channel = new PageChannel(
            _network.Connect("pages", Patience), new PageClientOptions("pages", request.Project, request.Timeline) { AnswerTimeout = Patience });
        return channel.Call(request, _scheduler.Time, CancellationToken.None);
    }

    private void CreateOnSafekeepers(TimelineId timeline, Lsn start)
    {
        foreach (string address in Addresses)
        {
            using IFrameConnection connection = _network.Connect(address, Patience);
            connection.Send(SafekeeperMessageCodec.Encode(
                new SafekeeperGreeting(SafekeeperProtocol.Version, SafekeeperPurpose.Admin, Project, timeline, 0)));
            Assert.True(connection.Receive(out ReadOnlyMemory<byte> frame, Patience));
            Assert.True(SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage reply));
            ulong incarnation = Assert.IsType<SafekeeperGreetingReply>(reply).Member.Incarnation;
            connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperCreateTimeline(start, incarnation)));
            Assert.True(connection.Receive(out frame, Patience));
            Assert.True(SafekeeperMessageCodec.TryDecode(frame.Span, out reply));
            Assert.IsType<SafekeeperDone>(reply);
        }
    }

    private QuorumWal OpenWal(ModelTimeline model) => QuorumWal.Open(
        new QuorumWalOptions
        {
            Project = Project,
            Timeline = model.Id,
            Safekeepers = [new(1, Addresses[0]), new(2, Addresses[1]), new(3, Addresses[2])],
        },
        _network, _scheduler, _random, Log.None, CancellationToken.None);

    private void Write(QuorumWal wal, ModelTimeline model, int records)
    {
        Lsn from = wal.EndOfLog;
        model.Append(_random, records, (DateTimeOffset.UtcNow.Ticks - new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks) / 10);
        byte[] bytes = model.WalFrom(from, int.MaxValue);
        while (bytes.Length > 0)
        {
            Assert.Equal(WalDecodeResult.Record, WalDecoder.TryDecode(bytes, from, out WalRecordReader record));
            wal.EnsureRoom(record.Bytes.Length, CancellationToken.None);
            Assert.Equal(record.Lsn, wal.Append(record.Bytes.ToArray()));
            from = record.Lsn;
            bytes = bytes[record.Bytes.Length..];
        }
        Assert.Equal(DurabilityWait.Durable, wal.WaitDurable(from, CancellationToken.None));
    }

    private static unsafe void CheckAll(PageClient client, ModelTimeline model, Lsn at, bool latest)
    {
        PageKey[] keys = [.. model.Keys];
        byte* memory = (byte*)NativeMemory.Alloc((nuint)(keys.Length * PageFormat.PageSizeBytes));
        try
        {
            var reads = new PageRead[keys.Length];
            for (int i = 0; i < keys.Length; i++)
                reads[i] = new PageRead(keys[i], at, (nint)(memory + i * PageFormat.PageSizeBytes));
            client.Read(reads, latest ? Lsn.Max : at, CancellationToken.None);
            for (int i = 0; i < keys.Length; i++)
            {
                var page = new ReadOnlySpan<byte>(memory + i * PageFormat.PageSizeBytes, PageFormat.PageSizeBytes);
                byte[] expected = model.PageAt(keys[i], at) ?? new byte[PageFormat.PageSizeBytes];
                Assert.True(page.SequenceEqual(expected), $"page {keys[i]} at {at}");
            }
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    [Fact]
    public void What_is_acknowledged_is_read_back_branched_and_survives_the_page_server()
    {
        Call(new PageControlRequest(PageMessageKind.ProjectCreate, Project));
        Lsn start = Call(new PageControlRequest(PageMessageKind.TimelineCreate, Project, _model.Id)).At;
        Assert.Equal(Lsn.First, start);
        CreateOnSafekeepers(_model.Id, start);
        using QuorumWal wal = OpenWal(_model);
        using var client = new PageClient(new PageClientOptions("pages", Project, _model.Id), _network, _scheduler, Log.None);
        for (int round = 0; round < 6; round++)
        {
            Write(wal, _model, 200);
            CheckAll(client, _model, _model.End, latest: true);
        }
        (Lsn Lsn, long Time) middle = _model.Commits[_model.Commits.Count / 2];
        CheckAll(client, _model, middle.Lsn, latest: false);

        Lsn found = Call(new PageControlRequest(PageMessageKind.LsnForTime, Project, _model.Id, TimeMicroseconds: middle.Time)).At;
        Assert.Equal(_model.Commits.Last(commit => commit.Time <= middle.Time).Lsn, found);
        var head = new ModelTimeline(new TimelineId(2), _model, _model.End);
        Assert.Equal(_model.End, Call(new PageControlRequest(PageMessageKind.TimelineCreate, Project, head.Id, _model.Id, Lsn.Max)).At);
        var past = new ModelTimeline(new TimelineId(3), _model, middle.Lsn);
        Assert.Equal(middle.Lsn, Call(new PageControlRequest(PageMessageKind.TimelineCreate, Project, past.Id, _model.Id, middle.Lsn)).At);
        CreateOnSafekeepers(past.Id, middle.Lsn);
        using QuorumWal pastWal = OpenWal(past);
        Write(pastWal, past, 150);
        Write(wal, _model, 100);

        _pageServer.Dispose();
        _pageServer = StartPageServer();
        CheckAll(client, _model, _model.End, latest: true);
        using var pastClient = new PageClient(new PageClientOptions("pages", Project, past.Id), _network, _scheduler, Log.None);
        CheckAll(pastClient, past, past.End, latest: true);

        Assert.Equal(_model.End, Call(new PageControlRequest(PageMessageKind.Flush, Project, _model.Id)).At);
        _pageServer.Dispose();
        _pageServer = StartPageServer();
        CheckAll(client, _model, _model.End, latest: false);
        Assert.Equal(3, Call(new PageControlRequest(PageMessageKind.TimelineList, Project)).Timelines.Count);

        // A new project from what this one has: no page is copied for it.
        Assert.Equal(_model.End, Call(new PageControlRequest(PageMessageKind.BaseSave, Project, _model.Id, Text: "template")).At);
        var other = new ProjectId(0x6262);
        var fresh = new ModelTimeline(new TimelineId(9), _model, _model.End);
        Call(new PageControlRequest(PageMessageKind.ProjectCreate, other));
        Assert.Equal(_model.End, Call(new PageControlRequest(PageMessageKind.TimelineCreate, other, fresh.Id, Text: "template")).At);
        using var freshClient = new PageClient(new PageClientOptions("pages", other, fresh.Id), _network, _scheduler, Log.None);
        CheckAll(freshClient, _model, _model.End, latest: true);
        _pageServer.Dispose();
        _pageServer = StartPageServer();
        CheckAll(freshClient, _model, _model.End, latest: true);
    }

    [Fact]
    public void Garbage_closes_the_connection_and_nothing_else()
    {
        Call(new PageControlRequest(PageMessageKind.ProjectCreate, Project));
        for (int i = 0; i < 200; i++)
        {
            byte[] garbage = new byte[_random.Next(3000)];
            _random.Fill(garbage);
            if (garbage.Length > 2 && i % 2 == 0)
                (garbage[0], garbage[1]) = ((byte)_random.Next(12), PageProtocol.Version);
            using IFrameConnection connection = _network.Connect("pages", Patience);
            connection.Send(garbage);
            while (connection.Receive(out _, Patience))
            {
            }
        }
        Assert.Empty(Call(new PageControlRequest(PageMessageKind.TimelineList, Project)).Timelines);
        var unknown = Assert.Throws<PageRequestException>(
            () => Call(new PageControlRequest(PageMessageKind.TimelineStatus, Project, new TimelineId(77))));
        Assert.Equal(PageErrorCode.NotFound, unknown.Code);
    }
}
