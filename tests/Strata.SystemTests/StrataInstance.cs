using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Strata.Platform;

namespace Strata.SystemTests;

/// <summary>A real <c>strata up</c> as a child process, on a directory and ports of its own.</summary>
public sealed class StrataInstance : IDisposable
{
    private static readonly TimeSpan s_readyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(30);

    private static readonly ThreadScheduler s_scheduler = new(static (_, error) => throw error);

    private readonly StringBuilder _errors = new();
    private readonly string[] _flags;
    private Process? _process;

    public StrataInstance(params string[] flags)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("strata-system-").FullName;
        (PgPort, ApiPort) = (FreePort(), FreePort());
        _flags = flags;
    }

    public string Directory { get; }

    public int PgPort { get; }

    public int ApiPort { get; }

    /// <summary>The printed connection string, as Npgsql reads it.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The printed URI.</summary>
    public string Uri { get; private set; } = "";

    /// <summary>What it wrote to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>The binary under test: STRATA_BINARY, or the one that was built with the tests.</summary>
    public static string Binary => Environment.GetEnvironmentVariable("STRATA_BINARY") is { Length: > 0 } given ? given :
        Path.Combine(AppContext.BaseDirectory, "strata");

    /// <summary>Starts it and waits for its ready line. When that fails nothing is left of it: a caller that has not got it can't dispose of it.</summary>
    public StrataInstance Start()
    {
        try
        {
            Launch();
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Launch()
    {
        ProcessStartInfo start = new(Binary) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["up", "--data", Directory, "--pg-port", Text(PgPort), "--api-port", Text(ApiPort), .. _flags])
            start.ArgumentList.Add(argument);
        TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("ready ", StringComparison.Ordinal) == true)
                ready.TrySetResult(line.Data["ready ".Length..]);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"strata ended with code {process.ExitCode}\n{Errors}"));
        process.Start();
        _process = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!ready.Task.Wait(s_readyTimeout))
            throw new TimeoutException($"not ready within {s_readyTimeout}\n{Errors}");
        Uri = ready.Task.Result;
        Uri parsed = new(Uri);
        ConnectionString = new NpgsqlConnectionStringBuilder
        {
            Host = parsed.Host,
            Port = parsed.Port,
            Username = "postgres",
            Password = parsed.UserInfo.Split(':')[1],
            Database = "postgres",
            Pooling = false,
            Timeout = 15,
            CommandTimeout = 60,
        }.ConnectionString + ";Server Compatibility Mode=NoTypeLoading"; // who connects again and again need not learn the types each time
    }

    /// <summary>Stops it with SIGTERM; its exit code.</summary>
    public int Stop()
    {
        Process process = _process!;
        Signal(process.Id, "TERM");
        if (!process.WaitForExit(s_stopTimeout))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"did not stop within {s_stopTimeout}\n{Errors}");
        }
        _process = null;
        return process.ExitCode;
    }

    /// <summary>Ends it with SIGKILL, as a loss of power does but for the disk's caches; <see cref="Start"/> begins anew on the same directory.</summary>
    public void Kill()
    {
        Process process = _process!;
        process.Kill();
        process.WaitForExit();
        _process = null;
    }

    /// <summary>Process id of a role, with <c>--processes</c>.</summary>
    public int RoleProcessId(string role) =>
        int.Parse(File.ReadAllText(Path.Combine(Directory, "run", role + ".pid")), CultureInfo.InvariantCulture);

    /// <summary>With <c>--processes</c>: a second compute process with the first one's arguments, on ports and a directory of its own, that serves the same endpoints.</summary>
    public ComputeTwin StartTwin()
    {
        string[] arguments = File.ReadAllText($"/proc/{Text(RoleProcessId("compute"))}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        int port = FreePort();
        Replace(arguments, "--pg-port", Text(port));
        Replace(arguments, "--compute", "127.0.0.1:" + Text(FreePort()));
        Replace(arguments, "--data", Path.Combine(Directory, "twin"));
        ProcessStartInfo start = new(arguments[0], arguments.Skip(1)) { RedirectStandardError = true, RedirectStandardInput = true };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new ComputeTwin(process, new NpgsqlConnectionStringBuilder(ConnectionString) { Port = port }.ConnectionString);
    }

    private static void Replace(string[] arguments, string option, string value) => arguments[Array.IndexOf(arguments, option) + 1] = value;

    /// <summary>Waits a moment between two looks at something that changes by itself, and leaves the processors to the system under test.</summary>
    public static void Pause() => s_scheduler.Sleep(TimeSpan.FromMilliseconds(2), CancellationToken.None);

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(int processId, string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, Text(processId)]);
        kill.WaitForExit();
    }

    /// <summary>Opens a connection, to a branch when one is named.</summary>
    public NpgsqlConnection Connect(string? branch = null)
    {
        NpgsqlConnectionStringBuilder builder = new(ConnectionString);
        if (branch is not null)
            builder.Database += "@" + branch;
        NpgsqlConnection connection = new(builder.ConnectionString);
        connection.Open();
        return connection;
    }

    /// <summary>Runs statements on a fresh connection.</summary>
    public void Execute(string sql, string? branch = null)
    {
        using NpgsqlConnection connection = Connect(branch);
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row, on a fresh connection.</summary>
    public object? Scalar(string sql, string? branch = null)
    {
        using NpgsqlConnection connection = Connect(branch);
        using NpgsqlCommand command = new(sql, connection);
        return command.ExecuteScalar();
    }

    /// <summary>Calls the API; throws on an error status.</summary>
    public JsonNode? Api(HttpMethod method, string path, JsonObject? body = null)
    {
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{ApiPort}") };
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = client.Send(request);
        string text = response.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        return response.IsSuccessStatusCode ? text.Length == 0 ? null : JsonNode.Parse(text) :
            throw new HttpRequestException($"{(int)response.StatusCode}: {text}", null, response.StatusCode);
    }

    public void Dispose()
    {
        if (_process is { HasExited: false } process)
        {
            Signal(process.Id, "TERM");
            if (!process.WaitForExit(s_stopTimeout))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
        }
        _process = null;
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
