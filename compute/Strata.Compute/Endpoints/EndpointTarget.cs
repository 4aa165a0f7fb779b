using Strata.Engine.Sessions.Pooling;
using Strata.Format;
using Strata.Format.Control;

namespace Strata.Compute.Endpoints;

/// <summary>What it takes to open an endpoint's compute.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Project">Its project.</param>
/// <param name="Timeline">The timeline of its branch.</param>
/// <param name="BootstrapVerifier">Password of role postgres for a timeline that is still empty.</param>
/// <param name="Settings">What its owner has set; null for nothing.</param>
public sealed record EndpointTarget(string EndpointId, ProjectId Project, TimelineId Timeline, string BootstrapVerifier, EndpointSettings? Settings)
{
    /// <summary>The pooler's options where <paramref name="defaults"/> are the host's.</summary>
    public PoolOptions Pool(PoolOptions defaults) => Settings is not { } settings ? defaults : defaults with
    {
        Mode = settings.PoolMode is { } mode ? Enum.Parse<PoolMode>(mode, ignoreCase: true) : defaults.Mode,
        PoolSize = settings.PoolSize ?? defaults.PoolSize,
        UserSessionsMax = settings.PoolUserSessionsMax ?? defaults.UserSessionsMax,
        DatabaseSessionsMax = settings.PoolDatabaseSessionsMax ?? defaults.DatabaseSessionsMax,
        ClientsMax = settings.PoolClientsMax ?? defaults.ClientsMax,
        WaitTimeout = settings.PoolWaitSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.WaitTimeout,
        ForAll = settings.PoolAll ?? defaults.ForAll,
    };
}
