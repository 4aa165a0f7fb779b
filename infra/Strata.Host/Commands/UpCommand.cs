using System.CommandLine;
using Strata.Compute.Endpoints;
using Strata.Compute.Protocol;

namespace Strata.Host.Commands;

/// <summary><c>strata up</c>.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        UpOptions defaults = new();
        Option<string> data = new("--data") { Description = "directory that holds everything", DefaultValueFactory = _ => defaults.DataDirectory };
        Option<string> host = Host();
        Option<int> pgPort = PgPort();
        Option<int> apiPort = ApiPort();
        Option<int> safekeepers = new("--safekeepers") { Description = "how many safekeepers: 1, 3 or 5", DefaultValueFactory = _ => defaults.Safekeepers };
        safekeepers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is not (1 or 3 or 5))
                result.AddError("--safekeepers must be 1, 3 or 5");
        });
        Option<bool> processes = new("--processes") { Description = "each role as its own process" };
        Option<string?> objectStore = new("--object-store") { Description = "directory, file:// or s3:// URL; the data directory when absent" };
        Option<int?> pool = BufferPool();
        Option<int?> memory = Memory();
        Option<bool> check = CheckEvictions();
        Option<TimeSpan?> history = History();
        Option<int?> backlog = UploadBacklog();
        Option<bool> tls = new("--tls") { Description = "offer TLS to PostgreSQL clients; without a certificate of your own with one that signs itself, kept under the data directory" };
        Option<string?> tlsCertificate = TlsCertificate();
        Option<string?> tlsKey = TlsKey();
        Option<string?> tlsAuthorities = TlsAuthorities();
        PoolerFlags pooler = new();
        Command command = new("up", "Starts a whole Strata in the foreground")
        {
            data, host, pgPort, apiPort, safekeepers, processes, objectStore, pool, memory, check, history, backlog, tls, tlsCertificate, tlsKey, tlsAuthorities,
        };
        foreach (Option option in pooler.All)
            command.Options.Add(option);
        RequireBoth(command, tlsCertificate, tlsKey);
        command.Validators.Add(result =>
        {
            if (result.GetValue(tlsAuthorities) is not null && result.GetValue(tlsCertificate) is null && !result.GetValue(tls))
                result.AddError("--tls-ca needs --tls or --tls-cert");
        });
        command.SetAction((parsed, _) =>
        {
            UpOptions options = new()
            {
                DataDirectory = parsed.GetValue(data)!,
                Host = parsed.GetValue(host)!,
                PgPort = parsed.GetValue(pgPort),
                ApiPort = parsed.GetValue(apiPort),
                Safekeepers = parsed.GetValue(safekeepers),
                Processes = parsed.GetValue(processes),
                ObjectStore = parsed.GetValue(objectStore),
                BufferPoolMegabytes = parsed.GetValue(pool),
                MemoryMegabytes = parsed.GetValue(memory),
                CheckEvictions = parsed.GetValue(check),
                HistoryWindow = parsed.GetValue(history),
                UploadBacklogMegabytes = parsed.GetValue(backlog),
                Tls = parsed.GetValue(tls),
                TlsCertificate = parsed.GetValue(tlsCertificate),
                TlsKey = parsed.GetValue(tlsKey),
                TlsAuthorities = parsed.GetValue(tlsAuthorities),
                Pool = pooler.Pool(parsed),
                Pg = pooler.Apply(new PgServerOptions { Host = parsed.GetValue(host)!, Port = parsed.GetValue(pgPort) }, parsed),
                PoolerFlags = [.. pooler.Given(parsed)],
            };
            return options.Processes ? UpProcesses.RunAsync(options) : UpInProcess.RunAsync(options);
        });
        return command;
    }

    public static Option<string> Host()
    {
        Option<string> option = new("--host") { Description = "IP address to listen on", DefaultValueFactory = _ => new UpOptions().Host };
        option.Validators.Add(result =>
        {
            if (!System.Net.IPAddress.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError("--host must be an IP address");
        });
        return option;
    }

    public static Option<int> PgPort() => Port("--pg-port", "port for PostgreSQL clients", new UpOptions().PgPort);

    public static Option<int> ApiPort() => Port("--api-port", "port of the HTTP API", new UpOptions().ApiPort);

    public static Option<int?> Memory()
    {
        Option<int?> option = new("--memory-mb") { Description = "memory of one endpoint in megabytes: buffer pool, statements, and what the process itself needs; no limit when absent" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < (int)(EndpointMemory.LimitBytesMin >> 20) or > 1 << 20)
                result.AddError($"--memory-mb must be from {EndpointMemory.LimitBytesMin >> 20} to 1048576");
        });
        return option;
    }

    public static Option<int?> BufferPool()
    {
        Option<int?> option = new("--buffer-pool-mb") { Description = "buffer pool of one endpoint in megabytes; when absent with --memory-mb a quarter of the first 512 and half of the rest, without an eighth of the machine's from 128 to 2048" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 1 << 20)
                result.AddError("--buffer-pool-mb must be from 1 to 1048576");
        });
        return option;
    }

    public static Option<bool> CheckEvictions() =>
        new("--check-evictions") { Description = "compare every page that leaves the buffer pool with the page server's and end at a difference (for tests)" };

    public static Option<TimeSpan?> History() => new("--history") { Description = "history that stays readable, as d.hh:mm:ss; seven days when absent" };

    public static Option<int?> UploadBacklog()
    {
        Option<int?> option = new("--upload-backlog-mb") { Description = "changes of one branch that may wait for the object store, in megabytes, before writers wait" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 1 << 20)
                result.AddError("--upload-backlog-mb must be from 1 to 1048576");
        });
        return option;
    }

    public static Option<string?> TlsCertificate() => new("--tls-cert") { Description = "PEM file of the certificate for PostgreSQL clients, with its chain" };

    public static Option<string?> TlsKey() => new("--tls-key") { Description = "PEM file of the key of --tls-cert" };

    public static Option<string?> TlsAuthorities() => new("--tls-ca") { Description = "PEM file of the authorities that sign certificates of PostgreSQL clients; clients are asked for one then" };

    /// <summary>A certificate without its key is of no use, nor a key alone.</summary>
    public static void RequireBoth(Command command, Option<string?> certificate, Option<string?> key) => command.Validators.Add(result =>
    {
        if (result.GetValue(certificate) is null != result.GetValue(key) is null)
            result.AddError("--tls-cert and --tls-key go together");
    });

    private static Option<int> Port(string name, string description, int defaultPort)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => defaultPort };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65535)
                result.AddError($"{name} must be from 0 to 65535");
        });
        return option;
    }
}
