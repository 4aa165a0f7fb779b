using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Connections;
using Strata.Safekeeper.Consensus;
using Strata.Safekeeper.Storage;
using Strata.Safekeeper.Timelines;
using Strata.Safekeeper.Uploads;

namespace Strata.Safekeeper;

/// <summary>
/// A safekeeper: keeps the logs of many timelines as one member of their quorums. <see cref="Start"/> opens its directory, begins to listen and returns; <see cref="Dispose"/> stops it in order.
/// Threads: one that accepts, one per connection, one more per streaming reader, one for maintenance (upload, removal, spare segments).
/// </summary>
public sealed class SafekeeperService : IDisposable
{
    private readonly SafekeeperOptions _options;
    private readonly IFileSystem _files;
    private readonly IObjectStore _store;
    private readonly INetwork _network;
    private readonly IScheduler _scheduler;
    private readonly IRandom _random;
    private readonly Log _log;
    private readonly GroupSync _groupSync = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ConnectionHandler, IWorker> _connections = [];
    private readonly Dictionary<TimelineKey, (SegmentUploader Uploader, SegmentArchive Archive, SafekeeperTimeline Timeline)> _uploaders = [];
    private readonly HashSet<TimelineKey> _uploadsFailing = []; // said once, not at every attempt
    private SafekeeperMetrics? _metrics;
    private SegmentPool? _pool;
    private bool _spareFails;
    private TimelineMap? _timelines;
    private SegmentReader? _reader;
    private IFrameListener? _listener;
    private IWorker? _acceptWorker;
    private IWorker? _maintenanceWorker;
    private bool _stopping;

    /// <param name="options">Settings.</param>
    /// <param name="files">The safekeeper's own directory.</param>
    /// <param name="store">Where sealed segments and the registration go; shared by all services of the installation.</param>
    /// <param name="network">TCP, or pipes in memory.</param>
    /// <param name="scheduler">Threads and clock.</param>
    /// <param name="random">Nonces and directory ids.</param>
    /// <param name="log">Where events go.</param>
    public SafekeeperService(
        SafekeeperOptions options, IFileSystem files, IObjectStore store, INetwork network, IScheduler scheduler, IRandom random, Log log)
    {
        _options = options;
        _files = files;
        _store = store;
        _network = network;
        _scheduler = scheduler;
        _random = random;
        _log = log;
    }

    /// <summary>Who this is; known after <see cref="Start"/>.</summary>
    public SafekeeperMember Member { get; private set; }

    /// <summary>The address that it listens on, with the real port; known after <see cref="Start"/>.</summary>
    public string Address => _listener?.Address ?? _options.ListenAddress;

    internal AcceptorFaults Faults { get; init; }

    /// <summary>
    /// Opens the directory and begins to listen. Throws <see cref="SafekeeperStorageException"/> when the directory is another's or damaged, <see cref="IOException"/> when the address
    /// is in use, and <see cref="ObjectStoreException"/> when a new directory can't be registered.
    /// </summary>
    public void Start()
    {
        Member = SafekeeperIdentity.Read(_files, _options.Id) ?? RegisterNewLife();
        _pool = new SegmentPool(_files, _options.SegmentBytes);
        _timelines = new TimelineMap(Member, _files, _pool, Sync, _log) { Faults = Faults };
        _timelines.OpenAll();
        _reader = new SegmentReader(_store, _random, _options.SegmentBytes, _log);
        _metrics = new SafekeeperMetrics(
            _options.Id, () => ConnectionCount, () => _timelines.All().Length, () => _timelines.All().Sum(timeline => timeline.DiskBytes));
        _listener = _network.Listen(_options.ListenAddress);
        _acceptWorker = _scheduler.StartThread($"safekeeper-{_options.Id}/accept", AcceptLoop);
        _maintenanceWorker = _scheduler.StartThread($"safekeeper-{_options.Id}/maintenance", MaintenanceLoop);
        _log.Info($"safekeeper {Member.Id} (life {Member.Incarnation}) listens on {_listener.Address}, {_timelines.All().Length} timelines");
    }

    /// <summary>Stops: no more connections, positions saved, files closed.</summary>
    public void Dispose()
    {
        ConnectionHandler[] handlers;
        IWorker[] workers;
        lock (_lock)
        {
            if (_stopping)
                return;
            _stopping = true;
            handlers = [.. _connections.Keys];
            workers = [.. _connections.Values];
        }
        _acceptWorker?.RequestStop();
        _listener?.Dispose();
        foreach (ConnectionHandler handler in handlers)
            handler.Close();
        _acceptWorker?.Dispose();
        _maintenanceWorker?.Dispose();
        if (_timelines is not null)
        {
            SavePositions();
            _timelines.Dispose();
        }
        foreach (IWorker worker in workers)
            worker.Dispose();
        _metrics?.Dispose();
    }

    private long ConnectionCount
    {
        get
        {
            lock (_lock)
                return _connections.Count;
        }
    }

    /// <summary>A directory without an identity: whatever it holds was promised by an earlier life, so it may not vote with it.</summary>
    private SafekeeperMember RegisterNewLife()
    {
        foreach (string project in _files.List("timelines"))
        {
            foreach (string timeline in _files.List($"timelines/{project}"))
            {
                var control = new ControlFile(_files.Under($"timelines/{project}/{timeline}"));
                if (control.Load() is { MayVote: true } state)
                    control.Save(state with { MayVote = false });
            }
        }
        SafekeeperMember member = SafekeeperIdentity.Register(_files, _store, _random, _options.Id);
        if (member.Incarnation > 1)
            _log.Warn($"the directory of safekeeper {member.Id} is new (life {member.Incarnation}): its timelines may not vote before they caught up");
        return member;
    }

    private void Sync(WalLog log)
    {
        if (_metrics is not { SyncsAreTimed: true })
        {
            _groupSync.Sync(log);
            _metrics?.Synced(TimeSpan.Zero);
            return;
        }
        long start = _scheduler.Time.GetTimestamp();
        _groupSync.Sync(log);
        _metrics.Synced(_scheduler.Time.GetElapsedTime(start));
    }

    private void AcceptLoop(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && _listener!.Accept(cancellation) is { } connection)
        {
            lock (_lock)
            {
                if (_stopping || _connections.Count >= _options.MaxConnections)
                {
                    if (!_stopping)
                        _log.Warn($"connection from {connection.RemoteAddress} closed: {_connections.Count} connections are open, the limit is {_options.MaxConnections}");
                    _metrics!.Refused();
                    connection.Dispose();
                    continue;
                }
                var handler = new ConnectionHandler(connection, Member, _timelines!, _reader!, _scheduler, _metrics!, _log, _options.LetsSendersServe);
                _connections[handler] = _scheduler.StartThread($"safekeeper-{_options.Id}/connection", _ => RunConnection(handler));
            }
        }
    }

    private void RunConnection(ConnectionHandler handler)
    {
        try
        {
            handler.Run();
        }
        catch (TimeoutException)
        {
            _log.Warn("a connection was closed: no greeting came");
            handler.Close();
        }
        finally
        {
            lock (_lock)
                _connections.Remove(handler);
        }
    }

    private void MaintenanceLoop(CancellationToken cancellation)
    {
        do
        {
            PrepareSegments();
            foreach (SafekeeperTimeline timeline in _timelines!.All())
            {
                if (!cancellation.IsCancellationRequested)
                    Maintain(timeline);
            }
        }
        while (_scheduler.Sleep(_options.MaintenanceInterval, cancellation));
    }

    private void PrepareSegments()
    {
        try
        {
            // With no timeline there is nothing to write: an idle installation needs no spare.
            if (_timelines!.All().Length > 0)
                _pool!.Prepare();
            if (_spareFails)
                _log.Info("spare segments can be made again");
            _spareFails = false;
        }
        catch (IOException error)
        {
            // Said once: the disk is most likely full, and a log of it would not help.
            if (!_spareFails)
                _log.Warn($"no spare segment can be made: {error.Message}");
            _spareFails = true;
        }
    }

    private void Maintain(SafekeeperTimeline timeline)
    {
        var key = new TimelineKey(timeline.Project, timeline.Timeline);
        try
        {
            (SegmentUploader uploader, SegmentArchive archive, _) = UploaderOf(key, timeline);
            AcceptorState before = timeline.State;
            long put = uploader.BytesPut;
            Lsn uploaded = before.UploadedLsn;
            try
            {
                uploaded = uploader.Advance(segmentsMax: 4);
                if (_uploadsFailing.Remove(key))
                    _log.Info($"timeline {key}: WAL is uploaded again");
            }
            catch (ObjectStoreException error)
            {
                if (_uploadsFailing.Add(key))
                    _log.Warn($"timeline {key}: WAL could not be uploaded and stays here: {error.Message}");
            }
            _metrics!.Uploaded(uploader.BytesPut - put);
            // Writing positions costs two syncs, so only when a segment's worth of WAL went by or there is something to remove.
            bool worthwhile = uploaded > before.UploadedLsn ||
                timeline.CommitLsn.Value / (ulong)_options.SegmentBytes > before.CommitLsn.Value / (ulong)_options.SegmentBytes ||
                timeline.RemoteConsistentLsn.Value / (ulong)_options.SegmentBytes > before.RemoteConsistentLsn.Value / (ulong)_options.SegmentBytes;
            if (!worthwhile)
                return;
            _metrics.Removed(timeline.SavePositions(uploaded));
            ulong retained = (ulong)_options.UploadedWalRetentionBytes;
            Lsn consistent = timeline.State.RemoteConsistentLsn;
            if (consistent.Value > retained && _options.Id == LowestMember(timeline.State))
                archive.RemoveBelow(new Lsn(consistent.Value - retained), limit: 16);
        }
        catch (Exception error) when (error is IOException or SafekeeperStorageException or ObjectStoreException)
        {
            _log.Warn($"timeline {key}: maintenance failed: {error.Message}");
        }
        catch (ObjectDisposedException)
        {
            _uploaders.Remove(key); // deleted in the meantime
        }
    }

    private static uint LowestMember(AcceptorState state)
    {
        uint lowest = uint.MaxValue;
        foreach (SafekeeperMember member in state.Members)
            lowest = Math.Min(lowest, member.Id);
        return lowest;
    }

    private (SegmentUploader Uploader, SegmentArchive Archive, SafekeeperTimeline Timeline) UploaderOf(TimelineKey key, SafekeeperTimeline timeline)
    {
        if (!_uploaders.TryGetValue(key, out var found) || found.Timeline != timeline)
        {
            var archive = new SegmentArchive(_store, _random, key.Project, key.Timeline, _options.SegmentBytes);
            found = (new SegmentUploader(timeline, archive, _options, _options.Id, _scheduler.Time), archive, timeline);
            _uploaders[key] = found;
        }
        return found;
    }

    private void SavePositions()
    {
        foreach (SafekeeperTimeline timeline in _timelines!.All())
        {
            try
            {
                timeline.SavePositions(Lsn.Zero);
            }
            catch (Exception error) when (error is IOException or SafekeeperStorageException or ObjectDisposedException)
            {
                _log.Warn($"timeline {timeline.Timeline}: positions could not be saved: {error.Message}");
            }
        }
    }
}
