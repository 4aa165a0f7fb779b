using Strata.Format;

namespace Strata.Compute.Endpoints;

/// <summary>What it takes to open an endpoint's compute.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Project">Its project.</param>
/// <param name="Timeline">The timeline of its branch.</param>
/// <param name="BootstrapVerifier">Password of role postgres for a timeline that is still empty.</param>
public sealed record EndpointTarget(string EndpointId, ProjectId Project, TimelineId Timeline, string BootstrapVerifier);
