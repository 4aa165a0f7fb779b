using System.Globalization;

namespace Strata.Benchmarks.Oltp;

/// <summary>
/// A load of <c>tests/oltp</c> on two systems in turn: transactions per second, latencies, server CPU and log per transaction, the ratio of the medians.
/// </summary>
internal static class OltpComparison
{
    private const string Usage = """
        oltp sysbench|tpcc|hot --peer URI --ours URI [--scale 1] [--clients 8] [--seconds 10] [--rounds 3] [--load]
             [--peer-pid PID,…] [--ours-pid PID,…]      processes whose CPU counts, with their descendants
        """;

    private sealed class Side(string name, PgBench bench, int[] processes)
    {
        public string Name => name;

        public PgBench Bench => bench;

        public List<PgBench.Outcome> Outcomes { get; } = [];

        public double CpuSeconds { get; private set; }

        public long LogBytes { get; private set; }

        public void Run(string load, int clients, int seconds)
        {
            double cpu = ProcessTree.CpuSeconds(processes);
            string from = bench.Scalar<string>("SELECT pg_current_wal_lsn()::text");
            Outcomes.Add(bench.Run(load, clients, seconds));
            LogBytes += (long)bench.Scalar<decimal>($"SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '{from}')");
            CpuSeconds += ProcessTree.CpuSeconds(processes) - cpu;
        }

        public double PerSecond => Median(Outcomes.Select(static outcome => outcome.PerSecond));

        public string Row()
        {
            double transactions = Math.Max(1, Outcomes.Sum(static outcome => outcome.Latencies.Length));
            double Of(double share) => Median(Outcomes.Select(outcome => outcome.Quantile(share)));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {PerSecond:F0} | {Of(0.5):F2} | {Of(0.95):F2} | {Of(0.99):F2} | {Of(0.999):F2} | {CpuSeconds * 1e6 / transactions:F0} | {LogBytes / transactions:F0} | {Outcomes.Sum(static outcome => outcome.Failed)} |");
        }
    }

    public static int Run(string[] arguments)
    {
        string? peer = Option(arguments, "--peer"), ours = Option(arguments, "--ours");
        if (arguments.Length < 2 || peer is null || ours is null)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        string load = arguments[1];
        int scale = Number(arguments, "--scale", 1), clients = Number(arguments, "--clients", 8), seconds = Number(arguments, "--seconds", 10);
        Side[] sides =
        [
            new("peer", new PgBench(peer, scale), Processes(arguments, "--peer-pid")),
            new("ours", new PgBench(ours, scale), Processes(arguments, "--ours-pid")),
        ];
        foreach (Side side in sides)
        {
            if (arguments.Contains("--load"))
                side.Bench.SetUp(load);
        }

        for (int round = 0; round < Number(arguments, "--rounds", 3); round++)
        {
            foreach (Side side in sides)
                side.Run(load, clients, seconds);
        }

        Console.WriteLine($"{load}, scale {scale}, {clients} clients, {sides[0].Outcomes.Count} rounds of {seconds} s in turn");
        Console.WriteLine("| | tps | p50 ms | p95 ms | p99 ms | p99.9 ms | server CPU µs per transaction | log bytes per transaction | failed |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (Side side in sides)
            Console.WriteLine(side.Row());
        IEnumerable<double> ratios = sides[0].Outcomes.Zip(sides[1].Outcomes, static (a, b) => b.PerSecond / a.PerSecond);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio **{sides[1].PerSecond / sides[0].PerSecond:F2}** ({ratios.Min():F2}–{ratios.Max():F2})"));
        return 0;
    }

    /// <summary>The value of an option, or null.</summary>
    public static string? Option(string[] arguments, string name) =>
        Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;

    /// <summary>The number of an option.</summary>
    public static int Number(string[] arguments, string name, int otherwise) =>
        Option(arguments, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>The process ids of an option.</summary>
    public static int[] Processes(string[] arguments, string name) =>
        [.. (Option(arguments, name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static id => int.Parse(id, CultureInfo.InvariantCulture))];

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }
}
