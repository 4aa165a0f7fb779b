using System.Runtime.InteropServices;
using Strata.Host.Roles;
using Strata.Platform;

namespace Strata.Host;

/// <summary>What every process of Strata has: the platform's real doors, a log on standard error, and a token that Ctrl-C and SIGTERM cancel.</summary>
public sealed class HostProcess : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;

    public HostProcess(string component)
    {
        Log = new Log(Console.Error, TimeProvider.System, component);
        Scheduler = new ThreadScheduler(OnFatal);
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        ];
    }

    public Log Log { get; }

    public ThreadScheduler Scheduler { get; }

    public SystemRandom Random { get; } = new();

    public MetricsText Metrics { get; } = new();

    /// <summary>Cancelled when the process is asked to stop.</summary>
    public CancellationToken Stopping => _stop.Token;

    public RoleContext Context(IObjectStore objects, INetwork network) => new(objects, network, Scheduler, Random, Log, Metrics, OnFatal);

    /// <summary>Blocks until the process is asked to stop.</summary>
    public void WaitForStop() => Stopping.WaitHandle.WaitOne();

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        Metrics.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    /// <summary>A service thread died of what it could not handle: going on could lose data, a restart recovers from the log.</summary>
    private void OnFatal(string thread, Exception error)
    {
        Log.Error($"\"{thread}\" failed; the process ends", error);
        Environment.Exit(70);
    }
}
