namespace Strata.Compute.Endpoints;

/// <summary>
/// Where endpoints' computes live: in this process now, behind Orleans grains in a cluster. Finds an endpoint and opens its compute when it sleeps. Thread-safe.
/// </summary>
public interface IEndpointHost
{
    /// <summary>
    /// The open compute of an endpoint; blocks while it wakes. Throws <see cref="Strata.Engine.Types.SqlException"/>: 3D000 or 08004 for an unknown endpoint or branch, 57P03 when it can't
    /// start in time.
    /// </summary>
    OpenEndpoint Open(EndpointAddress address, CancellationToken cancellation);
}
