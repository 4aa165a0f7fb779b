using System.CommandLine;
using System.Net;
using Strata.Compute.Endpoints;
using Strata.Compute.Protocol;
using Strata.ControlPlane;
using Strata.Host.Processes;
using Strata.Host.Roles;
using Strata.Platform;

namespace Strata.Host.Commands;

/// <summary><c>strata safekeeper | pageserver | compute | control-plane</c>: one role in this process, over TCP, for containers and for <c>up --processes</c>. Flags may also come from the environment as STRATA_NAME.</summary>
internal static class RoleCommands
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);

    private static readonly Option<string> s_objectStore = Required("--object-store", "directory, file:// or s3:// URL");
    private static readonly Option<string> s_safekeepers = Required("--safekeepers", "addresses of all safekeepers, in the order of their ids: host:port,host:port,…");
    private static readonly Option<string> s_pageServer = Required("--pageserver", "address of the page server");
    private static readonly Option<string> s_compute = Required("--compute", "control address of the compute process");
    private static readonly Option<int> s_healthPort = new("--health-port") { Description = "port of /healthz and /metrics; 0 takes any, -1 none", DefaultValueFactory = _ => -1 };

    public static IEnumerable<Command> All() => [Safekeeper(), PageServer(), Compute(), ControlPlane()];

    private static Command Safekeeper()
    {
        Option<uint> id = new("--id") { Description = "its number, from 1", Required = true };
        Option<string> data = Required("--data", "its directory");
        return Role("safekeeper", "Runs one safekeeper", [id, data], (parsed, process, factory) =>
        {
            using IDisposable service = factory.StartSafekeeper(parsed.GetValue(id), parsed.GetValue(data)!);
            process.WaitForStop();
            return Task.CompletedTask;
        });
    }

    private static Command PageServer()
    {
        Option<string> data = Required("--data", "directory of the local cache");
        Option<TimeSpan?> history = UpCommand.History();
        Option<int?> backlog = UpCommand.UploadBacklog();
        return Role("pageserver", "Runs the page server", [data, history, backlog], (parsed, process, factory) =>
        {
            using IDisposable service = factory.StartPageServer(parsed.GetValue(data)!, parsed.GetValue(history), (long?)parsed.GetValue(backlog) << 20);
            process.WaitForStop();
            return Task.CompletedTask;
        });
    }

    private static Command Compute()
    {
        Option<string> host = UpCommand.Host();
        Option<int> port = UpCommand.PgPort();
        Option<int?> pool = UpCommand.BufferPool();
        Option<int?> memory = UpCommand.Memory();
        Option<bool> check = UpCommand.CheckEvictions();
        Option<string> data = Required("--data", "directory for temporary files, emptied at every start");
        Option<bool> files = new("--server-files") { Description = "lets superusers and members of pg_read_server_files and pg_write_server_files COPY from and to files of this machine" };
        Option<string?> tlsCertificate = UpCommand.TlsCertificate();
        Option<string?> tlsKey = UpCommand.TlsKey();
        Option<string?> tlsAuthorities = UpCommand.TlsAuthorities();
        PoolerFlags pooler = new();
        Command command = Role("compute", "Runs the PostgreSQL port and the endpoints' computes", [host, port, pool, memory, check, data, files, tlsCertificate, tlsKey, tlsAuthorities, .. pooler.All], (parsed, process, factory) =>
        {
            PgServerOptions options = new()
            {
                Host = parsed.GetValue(host)!,
                Port = parsed.GetValue(port),
                Tls = parsed.GetValue(tlsCertificate) is { } certificate ? TlsCertificates.Load(certificate, parsed.GetValue(tlsKey)!, parsed.GetValue(tlsAuthorities)) : null,
            };
            EndpointMemory division = EndpointMemory.Divide((long?)parsed.GetValue(memory) << 20, (long?)parsed.GetValue(pool) << 20);
            if (parsed.GetValue(memory) is { } megabytes)
                ManagedHeap.Limit(((long)megabytes << 20) - division.BufferPoolBytes);
            using ComputeRole role = factory.StartCompute(pooler.Apply(options, parsed), division, pooler.Pool(parsed), parsed.GetValue(check), parsed.GetValue(data)!, parsed.GetValue(files));
            process.WaitForStop();
            return Task.CompletedTask;
        });
        UpCommand.RequireBoth(command, tlsCertificate, tlsKey);
        command.Validators.Add(result =>
        {
            if (result.GetValue(tlsAuthorities) is not null && result.GetValue(tlsCertificate) is null)
                result.AddError("--tls-ca needs --tls-cert");
        });
        return command;
    }

    private static Command ControlPlane()
    {
        Option<string> host = UpCommand.Host();
        Option<int> apiPort = UpCommand.ApiPort();
        Option<string> pgHost = new("--pg-host") { Description = "host in connection strings", DefaultValueFactory = _ => "127.0.0.1" };
        Option<int> pgPort = UpCommand.PgPort();
        Option<string?> passwordFile = new("--password-file") { Description = "file with the password that the default project is created with; without it no default project is created" };
        return Role("control-plane", "Runs the HTTP API", [host, apiPort, pgHost, pgPort, passwordFile], async (parsed, process, factory) =>
        {
            await using ControlPlaneService service = await factory.StartControlPlaneAsync(
                parsed.GetValue(host)!, parsed.GetValue(apiPort), parsed.GetValue(pgHost)!, parsed.GetValue(pgPort), process.Stopping);
            if (parsed.GetValue(passwordFile) is { } path)
                await EnsureDefaultAsync(service, File.ReadAllText(path).Trim(), process);
            process.WaitForStop();
        });
    }

    /// <summary>The other roles start at the same time: try until they are there.</summary>
    private static async Task EnsureDefaultAsync(ControlPlaneService service, string password, HostProcess process)
    {
        string verifier = ScramVerifier.Create(password, process.Random);
        while (!process.Stopping.IsCancellationRequested)
        {
            try
            {
                await service.EnsureDefaultProjectAsync(verifier, process.Stopping);
                return;
            }
            catch (Exception error) when (error is ControlPlaneException or ObjectStoreException)
            {
                process.Log.Info($"waiting for the other services: {error.Message}");
            }
            process.Scheduler.Sleep(s_retry, process.Stopping);
        }
    }

    private static Command Role(string name, string description, IEnumerable<Option> own, Func<ParseResult, HostProcess, RoleFactory, Task> run)
    {
        Command command = new(name, description) { s_objectStore, s_safekeepers, s_pageServer, s_compute, s_healthPort };
        foreach (Option option in own)
            command.Options.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            Signals.EndWithParent();
            using HostProcess process = new(name);
            IObjectStore objects = await ObjectStores.OpenAsync(parsed.GetValue(s_objectStore)!, process.Stopping);
            RoleAddresses addresses = new(parsed.GetValue(s_safekeepers)!.Split(','), parsed.GetValue(s_pageServer)!, parsed.GetValue(s_compute)!);
            try
            {
                int healthPort = parsed.GetValue(s_healthPort);
                using HealthServer? health = healthPort < 0 ? null :
                    new HealthServer(IPAddress.Any, healthPort, process.Metrics.Render, process.Scheduler);
                await run(parsed, process, new RoleFactory(process.Context(objects, new TcpNetwork()), addresses));
            }
            catch (IOException error)
            {
                throw new HostException(error.Message, error);
            }
            return 0;
        });
        return command;
    }

    private static Option<string> Required(string name, string description) => new(name) { Description = description, Required = true };
}
