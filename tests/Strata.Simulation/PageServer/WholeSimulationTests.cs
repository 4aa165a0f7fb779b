using System.Globalization;
using Strata.Simulation.Quorum;
using Strata.Simulation.World;
using Xunit;
using Xunit.Abstractions;

namespace Strata.Simulation.PageServer;

public class WholeSimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void All_tiers_keep_every_promise_in_40_seeds() => RunSeeds(40);

    [Fact, Trait("Category", "Soak")]
    public void Every_tier_keeps_every_promise_in_2000_seeds() => RunSeeds(2000);

    [Fact]
    public void Same_seed_same_history()
    {
        var first = new WholeSimulation(Seeds.First);
        var second = new WholeSimulation(Seeds.First);
        first.Run();
        second.Run();
        Assert.Equal(first.World.TraceHash, second.World.TraceHash);
        Assert.Equal(first.World.Random.NextUInt64(), second.World.Random.NextUInt64());
    }

    private void RunSeeds(int count)
    {
        var pages = new PageServerStatistics();
        var quorum = new QuorumStatistics();
        foreach (ulong seed in Seeds.Take(count))
        {
            var simulation = new WholeSimulation(seed);
            try
            {
                simulation.Run();
            }
            catch (SimulationViolationException)
            {
                output.WriteLine(simulation.World.RecentTrace);
                throw;
            }
            quorum.Add(simulation.Quorum);
            pages.Crashes += simulation.Statistics.Crashes;
            pages.Takeovers += simulation.Statistics.Takeovers;
            pages.Compactions += simulation.Statistics.Compactions;
            pages.Comparisons += simulation.Statistics.Comparisons;
        }
        output.WriteLine(quorum.PerSeed(count));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"page servers, per seed: {(double)pages.Crashes / count:F1} crashes, {(double)pages.Takeovers / count:F1} takeovers, {(double)pages.Compactions / count:F1} compactions, {(double)pages.Comparisons / count:F0} page comparisons"));
        Assert.True(quorum.Elections >= 3 * count && quorum.Crashes + pages.Crashes >= 3 * count && pages.Compactions >= 2 * count);
    }
}
