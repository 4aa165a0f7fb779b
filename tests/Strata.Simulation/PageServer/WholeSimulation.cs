using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Wal;
using Strata.PageServer;
using Strata.PageServer.Remote;
using Strata.PageServer.Timelines;
using Strata.Platform;
using Strata.Simulation.PageServer.Model;
using Strata.Simulation.Quorum;
using Strata.Simulation.World;

namespace Strata.Simulation.PageServer;

/// <summary>
/// Every tier in one history: computes that fight for terms, three safekeepers and their disks, page servers that crash and take over from one another, one object store for all. On top of the
/// quorum's own invariants: a page server only ever ingests what was committed, every page equals naive replay of the committed log, and what safekeepers were
/// allowed to remove is in the object store.
/// </summary>
internal sealed class WholeSimulation
{
    private static readonly PageServerOptions Options = PageServerNode.SmallOptions with
    {
        HistoryWindow = TimeSpan.FromMilliseconds(400),
        FreezeBytes = 8_000,
        LayerFileBytes = 8_000,
        LocalCacheBytesMax = 60_000,
    };

    private readonly QuorumSimulation _quorum;
    private readonly WorldScheduler _scheduler;
    private readonly ModelTimeline _model;
    private readonly WalDecoder _committed;
    private readonly List<Server> _servers = [];
    private ulong _newestGeneration;
    private Lsn _trimmed;
    private bool _created;

    private sealed class Server(MemoryFileSystem files, CrashingObjectStore store)
    {
        public MemoryFileSystem Files { get; } = files;
        public CrashingObjectStore Store { get; } = store;
        public PageServerNode? Node { get; set; }
        public WalIngest? Ingest { get; set; }
        public Timeline Timeline => Node!.Project.Find(QuorumSimulation.Timeline)!;
    }

    public WholeSimulation(ulong seed)
    {
        _quorum = new QuorumSimulation(seed) { HasReader = false };
        _quorum.RecordSource = new SimulatedRecords(World).Make;
        _scheduler = new WorldScheduler(World);
        _model = new ModelTimeline(QuorumSimulation.Timeline, null, _quorum.Start);
        _committed = new WalDecoder(_quorum.Start);
        _trimmed = _quorum.Start;
    }

    public SimulatedWorld World => _quorum.World;

    public QuorumStatistics Quorum => _quorum.Statistics;

    public PageServerStatistics Statistics { get; } = new();

    private Server? Newest => _servers.FirstOrDefault(server => server.Node?.Project.Attachment.Generation == _newestGeneration);

    public void Run()
    {
        _quorum.Begin();
        World.After(TimeSpan.Zero, "page server", () => Start(new MemoryFileSystem()));
        Every(2, 12, "ingest", Ingest);
        Every(4, 20, "flush", () => OnSome(FlushOne));
        Every(4, 25, "upload", () => OnSome(Upload));
        Every(10, 60, "compact", () => OnSome(CompactOne));
        Every(20, 100, "history", () => OnSome(static server => server.Node!.History.Advance(server.Timeline)));
        Every(8, 30, "read", () => Read(_model.End));
        Every(80, 350, "page server crash", () => Pick()?.Store.CrashWithin(1 + World.Random.Next(12)));
        Every(200, 700, "takeover", () => Start(new MemoryFileSystem()));
        World.RunUntil(TimeSpan.FromSeconds(2));
        _quorum.Heal();
        World.RunUntil(World.Now + TimeSpan.FromSeconds(1));
        Finish();
    }

    private void Every(int minMilliseconds, int maxMilliseconds, string what, Action action) =>
        World.After(World.Between(TimeSpan.FromMilliseconds(minMilliseconds), TimeSpan.FromMilliseconds(maxMilliseconds)), what, () =>
        {
            action();
            Every(minMilliseconds, maxMilliseconds, what, action);
        });

    private Server? Pick() => _servers.Count == 0 ? null : _servers[World.Random.Next(_servers.Count)];

    private void OnSome(Action<Server> step)
    {
        if (Pick() is { Node: not null } server)
            OnServer(server, () => step(server));
    }

    private bool OnServer(Server server, Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (SimulatedCrashException)
        {
            Crash(server);
        }
        catch (ObjectStoreException error)
        {
            World.Trace(error.Message);
        }
        catch (PageServerException error) when (error.Code is PageErrorCode.Fenced or PageErrorCode.Unavailable || server != Newest)
        {
            World.Trace(error.Message);
        }
        return false;
    }

    private void Crash(Server server)
    {
        Statistics.Crashes++;
        World.Trace("page server crashed");
        server.Node = null;
        _servers.Remove(server);
        MemoryFileSystem files = World.OneIn(3) ? new MemoryFileSystem() : server.Files.CrashClone(World.Random);
        World.After(World.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(40)), "page server restarts", () => Start(files));
    }

    private void Start(MemoryFileSystem files)
    {
        if (_servers.Count >= 2)
            return;
        var server = new Server(files, new CrashingObjectStore(_quorum.Store, World));
        _servers.Add(server);
        if (!OnServer(server, () => Attach(server)))
        {
            if (_servers.Remove(server))
                World.After(TimeSpan.FromMilliseconds(5), "page server tries again", () => Start(files));
            return;
        }
        _newestGeneration = server.Node!.Project.Attachment.Generation;
        World.Require(
            server.Timeline.IngestedLsn >= _trimmed, $"a page server starts at {server.Timeline.IngestedLsn}, but safekeepers may have removed WAL below {_trimmed}");
        if (_servers[0] == server)
            return;
        Statistics.Takeovers++;
        Server old = _servers[0];
        World.After(World.Between(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(150)), "the old page server is stopped", () => _servers.Remove(old));
    }

    private void Attach(Server server)
    {
        if (!_created)
            ProjectAttachment.CreateProject(server.Store, new ObjectNames(Options.ObjectPrefix).Attachment(QuorumSimulation.Project), "simulation", World.Random);
        var node = new PageServerNode(Options, server.Files, server.Store, _scheduler, World.Random, QuorumSimulation.Project);
        if (!_created)
        {
            node.Project.Create(QuorumSimulation.Timeline, null, _quorum.Start, "", null);
            _created = true;
        }
        server.Node = node;
        server.Ingest = new WalIngest(node.Context, server.Timeline);
    }

    private void Ingest()
    {
        LearnCommitted();
        if (Pick() is not { Node: not null } server)
            return;
        SimulatedSafekeeper safekeeper = _quorum.Safekeepers[World.Random.Next(3)];
        byte[] buffer = new byte[1 + World.Random.Next(20_000)];
        // What was removed everywhere is asked for only by a server that was overtaken.
        if (server.Ingest!.NextByte < _trimmed)
            return;
        int count = safekeeper.ReadCommitted(server.Ingest.NextByte, buffer);
        LearnCommitted();
        server.Ingest.Append(buffer.AsSpan(0, count));
        Report(server);
        if (World.OneIn(10))
            server.Ingest.Restart();
    }

    private void Report(Server server)
    {
        _trimmed = Lsn.MaxOf(_trimmed, server.Timeline.RemoteConsistentLsn);
        _quorum.Safekeepers[World.Random.Next(3)].Feedback(server.Timeline.IngestedLsn, server.Timeline.RemoteConsistentLsn);
    }

    /// <summary>The oracle follows the committed log.</summary>
    private void LearnCommitted()
    {
        _committed.Append(_quorum.Committed.Bytes(_committed.AppendedLsn, _quorum.Committed.EndLsn));
        while (_committed.TryRead(out WalRecordReader record) == WalDecodeResult.Record)
            _model.Take(record);
    }

    private void FlushOne(Server server)
    {
        if (World.OneIn(4) && !server.Timeline.OpenLayer.IsEmpty)
            server.Timeline.Freeze();
        server.Node!.Flusher.FlushOldest(server.Timeline);
    }

    private void Upload(Server server)
    {
        server.Node!.Uploader.Upload(server.Timeline);
        Report(server);
    }

    private void CompactOne(Server server)
    {
        if (server.Node!.Compactor.CompactOnce(server.Timeline))
            Statistics.Compactions++;
    }

    private void Read(Lsn limit)
    {
        if (Newest is not { } server || _model.Keys.Count == 0)
            return;
        World.Require(server.Timeline.IngestedLsn <= _quorum.Committed.EndLsn, "a page server is ahead of what is committed");
        Lsn high = Lsn.Min(limit, server.Timeline.IngestedLsn);
        Lsn low = server.Timeline.HistoryStart;
        if (low > high)
            return;
        Lsn at = World.OneIn(3) ? high : low + World.Random.NextUInt64() % (high - low + 1);
        for (int i = 0; i < 6; i++)
            CompareOne(server, _model.Keys[World.Random.Next(_model.Keys.Count)], at);
    }

    private void CompareOne(Server server, PageKey key, Lsn at)
    {
        if (server.Node is not { } node)
            return;
        string? wrong = null;
        OnServer(server, () => wrong = node.Compare(_model, key, at));
        Statistics.Comparisons++;
        if (wrong is not null)
            World.Violated(wrong);
    }

    /// <summary>A page server that has never been here finds everything in the object store and in what the safekeepers still have.</summary>
    private void Finish()
    {
        _servers.Clear();
        Start(new MemoryFileSystem());
        Server server = Newest ?? throw new InvalidOperationException("the last page server does not start");
        LearnCommitted();
        byte[] buffer = new byte[1 << 20];
        foreach (SimulatedSafekeeper safekeeper in _quorum.Safekeepers)
        {
            int count;
            while ((count = safekeeper.ReadCommitted(server.Ingest!.NextByte, buffer)) > 0)
                server.Ingest.Append(buffer.AsSpan(0, count));
        }
        LearnCommitted();
        World.Require(server.Timeline.IngestedLsn > _quorum.Start, "nothing was ingested");
        foreach (PageKey key in _model.Keys)
            CompareOne(server, key, server.Timeline.IngestedLsn);
    }
}
