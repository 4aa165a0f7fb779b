using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Strata.Benchmarks.Analytics;

/// <summary>
/// How good the planner's join orders are: the chosen plan of each query against the best of many random orders (<c>strata.join_order_seed</c>), by the time of executions of prepared statements:
/// <c>orders --ours DSN --plans tests/plans --set films|tpch [--orders 100] [--load]</c>. The best order and the chosen one are measured again in turn at the end, and the chosen one counts as itself
/// when no other is better.
/// </summary>
internal static class JoinOrders
{
    // The first runs of a plan are by code that is not compiled for speed yet.
    private const int WarmingRuns = 30;
    private const int FinalRuns = 7;
    private const int TimeoutFactor = 4;
    private const int TimeoutMsMin = 50;
    private const double CandidateFactor = 1.3;

    public static async Task<int> RunAsync(string[] arguments)
    {
        string? ours = CommandOptions.Find(arguments, "--ours"), plans = CommandOptions.Find(arguments, "--plans");
        if (ours is null || plans is null)
        {
            await Console.Error.WriteLineAsync("orders --ours DSN --plans DIRECTORY [--set films] [--orders 100] [--load]");
            return 2;
        }

        string set = CommandOptions.Find(arguments, "--set") ?? "films";
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
        foreach (string query in await File.ReadAllLinesAsync(Path.Combine(plans, set + "_queries.sql")))
        {
            if (query.StartsWith("--", StringComparison.Ordinal) || query.Length == 0)
                continue;
            (double chosen, double best) = await CompareAsync(connection, query.TrimEnd(';'), orders);
            ratios.Add(chosen / best);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {++number} | {chosen:F2} | {best:F2} | {chosen / best:F2} |"));
        }

        ratios.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ratios.Count} queries: median {ratios[ratios.Count / 2]:F2}, worst {ratios[^1]:F2}, within 1.2: {ratios.Count(static ratio => ratio <= 1.2)}"));
        return 0;
    }

    private static async Task<(double Chosen, double Best)> CompareAsync(NpgsqlConnection connection, string query, int orders)
    {
        double chosen = await MeasureAsync(connection, query, 0, WarmingRuns) ?? double.PositiveInfinity;
        int timeoutMs = Math.Max(TimeoutMsMin, (int)(chosen * TimeoutFactor));
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET statement_timeout = {timeoutMs}"));
        int bestSeed = 0;
        double best = chosen;
        for (int seed = 1; seed <= orders; seed++)
        {
            if (await MeasureAsync(connection, query, seed, 1) is not { } once || once > best * CandidateFactor || await MeasureAsync(connection, query, seed, 3) is not { } time || time >= best)
                continue;
            (best, bestSeed) = (time, seed);
        }

        await ExecuteAsync(connection, "SET statement_timeout = 0");
        var times = (Chosen: new List<double>(), Best: new List<double>());
        for (int run = 0; run < FinalRuns; run++)
        {
            times.Chosen.Add((await MeasureAsync(connection, query, 0, 1))!.Value);
            times.Best.Add((await MeasureAsync(connection, query, bestSeed, 1))!.Value);
        }

        times.Chosen.Sort();
        times.Best.Sort();
        double final = times.Chosen[FinalRuns / 2];
        return (final, bestSeed == 0 ? final : Math.Min(final, times.Best[FinalRuns / 2]));
    }

    /// <summary>The shortest of some executions in milliseconds after one that plans and warms up; null when they take too long.</summary>
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
                long started = Stopwatch.GetTimestamp();
                await command.ExecuteScalarAsync();
                best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
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
