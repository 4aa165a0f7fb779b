using Strata.PageServer.Timelines;
using Strata.Simulation.World;
using Xunit;
using Xunit.Abstractions;

namespace Strata.Simulation.PageServer;

public class PageServerSimulationTests(ITestOutputHelper output)
{
    private static int SeedCount =>
        int.TryParse(Environment.GetEnvironmentVariable("STRATA_PAGESERVER_SEEDS"), out int count) ? count : 25;

    [Fact]
    public void Every_page_equals_naive_replay_whatever_happens()
    {
        var sum = new PageServerStatistics();
        foreach (ulong seed in Seeds.Take(SeedCount))
        {
            var simulation = new PageServerSimulation(seed);
            try
            {
                simulation.Run();
            }
            catch (SimulationViolationException)
            {
                output.WriteLine(simulation.World.RecentTrace);
                throw;
            }
            sum.Crashes += simulation.Statistics.Crashes;
            sum.Takeovers += simulation.Statistics.Takeovers;
            sum.Compactions += simulation.Statistics.Compactions;
            sum.Branches += simulation.Statistics.Branches;
            sum.Collections += simulation.Statistics.Collections;
            sum.Comparisons += simulation.Statistics.Comparisons;
        }
        output.WriteLine(
            $"{SeedCount} seeds; per seed: {Average(sum.Crashes)} crashes, {Average(sum.Takeovers)} takeovers, {Average(sum.Compactions)} compactions, " +
            $"{Average(sum.Branches)} branches, {Average(sum.Collections)} moves of the history's start, {Average(sum.Comparisons)} page comparisons");
        Assert.True(sum.Crashes >= 3 * SeedCount && sum.Compactions >= 2 * SeedCount && sum.Branches >= SeedCount && sum.Collections >= SeedCount);

        static string Average(long sum) => (sum / (double)SeedCount).ToString("F1", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Same_seed_same_history()
    {
        var first = new PageServerSimulation(4711);
        var second = new PageServerSimulation(4711);
        first.Run();
        second.Run();
        Assert.Equal(first.World.TraceHash, second.World.TraceHash);
        Assert.Equal(first.World.Random.NextUInt64(), second.World.Random.NextUInt64());
    }

    [Theory]
    [InlineData(UploaderFaults.IndexBeforeLayers)]
    [InlineData(UploaderFaults.AdvanceBeforeIndex)]
    [InlineData(UploaderFaults.NoValidation)]
    internal void Finds_a_planted_bug_of_the_uploader(UploaderFaults fault) =>
        Assert.True(IsFound(seed => new PageServerSimulation(seed, fault)), $"{fault} was not found");

    [Fact]
    public void Finds_a_stale_last_written_lsn() =>
        Assert.True(IsFound(static seed => new PageServerSimulation(seed, staleLastWritten: true)), "not found");

    private bool IsFound(Func<ulong, PageServerSimulation> create)
    {
        foreach (ulong seed in Seeds.Take(60))
        {
            try
            {
                create(seed).Run();
            }
            catch (SimulationViolationException violation)
            {
                output.WriteLine(violation.Message);
                return true;
            }
        }
        return false;
    }
}
