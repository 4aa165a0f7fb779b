using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Strata.Host.Processes;

namespace Strata.Host.Commands;

/// <summary><c>strata up --processes</c>: each role as its own process on loopback, under a supervisor that starts again what dies.</summary>
public static class UpProcesses
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_readyTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs until asked to stop; returns the exit code.</summary>
    public static async Task<int> RunAsync(UpOptions options)
    {
        using HostProcess process = new("supervisor");
        using DataDirectory directory = DataDirectory.Open(options.DataDirectory);
        CheckFree(options.Host, options.PgPort);
        CheckFree(options.Host, options.ApiPort);
        string password = directory.Password();
        string store = options.ObjectStore ?? directory.Under("objects");
        int[] ports = FreePorts.Take(options.Safekeepers + 2);
        string[] safekeepers = [.. ports.Take(options.Safekeepers).Select(Loopback)];
        string pageServer = Loopback(ports[^2]), compute = Loopback(ports[^1]);
        string[] common = ["--object-store", store, "--safekeepers", string.Join(',', safekeepers), "--pageserver", pageServer, "--compute", compute];

        List<RoleProcess> roles = [];
        try
        {
            void Start(string name, params string[] arguments) =>
                roles.Add(new RoleProcess(name, [.. arguments, .. common], directory, process.Scheduler, process.Log));

            for (int id = 1; id <= safekeepers.Length; id++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"safekeeper-{id}");
                Start(name, "safekeeper", "--id", id.ToString(CultureInfo.InvariantCulture), "--data", directory.Under(name));
            }
            string[] backlog = options.UploadBacklogMegabytes is { } megabytes ? ["--upload-backlog-mb", Text(megabytes)] : [];
            string[] history = options.HistoryWindow is { } window ? ["--history", window.ToString()] : [];
            Start("pageserver", ["pageserver", "--data", directory.Under("pageserver"), .. history, .. backlog]);
            if (options.Tls && options.TlsCertificate is null)
            {
                _ = TlsCertificates.LoadOrCreate(directory.Under("tls"), options.Host, TimeProvider.System);
                options = options with { TlsCertificate = Path.Combine(directory.Under("tls"), "server.crt"), TlsKey = Path.Combine(directory.Under("tls"), "server.key") };
            }
            string[] tls = options.TlsCertificate is { } certificate ? ["--tls-cert", certificate, "--tls-key", options.TlsKey!, .. options.TlsAuthorities is { } authorities ? (string[])["--tls-ca", authorities] : []] : [];
            string[] check = options.CheckEvictions ? ["--check-evictions"] : [];
            string[] pool = options.BufferPoolMegabytes is { } poolMegabytes ? ["--buffer-pool-mb", Text(poolMegabytes)] : [];
            string[] memory = options.MemoryMegabytes is { } memoryMegabytes ? ["--memory-mb", Text(memoryMegabytes)] : [];
            Start("compute", ["compute", "--data", directory.Under("compute"), "--host", options.Host, "--pg-port", Text(options.PgPort),
                "--server-files", .. options.PoolerFlags, .. pool, .. memory, .. check, .. tls]);
            Start("control-plane", "control-plane", "--host", options.Host, "--api-port", Text(options.ApiPort), "--pg-host", options.Host,
                "--pg-port", Text(options.PgPort), "--password-file", Path.Combine(directory.Path, "password"));
            await WaitUntilServingAsync(options, process);
            if (process.Stopping.IsCancellationRequested)
                return 0;
            ReadyLine.Print(password, options.Host, options.PgPort, $"http://{options.Host}:{options.ApiPort}");
            process.WaitForStop();
            return 0;
        }
        finally
        {
            // Computes first, so that they close their logs while the safekeepers still answer.
            foreach (RoleProcess role in Enumerable.Reverse(roles))
                role.Dispose();
        }
    }

    /// <summary>The API answers its /readyz only when the default endpoint is open.</summary>
    private static async Task WaitUntilServingAsync(UpOptions options, HostProcess process)
    {
        using HttpClient client = new() { BaseAddress = new Uri($"http://{options.Host}:{options.ApiPort}"), Timeout = TimeSpan.FromSeconds(5) };
        long start = process.Scheduler.Time.GetTimestamp();
        while (!process.Stopping.IsCancellationRequested)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync("/readyz", process.Stopping);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                // Not up yet.
            }
            if (process.Scheduler.Time.GetElapsedTime(start) > s_readyTimeout)
                throw new HostException($"not ready after {s_readyTimeout.TotalSeconds} s; see the logs in {options.DataDirectory}/log");
            process.Scheduler.Sleep(s_poll, process.Stopping);
        }
    }

    private static void CheckFree(string host, int port)
    {
        try
        {
            using TcpListener probe = new(IPAddress.Parse(host), port);
            probe.Start();
        }
        catch (SocketException error)
        {
            throw new HostException($"cannot listen on {host}:{port}: {error.Message}", error);
        }
    }

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
