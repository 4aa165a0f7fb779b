using Strata.PageServer.Layers;
using Strata.PageServer.Pages;
using Strata.PageServer.Remote;
using Strata.Platform;

namespace Strata.PageServer;

/// <summary>What all projects of one page server share. Thread-safe.</summary>
internal sealed class PageServerContext
{
    private long _layerNumber;

    public PageServerContext(
        PageServerOptions options, IFileSystem files, IObjectStore objects, INetwork network, IScheduler scheduler, IRandom random, Log log)
    {
        Options = options;
        Files = files;
        Objects = objects;
        Network = network;
        Scheduler = scheduler;
        Random = random;
        Log = log;
        Names = new ObjectNames(options.ObjectPrefix);
        Layers = new LayerCache(files, objects, options.LocalCacheBytesMax, new BlockCache(options.BlockCacheBytesMax), scheduler.Time, log);
        Pages = new PageCache(options.PageCacheBytesMax);
        LayerMemory = new LayerMemory(options.FreezeBytes / 2);
    }

    public PageServerOptions Options { get; }
    public IFileSystem Files { get; }
    public IObjectStore Objects { get; }
    public INetwork Network { get; }
    public IScheduler Scheduler { get; }
    public TimeProvider Time => Scheduler.Time;
    public IRandom Random { get; }
    public Log Log { get; }
    public ObjectNames Names { get; }
    public LayerCache Layers { get; }
    public PageCache Pages { get; }
    public LayerMemory LayerMemory { get; }
    public PageServerMetrics Metrics { get; } = new();

    /// <summary>With the attach generation, this makes a layer's name unique.</summary>
    public long NextLayerNumber() => Interlocked.Increment(ref _layerNumber);

    /// <summary>Now, in the log's unit: microseconds since 2000-01-01 UTC.</summary>
    public long NowMicroseconds() => (Time.GetUtcNow() - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
}
