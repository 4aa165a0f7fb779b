using Strata.PageServer.Layers;
using Strata.PageServer.Service;
using Strata.PageServer.Timelines;
using Strata.Platform;

namespace Strata.PageServer;

/// <summary>
/// A page server: takes committed WAL from safekeepers, keeps it as layers in an object store and answers pages at an LSN. Local files are only a cache.
/// </summary>
public sealed class PageServerService : IDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly PageServerContext _context;
    private readonly ProjectRegistry _projects;
    private readonly TimelineCommands _commands;
    private readonly MaintenanceLoop _maintenance;
    private readonly List<IWorker> _workers = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<IFrameConnection, IWorker> _connections = [];
    private IFrameListener? _listener;
    private bool _disposed;

    /// <param name="options">Settings.</param>
    /// <param name="files">Directory of the local cache; may be empty or lost at any start.</param>
    /// <param name="objects">Where everything is kept.</param>
    /// <param name="network">To be reached, and to reach the safekeepers.</param>
    /// <param name="scheduler">Threads and clock.</param>
    /// <param name="random">For nonces.</param>
    /// <param name="log">Where it reports.</param>
    public PageServerService(
        PageServerOptions options, IFileSystem files, IObjectStore objects, INetwork network, IScheduler scheduler, IRandom random, Log log)
    {
        _context = new PageServerContext(options, files, objects, network, scheduler, random, log);
        _projects = new ProjectRegistry(_context);
        var uploader = new LayerUploader(_context);
        var times = new CommitTimes(_context.Layers);
        var history = new HistoryKeeper(_context, uploader, times);
        _commands = new TimelineCommands(_context, _projects, history, times);
        _maintenance = new MaintenanceLoop(_context, _projects, new LayerFlusher(_context), uploader, history, new Compactor(_context));
        _context.Metrics.Observe("strata_pageserver_local_bytes", "By", () => _context.Layers.LocalBytes);
        _context.Metrics.Observe("strata_pageserver_timelines", "timelines", () => _projects.Timelines.Length);
        _context.Metrics.Observe("strata_pageserver_debt_bytes", "By", () => _projects.Timelines.Sum(static timeline => timeline.DebtBytes()));
        if (BlockCodec.Preferred != BlockCodecId.Lz4)
            log.Warn("liblz4.so.1 is not installed: new layers are compressed with Brotli, existing LZ4 layers can't be read");
    }

    /// <summary>The address that it listens on, with the real port. Valid after <see cref="Start"/>.</summary>
    public string Address => _listener?.Address ?? throw new InvalidOperationException("not started");

    /// <summary>Starts listening and attaching the projects in the object store. <see cref="IOException"/> when the address is in use.</summary>
    public void Start()
    {
        _listener = _context.Network.Listen(_context.Options.ListenAddress);
        _workers.Add(_context.Scheduler.StartThread("pageserver-accept", Accept));
        _workers.Add(_context.Scheduler.StartThread("pageserver-attach", _projects.AttachAll));
        _workers.Add(_context.Scheduler.StartThread("pageserver-upload", _maintenance.RunUploads));
        _workers.Add(_context.Scheduler.StartThread("pageserver-compact", _maintenance.RunCompaction));
    }

    private void Accept(CancellationToken cancellation)
    {
        while (_listener!.Accept(cancellation) is { } connection)
        {
            lock (_gate)
            {
                if (_disposed || _connections.Count >= _context.Options.ConnectionsMax)
                {
                    _context.Log.Warn($"connection from {connection.RemoteAddress} refused: {_connections.Count} are open");
                    connection.Dispose();
                    continue;
                }
                _connections.Add(connection, _context.Scheduler.StartThread("pageserver-serve", token => Serve(connection, token)));
            }
        }
    }

    private void Serve(IFrameConnection connection, CancellationToken cancellation)
    {
        try
        {
            new PageConnection(_context, _projects, _commands, connection).Run(cancellation);
        }
        finally
        {
            connection.Dispose();
            lock (_gate)
                _connections.Remove(connection);
        }
    }

    /// <summary>Stops: closes connections, ends threads. What is not yet uploaded is ingested again after the next start.</summary>
    public void Dispose()
    {
        IWorker[] serving;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            serving = [.. _connections.Values];
            foreach (IFrameConnection connection in _connections.Keys)
                connection.Dispose();
        }
        _listener?.Dispose();
        foreach (IWorker worker in _workers)
            worker.RequestStop();
        _projects.Dispose();
        foreach (IWorker worker in serving.Concat(_workers))
            worker.Join(StopTimeout);
        _context.Layers.CloseAll();
        _context.Metrics.Dispose();
    }
}
