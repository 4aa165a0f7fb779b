using Strata.Platform;

namespace Strata.Simulation.PageServer.Model;

/// <summary>A clock that moves when told, and a scheduler that starts nothing: the scenario itself decides what runs next.</summary>
public sealed class SimulationClock : TimeProvider, IScheduler
{
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TimeProvider Time => this;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public long NowMicroseconds => (_now - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public void Advance(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public IWorker StartThread(string name, Action<CancellationToken> body, int stackSizeBytes = 0) => throw new InvalidOperationException("the scenario runs everything itself");

    public bool Sleep(TimeSpan delay, CancellationToken cancellation)
    {
        Advance(delay);
        return !cancellation.IsCancellationRequested;
    }
}
