using System.Runtime.InteropServices;
using Strata.Host.Roles;
using Strata.Platform;

namespace Strata.Host;

/// <summary>What every process of Strata has: the platform's real doors, a log on standard error, and a token that Ctrl-C and SIGTERM cancel.</summary>
public sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(8);

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
        // What is acknowledged is durable elsewhere: a close that hangs is worth less than an end.
        _ = Scheduler.StartThread("stop-limit", cancellation =>
        {
            if (Scheduler.Sleep(s_stopTimeout, cancellation))
            {
                Log.Warn($"not closed within {s_stopTimeout.TotalSeconds:F0} s; the process ends");
                Environment.Exit(0);
            }
        });
        _stop.Cancel();
    }

    /// <summary>A service thread died of what it could not handle: going on could lose data, a restart recovers from the log.</summary>
    private void OnFatal(string thread, Exception error)
    {
        Log.Error($"\"{thread}\" failed; the process ends", error);
        Environment.Exit(70);
    }
}
