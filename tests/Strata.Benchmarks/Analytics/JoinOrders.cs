using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Strata.Benchmarks.Analytics;

/// <summary>
/// How good the planner's join orders are: the chosen plan of each query against the best of many random orders (<c>strata.join_order_seed</c>), by the time of executions of prepared statements:
/// <c>orders --ours DSN --plans tests/plans --set films|tpch [--orders 100] [--query N] [--details FILE] [--load]</c>. Whatever came out as one of the few best of a hundred times is so by luck too: these few and the chosen plan
/// are measured again, in turn (forth and back), and the shortest time of each counts; of orders that give the same plan only one. <c>--samples</c> writes for each order its time and its plan (JSON, one a line) instead,
/// which is what the cost model is calibrated with. <c>--details</c> writes both plans of the queries whose chosen plan is slower than <see cref="DetailsRatio"/> of the best one.
/// </summary>
internal static class JoinOrders
{
    // The first runs of a plan are by code that is not compiled for speed yet.
    private const int WarmingRuns = 30;
    private const int FinalRounds = 9;
    private const int RunsInRound = 3;
    private const int FinalistsMax = 5;
    private const int TimeoutFactor = 4;
    private const int TimeoutMsMin = 50;
    private const double CandidateFactor = 1.3;
    private const double DetailsRatio = 1.1;

    private static string? s_pid;

    public static async Task<int> RunAsync(string[] arguments)
    {
        string? ours = CommandOptions.Find(arguments, "--ours"), plans = CommandOptions.Find(arguments, "--plans");
        if (ours is null || plans is null)
        {
            await Console.Error.WriteLineAsync("orders --ours DSN --plans DIRECTORY [--set films] [--orders 100] [--query N] [--details FILE] [--samples FILE] [--pid SERVER] [--load]");
            return 2;
        }

        string set = CommandOptions.Find(arguments, "--set") ?? "films";
        s_pid = CommandOptions.Find(arguments, "--pid");
        int orders = int.Parse(CommandOptions.Find(arguments, "--orders") ?? "100", CultureInfo.InvariantCulture);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ours);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        if (arguments.Contains("--load"))
            await ExecuteAsync(connection, await File.ReadAllTextAsync(Path.Combine(plans, set + ".sql")));
        await ExecuteAsync(connection, "SET max_parallel_workers_per_gather = 0");
        Console.WriteLine("| query | chosen ms | best of random ms | ratio |");
        Console.WriteLine("| ---: | ---: | ---: | ---: |");
        var ratios = new List<double>();
        int number = 0;
        string? only = CommandOptions.Find(arguments, "--query");
        string? detailsPath = CommandOptions.Find(arguments, "--details");
        string? samplesPath = CommandOptions.Find(arguments, "--samples");
        await using StreamWriter? samples = samplesPath is null ? null : new StreamWriter(samplesPath);
        await using StreamWriter? details = detailsPath is null ? null : new StreamWriter(detailsPath);
        foreach (string query in await File.ReadAllLinesAsync(Path.Combine(plans, set + "_queries.sql")))
        {
            if (query.StartsWith("--", StringComparison.Ordinal) || query.Length == 0)
                continue;
            number++;
            if (only is not null && only != number.ToString(CultureInfo.InvariantCulture))
                continue;
            if (samples is not null)
            {
                await SampleAsync(connection, query.TrimEnd(';'), number, orders, samples);
                continue;
            }

            (double chosen, double best, int seed) = await CompareAsync(connection, query.TrimEnd(';'), orders);
            ratios.Add(chosen / best);
            string line = string.Create(CultureInfo.InvariantCulture, $"| {number} | {chosen:F2} | {best:F2} | {chosen / best:F2} |");
            Console.WriteLine(line);
            if (details is null || chosen / best <= DetailsRatio)
                continue;
            await details.WriteLineAsync(line + " seed " + seed.ToString(CultureInfo.InvariantCulture));
            await ExplainAsync(connection, query, 0, details);
            await ExplainAsync(connection, query, seed, details);
        }

        if (ratios.Count == 0)
            return 0;
        ratios.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ratios.Count} queries: median {ratios[ratios.Count / 2]:F2}, worst {ratios[^1]:F2}, within 1.2: {ratios.Count(static ratio => ratio <= 1.2)}"));
        return 0;
    }

    private static async Task<(double Chosen, double Best, int Seed)> CompareAsync(NpgsqlConnection connection, string query, int orders)
    {
        double chosen = await MeasureAsync(connection, query, 0, WarmingRuns) ?? double.PositiveInfinity;
        int timeoutMs = Math.Max(TimeoutMsMin, (int)(chosen * TimeoutFactor));
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET statement_timeout = {timeoutMs}"));
        var finalists = new List<(double Ms, int Seed)>();
        // An order that gives a plan which was measured already is no candidate: its time would differ by chance only.
        var plans = new HashSet<string> { await PlanAsync(connection, query, 0, timeoutMs) };
        for (int seed = 1; seed <= orders; seed++)
        {
            double limit = CandidateFactor * Math.Min(chosen, finalists.Count == 0 ? double.PositiveInfinity : finalists[0].Ms);
            if (await MeasureAsync(connection, query, seed, 1) is not { } once || once > limit || await MeasureAsync(connection, query, seed, RunsInRound) is not { } ms
                || !plans.Add(await PlanAsync(connection, query, seed, timeoutMs)))
                continue;
            finalists.Add((Math.Min(once, ms), seed));
            finalists.Sort();
            if (finalists.Count > FinalistsMax)
                finalists.RemoveAt(FinalistsMax);
        }

        await ExecuteAsync(connection, "SET statement_timeout = 0");
        var shortest = new Dictionary<int, double>();
        for (int round = 0; round < FinalRounds; round++)
        {
            int[] seeds = [0, .. finalists.Select(static finalist => finalist.Seed)];
            // Each round in the other direction: what ran before leaves its traces.
            foreach (int seed in round % 2 == 0 ? seeds : seeds.Reverse())
                shortest[seed] = Math.Min(shortest.GetValueOrDefault(seed, double.PositiveInfinity), (await MeasureAsync(connection, query, seed, RunsInRound))!.Value);
        }

        int best = shortest.MinBy(static item => item.Value).Key;
        return (shortest[0], shortest[best], best);
    }

    private static async Task SampleAsync(NpgsqlConnection connection, string query, int number, int orders, StreamWriter samples)
    {
        double chosen = await MeasureAsync(connection, query, 0, WarmingRuns) ?? double.PositiveInfinity;
        string limit = string.Create(CultureInfo.InvariantCulture, $"SET statement_timeout = {Math.Max(TimeoutMsMin, (int)(chosen * TimeoutFactor))}");
        for (int seed = 0; seed <= orders; seed++)
        {
            await ExecuteAsync(connection, limit);
            double? ms = await MeasureAsync(connection, query, seed, RunsInRound);
            await ExecuteAsync(connection, "SET statement_timeout = 0");
            if (ms is null)
                continue;
            await using var command = new NpgsqlCommand("EXPLAIN (ANALYZE, FORMAT JSON) " + query, connection) { CommandTimeout = 600 };
            string plan = (string)(await command.ExecuteScalarAsync())!;
            await samples.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{{\"query\": {number}, \"seed\": {seed}, \"ms\": {ms.Value:F4}, \"plan\": {plan.ReplaceLineEndings(" ")}}}"));
        }

        Console.WriteLine(number);
    }

    /// <summary>What the clock shows: of the wall, or how long each thread of the server has run, in nanoseconds.</summary>
    private static Dictionary<string, long> Clock()
    {
        var times = new Dictionary<string, long>();
        if (s_pid is null)
        {
            times[""] = (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;
            return times;
        }

        foreach (string task in Directory.EnumerateDirectories($"/proc/{s_pid}/task"))
        {
            try
            {
                times[task] = long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread ended while the list was read.
                continue;
            }
        }

        return times;
    }

    /// <summary>Milliseconds between two looks at the clock; threads that ended between them don't count.</summary>
    private static double ElapsedMs(Dictionary<string, long> before, Dictionary<string, long> after) =>
        after.Sum(item => item.Value - before.GetValueOrDefault(item.Key)) / 1e6;

    private static async Task<string> PlanAsync(NpgsqlConnection connection, string query, int seed, int timeoutMs)
    {
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET statement_timeout = 0; SET strata.join_order_seed = {seed}"));
        await using var command = new NpgsqlCommand("EXPLAIN (COSTS OFF, FORMAT JSON) " + query, connection) { CommandTimeout = 600 };
        string plan = (string)(await command.ExecuteScalarAsync())!;
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET statement_timeout = {timeoutMs}"));
        return plan;
    }

    private static async Task ExplainAsync(NpgsqlConnection connection, string query, int seed, StreamWriter details)
    {
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET strata.join_order_seed = {seed}"));
        await using var command = new NpgsqlCommand("EXPLAIN (ANALYZE) " + query, connection) { CommandTimeout = 600 };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            await details.WriteLineAsync(reader.GetString(0));
    }

    /// <summary>The shortest of some executions in milliseconds after one that plans and warms up; null when they take too long.</summary>
    /// <remarks>With <c>--pid</c> it is the processor time of all threads of the server: on a machine that does other things too, a clock on the wall mostly tells of these.</remarks>
    private static async Task<double?> MeasureAsync(NpgsqlConnection connection, string query, int seed, int runs)
    {
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET strata.join_order_seed = {seed}"));
        await using var command = new NpgsqlCommand(query, connection) { CommandTimeout = 600 };
        try
        {
            await command.PrepareAsync();
            await command.ExecuteScalarAsync();
            double best = double.MaxValue;
            for (int run = 0; run < runs; run++)
            {
                Dictionary<string, long> before = Clock();
                await command.ExecuteScalarAsync();
                best = Math.Min(best, ElapsedMs(before, Clock()));
            }

            return best;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            return null;
        }
        finally
        {
            await command.UnprepareAsync();
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }
}
