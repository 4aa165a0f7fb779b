using System.Globalization;
using System.Net.Security;
using Strata.Compute.Endpoints;
using Strata.Compute.Protocol;
using Strata.ControlPlane;
using Strata.Host.Roles;
using Strata.PageServer;
using Strata.Platform;
using Strata.Safekeeper;

namespace Strata.Host.Commands;

/// <summary><c>strata up</c>: every role in one process, the same protocols over pipes in memory.</summary>
public static class UpInProcess
{
    /// <summary>Runs until asked to stop; returns the exit code.</summary>
    public static async Task<int> RunAsync(UpOptions options)
    {
        using HostProcess process = new("strata");
        using DataDirectory directory = DataDirectory.Open(options.DataDirectory);
        IObjectStore objects = await ObjectStores.OpenAsync(options.ObjectStore ?? directory.Under("objects"), process.Stopping);
        RoleContext context = process.Context(objects, new MemoryNetwork(TimeProvider.System));
        RoleFactory roles = new(context, RoleAddresses.InMemory(options.Safekeepers));
        List<SafekeeperService> safekeepers = [];
        PageServerService? pageServer = null;
        ComputeRole? compute = null;
        ControlPlaneService? controlPlane = null;
        try
        {
            string[] logs = [.. Enumerable.Range(1, options.Safekeepers).Select(id => directory.Under(string.Create(CultureInfo.InvariantCulture, $"safekeeper-{id}")))];
            bool onOneDisk = AreOnOneDisk(logs);
            foreach (string log in logs)
                safekeepers.Add(roles.StartSafekeeper((uint)safekeepers.Count + 1, log, letsSendersServe: onOneDisk));
            pageServer = roles.StartPageServer(directory.Under("pageserver"), options.HistoryWindow, options.UploadBacklogBytes);
            PgServerOptions pg = options.Pg with { Host = options.Host, Port = options.PgPort, Tls = Tls(options, directory) };
            compute = roles.StartCompute(pg, options.Memory, options.Pool, options.CheckEvictions,
                directory.Under("compute"), serverFiles: true);
            controlPlane = await roles.StartControlPlaneAsync(options.Host, options.ApiPort, options.Host, compute.PgPort, process.Stopping);
            string password = directory.Password();
            await controlPlane.EnsureDefaultProjectAsync(ScramVerifier.Create(password, process.Random), process.Stopping);
            compute.Endpoints.Open(default, process.Stopping);
            ReadyLine.Print(password, options.Host, compute.PgPort, controlPlane.Url);
            _ = ApiClient.WarmUpAsync(controlPlane.Url, process.Log);
            process.WaitForStop();
            return 0;
        }
        catch (IOException error)
        {
            throw new HostException(error.Message, error);
        }
        finally
        {
            if (controlPlane is not null)
                await controlPlane.DisposeAsync();
            compute?.Dispose();
            pageServer?.Dispose();
            foreach (SafekeeperService safekeeper in safekeepers)
                safekeeper.Dispose();
        }
    }

    private static bool AreOnOneDisk(string[] directories)
    {
        ulong?[] devices = [.. directories.Select(static directory => new LocalFileSystem(directory).Device).Distinct()];
        return devices is [not null];
    }

    private static SslServerAuthenticationOptions? Tls(UpOptions options, DataDirectory directory) =>
        options.TlsCertificate is { } certificate ? TlsCertificates.Load(certificate, options.TlsKey!, options.TlsAuthorities)
        : options.Tls ? TlsCertificates.LoadOrCreate(directory.Under("tls"), options.Host, TimeProvider.System, options.TlsAuthorities)
        : null;
}
