using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer;
using Strata.PageServer.Remote;
using Strata.PageServer.Timelines;
using Strata.Platform;
using Strata.Simulation.PageServer.Model;
using Strata.Simulation.World;

namespace Strata.Simulation.PageServer;

/// <summary>What one or many histories contained.</summary>
public sealed class PageServerStatistics
{
    public int Crashes { get; set; }
    public int Takeovers { get; set; }
    public int Compactions { get; set; }
    public int Branches { get; set; }
    public int Collections { get; set; }
    public long Comparisons { get; set; }
}

/// <summary>
/// Page servers over one object store: they crash at any call, are started twice, lose their disks; the store fails before and after taking effect; WAL is trimmed as soon as they say that
/// it may be. Branches and leases come and go near the history's start. Every page that is read must equal naive replay of the log, and every index must name only objects that
/// exist as they were written.
/// </summary>
internal sealed class PageServerSimulation
{
    private static readonly ProjectId Project = new(0x77);

    private static readonly PageServerOptions Options = PageServerNode.SmallOptions with
    {
        HistoryWindow = TimeSpan.FromMilliseconds(300),
        FreezeBytes = 8_000,
        LayerFileBytes = 8_000,
        LocalCacheBytesMax = 60_000,
        PageCacheBytesMax = 16 * 8192,
    };

    private readonly MemoryObjectStore _memory = new();
    private readonly FaultyObjectStore _faulty;
    private readonly UploaderFaults _faults;
    private readonly bool _staleLastWritten;
    private readonly Dictionary<TimelineId, ModelTimeline> _models = [];
    private readonly Dictionary<TimelineId, Lsn> _trimmed = [];
    private readonly Dictionary<TimelineId, List<Lsn>> _leases = [];
    private readonly List<Server> _servers = [];
    private readonly WorldScheduler _scheduler;
    private (ModelTimeline Model, ModelTimeline Ancestor, Lsn At)? _pendingBranch;
    private TimelineId? _pendingDelete;
    private ulong _nextTimeline = 1;
    private ulong _newestGeneration;
    private int _failOneIn = 15;

    private sealed class Server(MemoryFileSystem files, CrashingObjectStore store)
    {
        public MemoryFileSystem Files { get; set; } = files;
        public CrashingObjectStore Store { get; } = store;
        public PageServerNode? Node { get; set; }
    }

    public PageServerSimulation(ulong seed, UploaderFaults faults = UploaderFaults.None, bool staleLastWritten = false)
    {
        World = new SimulatedWorld(seed);
        _faults = faults;
        _staleLastWritten = staleLastWritten;
        _scheduler = new WorldScheduler(World);
        _faulty = new FaultyObjectStore(_memory, Plan);
    }

    public SimulatedWorld World { get; }

    public PageServerStatistics Statistics { get; } = new();

    // The newest attachment is the one that counts; an older one may still run.
    private Server? Newest => _servers.FirstOrDefault(server => server.Node?.Project.Attachment.Generation == _newestGeneration);

    private long Now => (World.Time.GetUtcNow() - new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)).Ticks / 10;

    public void Run()
    {
        ProjectAttachment.CreateProject(_memory, new ObjectNames(Options.ObjectPrefix).Attachment(Project), "simulation", World.Random);
        StartServer();
        Every(2, 12, "write", Write);
        Every(1, 10, "ingest", Ingest);
        Every(2, 15, "flush", () => OnSome(FlushOne));
        Every(2, 20, "upload", () => OnSome(static (server, timeline) => server.Node!.Uploader.Upload(timeline)));
        Every(5, 40, "compact", () => OnSome(CompactOne));
        Every(10, 60, "history", () => OnSome(AdvanceHistory));
        Every(5, 40, "evict", () => OnSome(static (server, _) => server.Node!.Context.Layers.Evict()));
        Every(3, 15, "read", Read);
        Every(3, 20, "read newest", ReadNewest);
        Every(40, 160, "branch", Branch);
        Every(200, 600, "delete", DeleteBranch);
        Every(30, 150, "lease", Lease);
        Every(80, 300, "crash", () => Pick()?.Store.CrashWithin(1 + World.Random.Next(12)));
        Every(150, 500, "takeover", StartServer);
        Every(40, 120, "check indexes", CheckIndexes);
        World.RunUntil(TimeSpan.FromSeconds(2));
        Finish();
    }

    private void Every(int minMilliseconds, int maxMilliseconds, string what, Action action) =>
        World.After(World.Between(TimeSpan.FromMilliseconds(minMilliseconds), TimeSpan.FromMilliseconds(maxMilliseconds)), what, () =>
        {
            action();
            Every(minMilliseconds, maxMilliseconds, what, action);
        });

    private Server? Pick() => _servers.Count == 0 ? null : _servers[World.Random.Next(_servers.Count)];

    private ModelTimeline PickModel() => _models.Values.ElementAt(World.Random.Next(_models.Count));

    /// <summary>Runs a step on any server that knows some timeline. Failures of the store are part of life; a crash ends the server.</summary>
    private void OnSome(Action<Server, Timeline> step)
    {
        if (Pick() is not { Node: { } node } server || _models.Count == 0 || node.Project.Find(PickModel().Id) is not { } timeline)
            return;
        OnServer(server, () => step(server, timeline));
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
        catch (PageServerException error) when (error.Code is PageErrorCode.Fenced or PageErrorCode.Unavailable)
        {
            World.Trace(error.Message);
        }
        catch (PageServerException error) when (error.Code == PageErrorCode.Corrupt && (server != Newest || IsOvertaken(server)))
        {
            // A newer server has deleted what this one still knows, perhaps while it was still loading.
            World.Trace(error.Message);
        }
        finally
        {
            Trim();
        }
        return false;
    }

    private bool IsOvertaken(Server server)
    {
        string key = new ObjectNames(Options.ObjectPrefix).Attachment(Project);
        return RemoteJson.DecodeAttach(_memory.Snapshot()[key], key).Generation != server.Node?.Project.Attachment.Generation;
    }

    private void Crash(Server server)
    {
        Statistics.Crashes++;
        World.Trace("crash");
        server.Node = null;
        _servers.Remove(server);
        MemoryFileSystem files = World.OneIn(3) ? new MemoryFileSystem() : server.Files.CrashClone(World.Random);
        World.After(World.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(30)), "restart", () => StartServer(files));
    }

    private void StartServer() => StartServer(new MemoryFileSystem());

    private void StartServer(MemoryFileSystem files)
    {
        if (_servers.Count >= 3)
            return;
        if (_servers.Count > 0)
            Statistics.Takeovers++;
        var server = new Server(files, new CrashingObjectStore(_faulty, World));
        _servers.Add(server);
        bool up = OnServer(server, () =>
        {
            server.Node = new PageServerNode(Options, files, server.Store, _scheduler, World.Random, Project, _faults);
            _newestGeneration = server.Node.Project.Attachment.Generation;
            World.Trace($"g{_newestGeneration} attached: {string.Join("; ", server.Node.Project.Timelines.Select(static t => $"{t.Id.Value} {t.IngestedLsn} history {t.HistoryStart} kept {string.Join(' ', t.Retained)}"))}");
            if (_models.Count == 0)
            {
                var root = new ModelTimeline(new TimelineId(_nextTimeline));
                server.Node.Project.Create(root.Id, null, Lsn.First, "", null);
                _nextTimeline++;
                Add(root);
            }
        });
        if (!up && _servers.Remove(server))
            World.After(TimeSpan.FromMilliseconds(5), "start again", () => StartServer(files));
        if (up)
            CheckNothingIsMissing(server.Node!);
        // An old one is noticed and stopped some time later.
        if (up && _servers.Count > 1 && _servers[0] != server)
        {
            Server old = _servers[0];
            World.After(World.Between(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(120)), "stop the old one", () => _servers.Remove(old));
        }
    }

    private void Add(ModelTimeline model)
    {
        _models.Add(model.Id, model);
        _trimmed.Add(model.Id, model.Start);
        _leases.Add(model.Id, []);
    }

    /// <summary>Safekeepers believe what a page server says, from whichever it comes.</summary>
    private void Trim()
    {
        foreach (Server server in _servers)
        {
            foreach (ModelTimeline model in _models.Values)
            {
                if (server.Node?.Project.Find(model.Id) is { } timeline)
                    _trimmed[model.Id] = Lsn.MaxOf(_trimmed[model.Id], timeline.RemoteConsistentLsn);
            }
        }
    }

    private void CheckNothingIsMissing(PageServerNode node)
    {
        foreach (ModelTimeline model in _models.Values)
        {
            Timeline? timeline = node.Project.Find(model.Id);
            World.Require(timeline is not null || _pendingDelete == model.Id, $"timeline {model.Id} is gone");
            World.Require(
                timeline is null || timeline.IngestedLsn >= _trimmed[model.Id],
                $"timeline {model.Id} starts at {timeline?.IngestedLsn}, but WAL below {_trimmed[model.Id]} was trimmed");
        }
    }

    private void Write()
    {
        if (_models.Count > 0)
            PickModel().Append(World.Random, 1 + World.Random.Next(12), Now);
    }

    private void Ingest()
    {
        foreach (Server server in _servers.ToArray())
        {
            foreach (ModelTimeline model in _models.Values.ToArray())
            {
                // What was trimmed is not to be had; only a server that was overtaken asks for it.
                if (server.Node?.Project.Find(model.Id) is not null && server.Node.NextByte(model) >= _trimmed[model.Id] && World.OneIn(2))
                    OnServer(server, () => server.Node.Ingest(model, World.Random.Next(4000)));
            }
        }
    }

    private void FlushOne(Server server, Timeline timeline)
    {
        if (World.OneIn(4) && !timeline.OpenLayer.IsEmpty)
            timeline.Freeze();
        server.Node!.Flusher.FlushOldest(timeline);
    }

    private void CompactOne(Server server, Timeline timeline)
    {
        if (!server.Node!.Compactor.CompactOnce(timeline))
            return;
        Statistics.Compactions++;
        World.Trace($"g{server.Node.Project.Attachment.Generation} compacted {timeline.Id}: {string.Join(' ', timeline.Map.Runs.Select(static run => $"L{run.Level}:{run.FirstLsn}-{run.LastLsn}"))}");
    }

    private void AdvanceHistory(Server server, Timeline timeline)
    {
        Lsn before = timeline.HistoryStart;
        server.Node!.History.Advance(timeline);
        if (timeline.HistoryStart == before)
            return;
        Statistics.Collections++;
        World.Trace($"g{server.Node.Project.Attachment.Generation} history of {timeline.Id} from {timeline.HistoryStart}, kept {string.Join(' ', timeline.Retained)}");
    }

    private void Read()
    {
        if (_models.Count == 0 || Newest is not { Node: { } node } server || node.Project.Find(PickModel().Id) is not { } timeline)
            return;
        ModelTimeline model = _models[timeline.Id];
        Lsn low = timeline.HistoryStart;
        for (Timeline child = timeline; child.Ancestor is { } parent; child = parent)
            low = Lsn.MaxOf(low, parent.HistoryStart > child.AncestorLsn ? child.AncestorLsn : parent.HistoryStart);
        if (low > timeline.IngestedLsn || !timeline.IsInheritanceThere)
            return;
        if (model.Ancestor is not null && World.OneIn(3))
        {
            // Whatever became of the window: a branch point stays readable in the parent.
            Compare(server, model.Ancestor, model.Start);
            return;
        }
        Lsn at = World.Random.Next(3) switch
        {
            0 => timeline.IngestedLsn,
            1 when _leases[model.Id].Count > 0 => _leases[model.Id][World.Random.Next(_leases[model.Id].Count)],
            _ => low + World.Random.NextUInt64() % (timeline.IngestedLsn - low + 1),
        };
        if (at <= timeline.IngestedLsn)
            Compare(server, model, at);
    }

    /// <summary>As a compute does: "the newest, but not before what I last wrote".</summary>
    private void ReadNewest()
    {
        if (_models.Count == 0 || Newest is not { Node: { } node } server || node.Project.Find(PickModel().Id) is not { } timeline || !timeline.IsInheritanceThere)
            return;
        ModelTimeline model = _models[timeline.Id];
        Lsn notBefore = _staleLastWritten ? Lsn.Zero : model.End;
        if (timeline.IngestedLsn < notBefore)
            OnServer(server, () => node.Ingest(model, int.MaxValue));
        if (timeline.IngestedLsn < notBefore)
            return;
        for (int i = 0; i < 8 && model.Keys.Count > 0; i++)
            CompareOne(server, model, model.Keys[World.Random.Next(model.Keys.Count)], timeline.IngestedLsn, model.End);
    }

    private void Compare(Server server, ModelTimeline model, Lsn at)
    {
        for (ModelTimeline? current = model; current is not null; current = current.Ancestor)
        {
            for (int i = 0; i < 6 && current.Keys.Count > 0; i++)
                CompareOne(server, model, current.Keys[World.Random.Next(current.Keys.Count)], at, at);
        }
    }

    private void CompareOne(Server server, ModelTimeline model, PageKey key, Lsn at, Lsn expectedAt)
    {
        // A deletion that was asked for may be under way on any server.
        if (server.Node is not { } node || _pendingDelete == model.Id)
            return;
        string? wrong = null;
        try
        {
            OnServer(server, () => wrong = node.Compare(model, key, at, expectedAt));
        }
        catch (PageServerException error)
        {
            wrong = $"{error.Code}: {error.Message}";
        }
        Statistics.Comparisons++;
        if (wrong is not null)
            World.Violated($"timeline {model.Id}: {wrong}");
    }

    private void Branch()
    {
        if (Newest is not { Node: { } node } server || _models.Count == 0)
            return;
        if (_pendingBranch is null)
        {
            if (_models.Count > 5 || node.Project.Find(PickModel().Id) is not { } ancestor || ancestor.IngestedLsn < _trimmed[ancestor.Id])
                return;
            // As often as not around the history's start, where it hurts.
            ulong span = ancestor.IngestedLsn - Lsn.Min(ancestor.HistoryStart, ancestor.IngestedLsn);
            Lsn at = World.OneIn(2) ? ancestor.HistoryStart + World.Random.NextUInt64() % 600 : new Lsn(ancestor.IngestedLsn.Value - (span == 0 ? 0 : World.Random.NextUInt64() % span));
            ModelTimeline parent = _models[ancestor.Id];
            at = parent.Commits.LastOrDefault(commit => commit.Lsn <= at).Lsn;
            if (at < parent.Start || at > ancestor.IngestedLsn)
                return;
            _pendingBranch = (new ModelTimeline(new TimelineId(_nextTimeline++), parent, at), parent, at);
        }
        (ModelTimeline model, ModelTimeline of, Lsn point) = _pendingBranch.Value;
        if (node.Project.Find(of.Id) is not { } known || !_models.ContainsKey(of.Id))
        {
            _pendingBranch = null;
            return;
        }
        try
        {
            if (!OnServer(server, () => node.Branch(model.Id, known, point)))
                return;
            Statistics.Branches++;
            World.Trace($"branch {model.Id} of {of.Id} at {point}, history from {known.HistoryStart}");
            Add(model);
            _pendingBranch = null;
        }
        catch (PageServerException error) when (error.Code is PageErrorCode.BelowHistory or PageErrorCode.Conflict)
        {
            // The history's start passed by, or the parent is going, or a restart found it passed by and removed the branch: a clear refusal. Nobody was promised anything.
            _pendingBranch = null;
        }
    }

    private void DeleteBranch()
    {
        if (Newest is not { Node: { } node } server || _models.Count == 0)
            return;
        _pendingDelete ??= _models.Values
            .Where(model => model.Ancestor is not null && _pendingBranch?.Ancestor != model && !_models.Values.Any(other => other.Ancestor == model))
            .Select(static model => (TimelineId?)model.Id)
            .FirstOrDefault();
        if (_pendingDelete is not { } id)
            return;
        try
        {
            if (!OnServer(server, () => node.Project.Delete(id)))
                return;
        }
        catch (PageServerException error) when (error.Code == PageErrorCode.NotFound)
        {
            World.Violated($"timeline {id} disappeared without a tombstone");
        }
        catch (PageServerException error) when (error.Code == PageErrorCode.Conflict)
        {
            // A branch came first.
            _pendingDelete = null;
            return;
        }
        _models.Remove(id);
        _pendingDelete = null;
    }

    private void Lease()
    {
        if (_models.Count == 0 || Newest is not { Node: { } node } server || node.Project.Find(PickModel().Id) is not { } timeline)
            return;
        ModelTimeline model = _models[timeline.Id];
        Lsn at = model.Commits.FirstOrDefault(commit => commit.Lsn >= timeline.HistoryStart).Lsn;
        if (at.IsZero || at > timeline.IngestedLsn)
            return;
        try
        {
            if (OnServer(server, () => node.History.Lease(timeline, "simulation", at, TimeSpan.FromHours(1))))
            {
                _leases[model.Id].Add(at);
                World.Trace($"lease on {model.Id} at {at}");
            }
        }
        catch (PageServerException error) when (error.Code == PageErrorCode.BelowHistory)
        {
            World.Trace("lease came too late");
        }
    }

    /// <summary>Whatever index a future attachment would load names only objects that exist, unharmed.</summary>
    private void CheckIndexes()
    {
        IReadOnlyDictionary<string, byte[]> objects = _memory.Snapshot();
        var names = new ObjectNames(Options.ObjectPrefix);
        foreach (ModelTimeline model in _models.Values)
        {
            if (objects.ContainsKey(names.Deleted(Project, model.Id)))
                continue;
            string? newest = objects.Keys.Where(key => key.StartsWith(names.Indexes(Project, model.Id), StringComparison.Ordinal)).Max(StringComparer.Ordinal);
            if (newest is null)
                continue;
            foreach (Strata.PageServer.Layers.LayerDescriptor layer in RemoteJson.DecodeIndex(objects[newest], newest).Layers)
            {
                bool exists = objects.TryGetValue(names.Layer(Project, model.Id, layer.Name), out byte[]? bytes);
                World.Require(exists, $"{newest} names {layer.Name}, which does not exist");
                World.Require(Crc32C.Compute(bytes) == layer.Checksum, $"{layer.Name} is not what {newest} says");
            }
        }
    }

    /// <summary>All faults end; a server that has nothing but the object store and the WAL that was not trimmed must have everything.</summary>
    private void Finish()
    {
        _failOneIn = 0;
        _servers.Clear();
        CheckIndexes();
        var server = new Server(new MemoryFileSystem(), new CrashingObjectStore(_memory, World));
        server.Node = new PageServerNode(Options, server.Files, server.Store, _scheduler, World.Random, Project, _faults);
        _servers.Add(server);
        CheckNothingIsMissing(server.Node);
        // Parents come before their branches.
        ModelTimeline[] models = [.. _models.Values.Where(model => server.Node.Project.Find(model.Id) is not null).OrderBy(static model => model.Id)];
        foreach (ModelTimeline model in models)
            server.Node.Settle(model);
        foreach (ModelTimeline model in models)
        {
            foreach (Lsn at in _leases[model.Id].Append(model.End))
                Compare(server, model, at);
            if (model.Ancestor is not null)
                Compare(server, model.Ancestor, model.Start);
        }
    }

    private ObjectFault Plan(string call, string key)
    {
        if (_failOneIn == 0 || !World.OneIn(_failOneIn))
            return ObjectFault.None;
        return World.OneIn(2) ? ObjectFault.FailBefore : ObjectFault.FailAfter;
    }
}
