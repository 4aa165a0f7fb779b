using Strata.Compute.Endpoints;
using Strata.Compute.Protocol;

namespace Strata.Host.Roles;

/// <summary>The compute role: the PostgreSQL port, the endpoints behind it and their control address.</summary>
public sealed class ComputeRole(InProcessEndpointHost host, ComputeControlListener control, PgServer server) : IDisposable
{
    /// <summary>The PostgreSQL port.</summary>
    public int PgPort => server.Port;

    public InProcessEndpointHost Endpoints => host;

    /// <summary>Stops accepting, ends the sessions, closes the computes.</summary>
    public void Dispose()
    {
        control.Dispose();
        server.Dispose();
        host.Dispose();
    }
}
