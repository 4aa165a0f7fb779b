using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Strata.Benchmarks.Oltp;

/// <summary>Runs pgbench scripts of <c>tests/oltp</c> and reads the latency of every transaction from its logs.</summary>
internal sealed class PgBench(string uri, int scale)
{
    /// <summary>What a run did. Latencies are in microseconds, ascending.</summary>
    internal sealed record Outcome(double Seconds, long[] Latencies, long Failed)
    {
        public double PerSecond => Latencies.Length / Seconds;

        /// <summary>The latency in milliseconds that this share of the transactions did not exceed.</summary>
        public double Quantile(double share) => Latencies.Length == 0 ? 0 : Latencies[(int)Math.Min(Latencies.Length - 1, share * Latencies.Length)] / 1000.0;
    }

    /// <summary>A transaction of the log: how long it took, and when it ended.</summary>
    internal readonly record struct Entry(long Microseconds, double EndedAt);

    public string Uri => uri;

    /// <summary>The folder of a load; throws when there is none.</summary>
    public static string Folder(string name)
    {
        for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            string folder = Path.Combine(at, "tests", "oltp", name);
            if (Directory.Exists(folder))
                return folder;
        }

        throw new ArgumentException($"there is no load {name}");
    }

    /// <summary>Makes the tables of a load.</summary>
    public void SetUp(string load) =>
        Run("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", $"scale={scale}", "-f", Path.Combine(Folder(load), "setup.sql"), uri], out _);

    /// <summary>
    /// Starts the scripts of several loads; <paramref name="prefix"/> is where the logs go. With a <paramref name="rate"/> (transactions per second, 0 for none) latencies count from when a transaction was due.
    /// </summary>
    public Process Start(string[] loads, int clients, int seconds, string prefix, int rate = 0)
    {
        List<string> arguments =
        [
            "-n", "-M", "prepared", "-c", Text(clients), "-j", Text(Math.Min(clients, 2)), "-T", Text(seconds), "-D", $"scale={scale}", "--max-tries", "20", "-l", "--log-prefix", prefix,
        ];
        if (rate > 0)
            arguments.AddRange(["-R", Text(rate)]);
        foreach (string load in loads)
        {
            foreach (string script in Directory.GetFiles(Folder(load), "*@*.sql").Order(StringComparer.Ordinal))
                arguments.AddRange(["-f", script + Path.GetFileNameWithoutExtension(script)[Path.GetFileNameWithoutExtension(script).IndexOf('@', StringComparison.Ordinal)..]]);
        }

        arguments.Add(uri);
        var start = new ProcessStartInfo("pgbench", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) =>
        {
            if (line.Data?.Contains("error", StringComparison.OrdinalIgnoreCase) == true)
                Console.Error.WriteLine(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs the scripts of a load to the end.</summary>
    public Outcome Run(string load, int clients, int seconds)
    {
        string folder = Directory.CreateTempSubdirectory("strata-oltp-").FullName;
        try
        {
            using Process process = Start([load], clients, seconds, Path.Combine(folder, "log"));
            process.WaitForExit();
            List<Entry> entries = ReadLogs(folder, out long failed);
            return new Outcome(seconds, [.. entries.Select(static entry => entry.Microseconds).Order()], failed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>All transactions of the logs in a folder.</summary>
    public static List<Entry> ReadLogs(string folder, out long failed)
    {
        failed = 0;
        List<Entry> entries = [];
        foreach (string file in Directory.GetFiles(folder))
        {
            foreach (string line in File.ReadLines(file))
            {
                // client, transaction, microseconds, script, end in seconds and microseconds of the epoch
                string[] parts = line.Split(' ');
                if (parts.Length < 6)
                    continue;
                if (!long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long taken))
                    failed++;
                else
                    entries.Add(new Entry(taken, double.Parse(parts[4], CultureInfo.InvariantCulture) + (double.Parse(parts[5], CultureInfo.InvariantCulture) / 1e6)));
            }
        }

        return entries;
    }

    /// <summary>One value; bigint comes as long.</summary>
    public T Scalar<T>(string sql)
    {
        using NpgsqlConnection connection = Connect();
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        return (T)command.ExecuteScalar()!;
    }

    /// <summary>A connection for questions beside the load.</summary>
    public NpgsqlConnection Connect()
    {
        var parsed = new Uri(uri);
        string[] user = parsed.UserInfo.Split(':');
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = parsed.Host,
            Port = parsed.Port,
            Username = user[0],
            Password = user.Length > 1 ? System.Uri.UnescapeDataString(user[1]) : null,
            Database = parsed.AbsolutePath.Trim('/'),
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Run(string program, string[] arguments, out string output)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}");
    }
}
