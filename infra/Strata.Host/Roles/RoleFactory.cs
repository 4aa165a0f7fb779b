using Strata.Compute.Endpoints;
using Strata.Compute.Protocol;
using Strata.Compute.Wal;
using Strata.ControlPlane;
using Strata.Engine.Sessions.Pooling;
using Strata.PageServer;
using Strata.Platform;
using Strata.Safekeeper;

namespace Strata.Host.Roles;

/// <summary>Builds and starts the roles from their settings: the only place where services and platform meet.</summary>
public sealed class RoleFactory(RoleContext context, RoleAddresses addresses)
{
    /// <param name="id">Its number.</param>
    /// <param name="directory">Where it keeps the log.</param>
    /// <param name="letsSendersServe">See <see cref="SafekeeperOptions.LetsSendersServe"/>.</param>
    public SafekeeperService StartSafekeeper(uint id, string directory, bool letsSendersServe = false)
    {
        SafekeeperOptions options = new() { Id = id, ListenAddress = addresses.Safekeepers[(int)id - 1], LetsSendersServe = letsSendersServe };
        SafekeeperService service = new(options, new LocalFileSystem(directory), context.Objects, context.Network, context.Scheduler,
            context.Random, context.Log.For($"safekeeper-{id}"));
        service.Start();
        return service;
    }

    public PageServerService StartPageServer(string directory, TimeSpan? historyWindow, long? uploadBacklogBytes)
    {
        PageServerOptions options = new() { ListenAddress = addresses.PageServer, SafekeeperAddresses = addresses.Safekeepers };
        if (historyWindow is { } window)
            options = options with { HistoryWindow = window };
        if (uploadBacklogBytes is { } backlog)
            options = options with { PendingUploadBytesMax = backlog, FreezeBytes = Math.Min(options.FreezeBytes, Math.Max(1, backlog / 4)) };
        PageServerService service = new(options, new LocalFileSystem(directory), context.Objects, context.Network, context.Scheduler,
            context.Random, context.Log.For("pageserver"));
        service.Start();
        return service;
    }

    public ComputeRole StartCompute(PgServerOptions pg, EndpointMemory memory, PoolOptions pool, bool checkEvictions, string temporaryDirectory, bool serverFiles)
    {
        LocalFileSystem temporary = new(temporaryDirectory);
        foreach (string left in temporary.List(""))
        {
            temporary.DeleteDirectory(left);
            temporary.Delete(left);
        }

        ComputeOptions options = new()
        {
            ControlAddress = addresses.Compute,
            PageServerAddress = addresses.PageServer,
            Safekeepers = [.. addresses.Safekeepers.Select((address, index) => new SafekeeperAddress((uint)index + 1, address))],
            Memory = memory,
            Pool = pool,
            CheckEvictions = checkEvictions,
            TemporaryFiles = temporary,
            ServerFiles = serverFiles ? new LocalFileSystem("/") : null,
            Fatal = context.Fatal,
        };
        Log log = context.Log.For("compute");
        InProcessEndpointHost host = new(options, context.Objects, context.Network, context.Scheduler, context.Random, log);
        ComputeControlListener control = new(host, options.ControlAddress, context.Network, context.Scheduler, log);
        PgServer server = new(pg, host, context.Scheduler, context.Random, log);
        return new ComputeRole(host, control, server);
    }

    public async Task<ControlPlaneService> StartControlPlaneAsync(string host, int port, string pgHost, int pgPort, CancellationToken cancellation)
    {
        ControlPlaneOptions options = new()
        {
            Host = host,
            Port = port,
            PageServerAddress = addresses.PageServer,
            ComputeAddress = addresses.Compute,
            SafekeeperAddresses = addresses.Safekeepers,
            SafekeeperIds = addresses.SafekeeperIds,
            PgHost = pgHost,
            PgPort = pgPort,
        };
        ControlPlaneService service = new(options, context.Objects, context.Network, context.Scheduler.Time, context.Random,
            context.Log.For("control-plane"), context.Metrics.Render);
        await service.StartAsync(cancellation);
        return service;
    }
}
