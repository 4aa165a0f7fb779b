using System.Globalization;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>Generated queries give the same rows however they are run: with one thread or two, in batches of 1, 7 or 2,048 rows, spilling or not, with index paths or without.</summary>
public sealed class EquivalenceTests
{
    private const int Configurations = 24;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Results_do_not_depend_on_how_a_query_is_run(ulong seed) => Run(seed, queries: 40, configurationsPerQuery: 4);

    [Theory, Trait("Category", "Soak")]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Results_do_not_depend_on_how_many_queries_are_run(ulong seed) => Run(seed, queries: 500, configurationsPerQuery: Configurations);

    private static void Run(ulong seed, int queries, int configurationsPerQuery)
    {
        var random = new SeededRandom(seed);
        var generator = new QueryGenerator(random);
        using SqlRunner runner = SqlRunner.With(options => options with { QueryThreads = 2, ParallelScanPagesMin = 1, TemporaryFiles = new MemoryFileSystem() });
        runner.Run(QueryGenerator.Setup);
        Assert.Null(runner.LastError);
        int rows = 0;
        for (int i = 0; i < queries; i++)
        {
            (string sql, bool isOrdered) = generator.Next();
            Configure(runner, 0, chooses: false);
            string expected = Rows(runner, sql, isOrdered);
            Assert.True(runner.LastError is null, $"{sql}: {runner.LastError?.Message}");
            rows += expected.Length;
            for (int n = 0; n < configurationsPerQuery; n++)
            {
                int configuration = configurationsPerQuery == Configurations ? n : random.Next(Configurations);
                string settings = Configure(runner, configuration);
                string found = Rows(runner, sql, isOrdered);
                Assert.True(expected == found, $"seed {seed}, with {settings}:\n{sql}\nexpected:\n{expected}\nfound:\n{found}{runner.LastError?.Message}");
            }
        }

        Assert.True(rows > queries);
    }

    /// <summary>Sets one of the configurations; <paramref name="chooses"/>: subqueries may become joins, and joins change their algorithm.</summary>
    private static string Configure(SqlRunner runner, int configuration, bool chooses = true)
    {
        int threads = configuration % 2;
        int batch = (configuration / 2 % 3) switch { 0 => 2048, 1 => 7, _ => 1 };
        string spill = configuration / 6 % 2 == 0 ? "off" : "on";
        string index = configuration / 12 % 2 == 0 ? "on" : "off";
        string settings = string.Create(
            CultureInfo.InvariantCulture,
            $"SET max_parallel_workers_per_gather = {threads}; SET strata.batch_rows = {batch}; SET strata.force_spill = {spill}; SET enable_indexscan = {index}; SET enable_indexonlyscan = {index}; SET enable_bitmapscan = {index}; SET strata.enable_unnesting = {chooses}; SET strata.enable_adaptive_joins = {chooses}");
        runner.Run(settings);
        Assert.Null(runner.LastError);
        return settings;
    }

    private static string Rows(SqlRunner runner, string sql, bool isOrdered)
    {
        string result = runner.Run(sql);
        if (isOrdered)
            return result;
        string[] lines = result.Split('\n');
        Array.Sort(lines, StringComparer.Ordinal);
        return string.Join('\n', lines);
    }
}
