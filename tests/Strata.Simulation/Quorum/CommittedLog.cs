using Strata.Format;
using Strata.Simulation.World;

namespace Strata.Simulation.Quorum;

/// <summary>
/// The oracle: every byte that any leader ever declared committed, and the logs of all leaders. A byte that is committed never changes and never goes away.
/// </summary>
public sealed class CommittedLog(SimulatedWorld world, Lsn start)
{
    private readonly List<byte> _bytes = [];
    private readonly List<LeaderLog> _leaders = [];

    /// <summary>Where the timeline begins.</summary>
    public Lsn StartLsn => start;

    /// <summary>End of what was ever committed.</summary>
    public Lsn EndLsn => start + (ulong)_bytes.Count;

    /// <summary>Terms won so far.</summary>
    public int Elections => _leaders.Count;

    /// <summary>The committed bytes in a range.</summary>
    public ReadOnlySpan<byte> Bytes(Lsn from, Lsn to) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes)[(int)(from - start)..(int)(to - start)];

    /// <summary>
    /// A term was won with a log: it must hold all that leaders of lower terms committed, and no other leader may have that term. (A leader that gets its last vote late may stand below
    /// a newer one; it can't commit, and need not hold what that one did.)
    /// </summary>
    public void Elected(LeaderLog leader)
    {
        Lsn promised = start;
        foreach (LeaderLog other in _leaders)
        {
            world.Require(other.Term != leader.Term, $"two leaders in term {leader.Term}");
            if (other.Term < leader.Term)
                promised = Lsn.MaxOf(promised, other.CommittedLsn);
        }
        world.Require(
            leader.EndLsn >= promised, $"leader of term {leader.Term} begins at {leader.EndLsn}, but {promised} was committed: acknowledged commits are lost");
        CheckEqual(leader, leader.BeginLsn, promised, "a leader's log");
        _leaders.Add(leader);
    }

    /// <summary>A leader declares an LSN committed.</summary>
    public void Committed(LeaderLog leader, Lsn commit)
    {
        leader.CommittedLsn = commit;
        world.Require(commit <= leader.EndLsn, $"leader of term {leader.Term} commits {commit} past its own log {leader.EndLsn}");
        CheckEqual(leader, leader.BeginLsn, Lsn.Min(commit, EndLsn), "a commit");
        if (commit <= EndLsn)
            return;
        Lsn from = EndLsn;
        world.Require(from >= leader.BeginLsn, $"leader of term {leader.Term} commits {commit}, but what is below {leader.BeginLsn} was never committed");
        _bytes.AddRange(leader.Bytes(from, commit));
        foreach (LeaderLog other in _leaders)
        {
            if (other.Term <= leader.Term)
                continue;
            world.Require(other.EndLsn >= commit, $"term {leader.Term} commits {commit}, but the leader of term {other.Term} has only {other.EndLsn}");
            world.Require(
                other.Bytes(from, commit).SequenceEqual(leader.Bytes(from, commit)),
                $"term {leader.Term} commits {from}..{commit}, where the leader of term {other.Term} has other bytes");
        }
    }

    /// <summary>What a safekeeper or reader takes for committed.</summary>
    public void CheckCopy(string who, Lsn from, ReadOnlySpan<byte> bytes)
    {
        Lsn to = from + (ulong)bytes.Length;
        world.Require(to <= EndLsn, $"{who} takes {to} for committed, but only {EndLsn} is");
        world.Require(Bytes(from, to).SequenceEqual(bytes), $"{who} has other bytes than were committed in {from}..{to}");
    }

    private void CheckEqual(LeaderLog leader, Lsn from, Lsn to, string what)
    {
        from = Lsn.MaxOf(from, start);
        if (from < to)
            world.Require(Bytes(from, to).SequenceEqual(leader.Bytes(from, to)), $"{what} of term {leader.Term} differs from committed bytes in {from}..{to}");
    }
}
