using Strata.Compute.Pages;
using Strata.Compute.Wal;
using Strata.Engine.Sessions;
using Strata.Engine.Sessions.Pooling;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Platform;

namespace Strata.Compute.Endpoints;

/// <summary>One open compute: its term, its way to the page server, its engine. Disposing it drains and closes it.</summary>
internal sealed class OpenCompute : IDisposable
{
    private readonly PageClient _pages;
    private readonly Action _removeTemporaryFiles;
    private int _disposed;

    private OpenCompute(EndpointTarget target, QuorumWal wal, PageClient pages, EngineInstance engine, Action removeTemporaryFiles)
    {
        _removeTemporaryFiles = removeTemporaryFiles;
        Target = target;
        Wal = wal;
        _pages = pages;
        Engine = engine;
        Access = AccessRules.Parse(target.Settings?.AccessRules);
    }

    public EndpointTarget Target { get; }

    public QuorumWal Wal { get; }

    public EngineInstance Engine { get; }

    /// <summary>Who may connect.</summary>
    public AccessRules Access { get; private set; }

    /// <summary>Takes over changed settings; sessions that are open go on.</summary>
    public void Apply(EndpointTarget target, PoolOptions poolDefaults)
    {
        Access = AccessRules.Parse(target.Settings?.AccessRules);
        Engine.Pool.Change(target.Pool(poolDefaults));
    }

    /// <summary>Asks the page server for a page, any one, at an LSN: it reads the log that far.</summary>
    private static void AskAt(PageClient pages, Lsn lsn, CancellationToken cancellation)
    {
        Span<byte> page = stackalloc byte[PageFormat.PageSizeBytes];
        pages.ReadForComparison(default, lsn, page, cancellation);
    }

    /// <summary>A newer compute has won the term, or the engine has failed: it serves no more.</summary>
    public bool IsFailed => Wal.IsLost || Engine.IsFailed;

    /// <summary>Wins the term and opens the engine. Blocking; <see cref="OperationCanceledException"/> when cancelled.</summary>
    public static OpenCompute Open(
        EndpointTarget target, ComputeOptions options, INetwork network, IScheduler scheduler, IRandom random, Log log, CancellationToken cancellation)
    {
        QuorumWal? wal = null;
        PageClient? pages = null;
        string directory = $"{target.EndpointId}-{random.NextUInt64():x}";
        try
        {
            QuorumWalOptions walOptions = new() { Project = target.Project, Timeline = target.Timeline, Safekeepers = options.Safekeepers };
            wal = QuorumWal.Open(walOptions, network, scheduler, random, log.For("wal " + target.EndpointId), cancellation);
            pages = new PageClient(new PageClientOptions(options.PageServerAddress, target.Project, target.Timeline), network, scheduler, log.For("pages " + target.EndpointId));
            PageClient source = pages;
            wal.ReplayAwaited = (lsn, stop) => AskAt(source, lsn, stop);
            IFileSystem temporary = options.TemporaryFiles.Under(directory);
            Action<Exception> fatal = error => options.Fatal("engine " + target.EndpointId, error);
            EngineInstance engine = EngineInstance.Open(new EngineOptions
            {
                Pages = pages,
                Wal = wal,
                Scheduler = scheduler,
                Random = random,
                BufferPoolBytes = options.Memory.BufferPoolBytes,
                QueryMemoryBytes = options.Memory.QueryBytes,
                Settings = options.Settings,
                BootstrapVerifier = target.BootstrapVerifier,
                Term = wal.Term,
                Pool = target.Pool(options.Pool),
                TemporaryFiles = temporary,
                ServerFiles = options.ServerFiles,
                Warning = log.For("engine " + target.EndpointId).Warn,
                Fatal = fatal,
                EvictionObserver = options.CheckEvictions ? new EvictionChecker(pages, wal, log.For("check " + target.EndpointId), fatal) : null,
            });
            return new OpenCompute(target, wal, pages, engine, () => options.TemporaryFiles.DeleteDirectory(directory));
        }
        catch
        {
            wal?.Dispose();
            pages?.Dispose();
            options.TemporaryFiles.DeleteDirectory(directory);
            throw;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        Engine.Dispose();
        Wal.Dispose();
        _pages.Dispose();
        _removeTemporaryFiles();
    }
}
