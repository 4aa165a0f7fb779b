using Strata.Platform;

namespace Strata.PageServer;

/// <summary>
/// A page server: takes committed WAL from safekeepers, keeps it as layers in an object store and answers pages at an LSN. Local files are only a cache.
/// </summary>
public sealed class PageServerService(
    PageServerOptions options,
    IFileSystem files,
    IObjectStore objects,
    INetwork network,
    IScheduler scheduler,
    IRandom random) : IDisposable
{
    private IFrameListener? _listener;

    public PageServerOptions Options { get; } = options;
    public IFileSystem Files { get; } = files;
    public IObjectStore Objects { get; } = objects;
    public IScheduler Scheduler { get; } = scheduler;
    public IRandom Random { get; } = random;

    /// <summary>The address that it listens on, with the real port. Valid after <see cref="Start"/>.</summary>
    public string Address => _listener?.Address ?? throw new InvalidOperationException("not started");

    /// <summary>Starts listening and attaching. <see cref="IOException"/> when the address is in use.</summary>
    public void Start() => _listener = network.Listen(Options.ListenAddress);

    /// <summary>Stops: closes connections, ends threads. What is not yet uploaded is ingested again after the next start.</summary>
    public void Dispose() => _listener?.Dispose();
}
