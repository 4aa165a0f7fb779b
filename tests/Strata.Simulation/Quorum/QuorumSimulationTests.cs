using Strata.Compute.Wal;
using Strata.Safekeeper.Consensus;
using Strata.Simulation.World;
using Xunit;
using Xunit.Abstractions;

namespace Strata.Simulation.Quorum;

public class QuorumSimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void No_invariant_breaks_in_150_seeds() => RunSeeds(150);

    [Fact, Trait("Category", "Soak")]
    public void No_invariant_breaks_in_2000_seeds() => RunSeeds(2000);

    [Fact]
    public void The_same_seed_gives_the_same_history()
    {
        var first = new QuorumSimulation(Seeds.First);
        first.Run();
        var second = new QuorumSimulation(Seeds.First);
        second.Run();
        Assert.Equal(first.World.TraceHash, second.World.TraceHash);
        Assert.Equal(first.World.Steps, second.World.Steps);
        Assert.Equal(first.World.Random.NextUInt64(), second.World.Random.NextUInt64());
        Assert.Equal(first.Committed.EndLsn, second.Committed.EndLsn);
        var other = new QuorumSimulation(Seeds.First + 1);
        other.Run();
        Assert.NotEqual(first.World.TraceHash, other.World.TraceHash);
    }

    [Fact]
    public void Commit_by_count_of_an_older_term_is_found() => Finds(AcceptorFaults.None, ProposerFaults.CommitOlderTermByCount);

    [Fact]
    public void A_wiped_safekeeper_that_votes_is_found() => Finds(AcceptorFaults.WipedVotes, ProposerFaults.None);

    [Fact]
    public void A_truncation_that_is_left_out_is_found() => Finds(AcceptorFaults.SkipTruncation, ProposerFaults.None);

    private static bool IsFeud(ulong seed) => seed % 3 == 0;

    /// <summary>These seeds are fixed: what is tested is the simulator's power to find a known bug.</summary>
    private void Finds(AcceptorFaults acceptorFaults, ProposerFaults proposerFaults)
    {
        const int SeedsMax = 1000;
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            try
            {
                new QuorumSimulation(seed, acceptorFaults, proposerFaults, feuding: seed % 4 != 0).Run();
            }
            catch (SimulationViolationException violation)
            {
                output.WriteLine($"found after {seed} seeds: {violation.Message}");
                return;
            }
        }
        Assert.Fail($"the planted bug was not found in {SeedsMax} seeds");
    }

    private void RunSeeds(int count)
    {
        var total = new QuorumStatistics();
        foreach (ulong seed in Seeds.Take(count))
        {
            var simulation = new QuorumSimulation(seed, feuding: IsFeud(seed));
            try
            {
                simulation.Run();
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}\n{simulation.World.RecentTrace}");
            }
            total.Add(simulation.Statistics);
        }
        output.WriteLine(total.PerSeed(count));
        Assert.True(total.Elections >= 3 * count, "at least three elections per seed");
        Assert.True(total.Crashes >= 3 * count, "at least three crashes per seed");
    }
}
