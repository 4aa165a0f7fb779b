using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Strata.Benchmarks.Oltp;

/// <summary>
/// A long mixed load on one system, with a look at the sizes of tables and indexes, memory and disk each minute, and the slowest transactions in the end with the time at which they were.
/// Ends with 1 when a table or index grew by more than a tenth in the last two thirds of the time.
/// </summary>
internal static class Soak
{
    private const string Usage = """
        soak --ours URI [--loads hot,tpcc] [--minutes 45] [--scale 1] [--clients 8] [--load] [--pid PID,…] [--disk FOLDER,…] [--sample SECONDS] [--growing NAME,…] [--rate TPS] [--metrics URL]
             --growing: tables that are meant to grow (history, orders)
             --rate: so many transactions per second, each counted from when it was due
             --metrics: a role's /metrics, for what the garbage collector holds
        """;

    private const double GrowthMax = 1.1;
    private const string Resident = "memory: resident";

    public static int Run(string[] arguments)
    {
        if (OltpComparison.Option(arguments, "--ours") is not { } ours)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        string[] loads = (OltpComparison.Option(arguments, "--loads") ?? "hot").Split(',');
        int seconds = OltpComparison.Number(arguments, "--minutes", 45) * 60;
        int[] processes = OltpComparison.Processes(arguments, "--pid");
        string[] folders = (OltpComparison.Option(arguments, "--disk") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        string? metrics = OltpComparison.Option(arguments, "--metrics");
        var bench = new PgBench(ours, OltpComparison.Number(arguments, "--scale", 1));
        foreach (string load in arguments.Contains("--load") ? loads : [])
            bench.SetUp(load);
        string logs = Directory.CreateTempSubdirectory("strata-soak-").FullName;
        try
        {
            var samples = new List<Dictionary<string, long>>();
            using Process load = bench.Start(loads, OltpComparison.Number(arguments, "--clients", 8), seconds, Path.Combine(logs, "log"), OltpComparison.Number(arguments, "--rate", 0));
            TimeSpan pause = TimeSpan.FromSeconds(OltpComparison.Number(arguments, "--sample", 60));
            long start = Stopwatch.GetTimestamp();
            while (!load.WaitForExit(pause))
                samples.Add(Sample(bench, processes, folders, metrics, Stopwatch.GetElapsedTime(start)));
            samples.Add(Sample(bench, processes, folders, metrics, Stopwatch.GetElapsedTime(start)));
            Report(PgBench.ReadLogs(logs, out long failed), failed, seconds);
            string[] growing = (OltpComparison.Option(arguments, "--growing") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
            return ReportGrowth(samples, growing) ? 1 : 0;
        }
        finally
        {
            Directory.Delete(logs, recursive: true);
        }
    }

    private static Dictionary<string, long> Sample(PgBench bench, int[] processes, string[] folders, string? metrics, TimeSpan elapsed)
    {
        var sample = new Dictionary<string, long>();
        using NpgsqlConnection connection = bench.Connect();
        using var command = new NpgsqlCommand(
            "SELECT relname::text, CASE relkind WHEN 'r' THEN pg_table_size(oid) ELSE pg_relation_size(oid) END FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') ORDER BY relname", connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        while (reader.Read())
            sample[reader.GetString(0)] = reader.GetInt64(1);
        sample[Resident] = ProcessTree.ResidentBytes(processes);
        if (metrics is not null)
            AddHeap(sample, metrics);
        foreach (string folder in folders)
            sample[Path.GetFileName(folder.TrimEnd('/')) + "/"] = SizeOf(folder);
        Console.WriteLine($"{elapsed:hh\\:mm\\:ss} {string.Join(" ", sample.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value / 1048576.0:F1}")))}");
        return sample;
    }

    // What is resident beyond what the collector holds is native: the buffer pool and other unmanaged memory.
    private static void AddHeap(Dictionary<string, long> sample, string metrics)
    {
        using var client = new HttpClient();
        foreach (string line in client.GetStringAsync(new Uri(metrics)).GetAwaiter().GetResult().Split('\n'))
        {
            string[] parts = line.Split(' ');
            if (parts.Length == 2 && parts[0] is "dotnet_gc_heap_bytes" or "dotnet_gc_committed_bytes")
                sample["memory: " + parts[0]] = (long)double.Parse(parts[1], CultureInfo.InvariantCulture);
        }
    }

    private static long SizeOf(string folder)
    {
        long total = 0;
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
        {
            try
            {
                total += file.Length;
            }
            catch (FileNotFoundException)
            {
                // Removed meanwhile.
                continue;
            }
        }

        return total;
    }

    private static void Report(List<PgBench.Entry> entries, long failed, int seconds)
    {
        if (entries.Count == 0)
            return;
        var all = new PgBench.Outcome(seconds, [.. entries.Select(static entry => entry.Microseconds).Order()], failed);
        double first = entries.Min(static entry => entry.EndedAt);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Latencies.Length} transactions, {all.PerSecond:F0} tps, p50 {all.Quantile(0.5):F2} p99 {all.Quantile(0.99):F2} p99.9 {all.Quantile(0.999):F2} max {all.Quantile(1):F2} ms, {failed} failed"));
        foreach (IGrouping<int, PgBench.Entry> tenth in entries.GroupBy(entry => (int)Math.Min(9, (entry.EndedAt - first) * 10 / seconds)).OrderBy(static group => group.Key))
        {
            var part = new PgBench.Outcome(seconds / 10.0, [.. tenth.Select(static entry => entry.Microseconds).Order()], 0);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  tenth {tenth.Key + 1}: {part.PerSecond:F0} tps, p99 {part.Quantile(0.99):F2} p99.9 {part.Quantile(0.999):F2} max {part.Quantile(1):F2} ms"));
        }

        double limit = all.Quantile(0.999) * 1000;
        Console.WriteLine("slower than p99.9, by the second in which they ended (seconds since the start: how many):");
        Console.WriteLine("  " + string.Join(
            " ", entries.Where(entry => entry.Microseconds > limit).GroupBy(entry => (int)(entry.EndedAt - first)).OrderByDescending(static group => group.Count()).Take(40)
                .OrderBy(static group => group.Key).Select(static group => $"{group.Key}:{group.Count()}")));
    }

    private static bool ReportGrowth(List<Dictionary<string, long>> samples, string[] growing)
    {
        bool grew = false;
        Console.WriteLine("| | after a third MB | at the end MB | factor |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        Dictionary<string, long> third = samples[samples.Count / 3], end = samples[^1];
        foreach ((string name, long bytes) in end)
        {
            double before = Math.Max(1, third.GetValueOrDefault(name)), factor = bytes / before;
            bool isTable = !name.EndsWith('/') && !name.StartsWith("memory", StringComparison.Ordinal) && bytes > 1 << 20 && !Array.Exists(growing, part => name.StartsWith(part, StringComparison.Ordinal));
            grew |= isTable && factor > GrowthMax;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {before / 1048576:F1} | {bytes / 1048576.0:F1} | {factor:F2}{(isTable && factor > GrowthMax ? " grew" : "")} |"));
        }

        return grew;
    }
}
