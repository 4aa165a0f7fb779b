using Strata.Platform;
using Strata.Simulation.World;

namespace Strata.Simulation.PageServer;

/// <summary>The world's clock for code that takes a scheduler; threads do not exist there, and nobody sleeps.</summary>
internal sealed class WorldScheduler(SimulatedWorld world) : IScheduler
{
    public TimeProvider Time => world.Time;

    public IWorker StartThread(string name, Action<CancellationToken> body, int stackSizeBytes = 0) =>
        throw new InvalidOperationException("the simulation runs everything itself");

    public bool Sleep(TimeSpan delay, CancellationToken cancellation) => throw new InvalidOperationException("the simulation runs everything itself");
}
