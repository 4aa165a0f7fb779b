using Strata.Platform;

namespace Strata.Host.Roles;

/// <summary>What every role is built from.</summary>
/// <param name="Objects">The object store.</param>
/// <param name="Network">TCP, or pipes within one process.</param>
/// <param name="Scheduler">Threads and clock.</param>
/// <param name="Random">Randomness.</param>
/// <param name="Log">The process's log.</param>
/// <param name="Metrics">The process's metrics.</param>
/// <param name="Fatal">Ends the process.</param>
public sealed record RoleContext(IObjectStore Objects, INetwork Network, IScheduler Scheduler, IRandom Random, Log Log, MetricsText Metrics,
    Action<string, Exception> Fatal);
