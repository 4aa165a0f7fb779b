using Strata.Compute.Wal;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Consensus;
using Strata.Safekeeper.Timelines;
using Strata.Simulation.World;

namespace Strata.Simulation.Quorum;

/// <summary>
/// Three safekeepers, computes that follow (and fight) each other, a reader of committed WAL, and everything that can go wrong: see <see cref="Run"/>. Invariants are checked by
/// <see cref="CommittedLog"/> at every election and commit, at each safekeeper after each message, and for log matching every so many events.
/// </summary>
public sealed class QuorumSimulation
{
    public const int SegmentBytes = 16 << 10;
    public static readonly ProjectId Project = new(1);
    public static readonly TimelineId Timeline = new(2);
    internal static readonly TimelineKey Key = new(Project, Timeline);
    private const int LogMatchingEverySteps = 150;

    private readonly Dictionary<(ulong Term, uint Safekeeper, UInt128 Proposer), (Lsn Begin, byte[] Log)> _votes = [];
    private readonly List<SimulatedCompute> _computes = [];
    private readonly ProposerFaults _proposerFaults;
    private readonly bool _feuding;
    private Lsn _readerLsn;
    private int _failPutOneIn = 12;
    private int _computeNumber;

    /// <param name="feuding">Computes replace each other all the time.</param>
    internal QuorumSimulation(
        ulong seed, AcceptorFaults acceptorFaults = AcceptorFaults.None, ProposerFaults proposerFaults = ProposerFaults.None, bool feuding = false)
    {
        _feuding = feuding;
        World = new SimulatedWorld(seed);
        _proposerFaults = proposerFaults;
        Start = new Lsn(16 + 8 * (ulong)World.Random.Next(4000));
        _readerLsn = Start;
        Committed = new CommittedLog(World, Start);
        Store = new FaultyObjectStore(new MemoryObjectStore(), PlanStore);
        Safekeepers = [.. Enumerable.Range(1, 3).Select(id => new SimulatedSafekeeper(World, this, (uint)id, Store, acceptorFaults))];
        World.Invariants.Add(CheckLogMatching);
    }

    public SimulatedWorld World { get; }

    public SimulatedNetworkFaults Faults { get; private set; } = new();

    public CommittedLog Committed { get; }

    public QuorumStatistics Statistics { get; } = new();

    public IObjectStore Store { get; }

    /// <summary>Where the timeline begins: anywhere in a segment, as a branch does.</summary>
    public Lsn Start { get; }

    public IReadOnlyList<SimulatedSafekeeper> Safekeepers { get; }

    /// <summary>Makes the finished, unsealed records of computes, given the log that they will follow; null for records that change no page.</summary>
    public Func<LeaderLog, Strata.Format.Wal.WalRecordKind, byte[]>? RecordSource { get; set; }

    /// <summary>False when real readers take the place of the one that only checks bytes; set before <see cref="Begin"/>.</summary>
    public bool HasReader { get; set; } = true;

    /// <summary>Set for the last part of a history: no more faults, few records.</summary>
    public bool Quiet { get; private set; }

    /// <summary>Runs the history: two virtual seconds of faults, then all are healed and a last compute must commit, and all safekeepers must agree.</summary>
    public void Run()
    {
        Begin();
        World.RunUntil(TimeSpan.FromSeconds(2));
        Heal();
        World.RunUntil(World.Now + TimeSpan.FromSeconds(3));
        CheckEnd();
        Statistics.Steps = World.Steps;
        Statistics.CommittedBytes = (long)(Committed.EndLsn - Committed.StartLsn);
    }

    /// <summary>Creates the timeline, starts a compute and schedules the faults; for histories that are driven from outside.</summary>
    public void Begin()
    {
        foreach (SimulatedSafekeeper safekeeper in Safekeepers)
        {
            while (!safekeeper.Up)
                safekeeper.StartIfDown();
            safekeeper.Create(Start);
        }
        StartCompute();
        // In a feud lives are short and uncommitted tails are everywhere.
        Every(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(_feuding ? 80 : 350), "new compute", NewCompute);
        Every(TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(250), "crash", CrashOne);
        Every(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(900), "wipe", WipeOne);
        Every(TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(300), "partition", PartitionOne);
        Every(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(600), "disk full", FillDisk);
        foreach (SimulatedSafekeeper safekeeper in Safekeepers)
            Every(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(40), $"maintain {safekeeper.Id}", safekeeper.Maintain, always: true);
        if (HasReader)
            Every(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(30), "reader", ReadCommitted, always: true);
    }

    /// <summary>Ends all faults, starts what is down and a last compute.</summary>
    public void Heal()
    {
        Quiet = true;
        Faults = new SimulatedNetworkFaults { LoseOneIn = 0, RepeatOneIn = 0, StallOneIn = 0 };
        _failPutOneIn = 0;
        foreach (SimulatedSafekeeper safekeeper in Safekeepers)
        {
            safekeeper.Disk.FailOneIn = 0;
            safekeeper.StartIfDown();
        }
        foreach (SimulatedCompute compute in _computes)
            compute.Kill();
        StartCompute();
    }

    /// <summary>The newest compute that leads, or null.</summary>
    public SimulatedCompute? Leader => _computes.LastOrDefault(compute => compute.IsLeading);

    internal void VoteGiven(SimulatedSafekeeper safekeeper, SafekeeperVoteRequest vote, SafekeeperVoteResponse response)
    {
        byte[] log = safekeeper.LocalLog(out Lsn begin);
        World.Require(begin + (ulong)log.Length == response.FlushLsn, "a vote names the flush LSN");
        _votes.TryAdd((vote.Term, safekeeper.Id, vote.ProposerId), (begin, log));
    }

    internal LeaderLog Elected(SimulatedCompute compute, Proposer proposer)
    {
        (Lsn begin, byte[] log) = _votes[(proposer.Term, proposer.Peers[proposer.Donor].Id, proposer.ProposerId)];
        World.Trace($"c{compute.Number} leads term {proposer.Term} from {proposer.TermStartLsn}");
        World.Require(begin + (ulong)log.Length == proposer.TermStartLsn, "the term begins at the end of the donor's log");
        var leader = new LeaderLog(proposer.Term, begin, log);
        Committed.Elected(leader);
        // A new leader that reaches one safekeeper only, sometimes before any other knows of its election, builds a tail that nobody else has: what elections and truncation are about.
        if (!Quiet && World.OneIn(_feuding ? 2 : 3))
        {
            if (World.OneIn(2))
                Partition(compute, isolate: true);
            else
                World.After(World.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(10)), "isolate leader", () => Partition(compute, isolate: true));
        }
        return leader;
    }

    private void Every(TimeSpan min, TimeSpan max, string what, Action action, bool always = false)
    {
        World.After(World.Between(min, max), what, () =>
        {
            if (Quiet && !always)
                return;
            action();
            Every(min, max, what, action, always);
        });
    }

    private void StartCompute()
    {
        _computes.Add(new SimulatedCompute(World, this, ++_computeNumber, _proposerFaults));
        if (_computes.Count > 4)
        {
            _computes[0].Kill();
            _computes.RemoveAt(0);
        }
    }

    private void NewCompute()
    {
        // Often the old one lives on and does not know yet.
        if (World.OneIn(2))
            _computes[^1].Kill();
        StartCompute();
        if (_feuding && World.OneIn(2))
            Partition(_computes[^1], isolate: false);
    }

    private void CrashOne()
    {
        SimulatedSafekeeper victim = Safekeepers[World.Random.Next(3)];
        if (!victim.Up)
            return;
        if (World.OneIn(2))
            victim.Disk.CrashWithin(12);
        else
            victim.Crash();
    }

    /// <summary>One disk is lost, as long as the other two hold all that was promised: with two lost at a time no quorum can help.</summary>
    private void WipeOne()
    {
        int victim = World.Random.Next(3);
        if (Safekeepers[victim].Up && Safekeepers.All(safekeeper => safekeeper.IsSound))
            Safekeepers[victim].Wipe();
    }

    /// <summary>Cuts a compute off from one safekeeper, or from all but one.</summary>
    private void PartitionOne() => Partition(_computes[World.Random.Next(_computes.Count)], isolate: World.OneIn(2));

    private void Partition(SimulatedCompute compute, bool isolate)
    {
        Statistics.Partitions++;
        int chosen = World.Random.Next(3);
        SimulatedLink[] links = [.. Enumerable.Range(0, 3).Where(i => (i == chosen) != isolate).Select(compute.LinkTo)];
        foreach (SimulatedLink link in links)
            link.Partitioned = true;
        World.After(World.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(_feuding ? 80 : 300)), "partition ends", () =>
        {
            foreach (SimulatedLink link in links)
                link.Partitioned = false;
        });
    }

    private void FillDisk()
    {
        SimulatedSafekeeper victim = Safekeepers[World.Random.Next(3)];
        victim.Disk.FailOneIn = 2;
        World.After(World.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(150)), "disk has room", () => victim.Disk.FailOneIn = 0);
    }

    private ObjectFault PlanStore(string call, string key)
    {
        if (_failPutOneIn == 0 || key.StartsWith("safekeepers/", StringComparison.Ordinal) || !World.OneIn(_failPutOneIn))
            return ObjectFault.None;
        return World.OneIn(2) ? ObjectFault.FailBefore : ObjectFault.FailAfter;
    }

    private void ReadCommitted()
    {
        SimulatedSafekeeper source = Safekeepers[World.Random.Next(3)];
        byte[] buffer = new byte[World.Random.Next(40_000) + 1];
        int count = source.ReadCommitted(_readerLsn, buffer);
        Lsn read = _readerLsn + (ulong)count;
        // Like a page server: it goes on at record boundaries, and what it reports durable lags behind.
        var decoder = new Strata.Format.Wal.WalDecoder(_readerLsn);
        decoder.Append(buffer.AsSpan(0, count));
        while (decoder.TryRead(out _) == Strata.Format.Wal.WalDecodeResult.Record)
        {
        }
        World.Require(decoder.NextLsn <= read, "the reader stays within what it read");
        _readerLsn = decoder.NextLsn;
        if (World.OneIn(3))
            source.Feedback(_readerLsn, _readerLsn);
    }

    private void CheckLogMatching()
    {
        if (World.Steps % LogMatchingEverySteps != 0)
            return;
        for (int i = 0; i < Safekeepers.Count; i++)
        {
            for (int j = i + 1; j < Safekeepers.Count; j++)
            {
                if (Safekeepers[i].Timeline is not null && Safekeepers[j].Timeline is not null)
                    CheckLogMatching(Safekeepers[i], Safekeepers[j]);
            }
        }
    }

    private void CheckLogMatching(SimulatedSafekeeper left, SimulatedSafekeeper right)
    {
        byte[] leftLog = left.LocalLog(out Lsn leftBegin);
        byte[] rightLog = right.LocalLog(out Lsn rightBegin);
        Acceptor a = left.Timeline!.Acceptor, b = right.Timeline!.Acceptor;
        if (TermHistory.HighestCommonPoint(a.State.History, a.FlushLsn, b.State.History, b.FlushLsn) is not { } common)
            return;
        Lsn from = Lsn.MaxOf(leftBegin, rightBegin);
        if (from >= common)
            return;
        int count = (int)(common - from);
        World.Require(
            leftLog.AsSpan((int)(from - leftBegin), count).SequenceEqual(rightLog.AsSpan((int)(from - rightBegin), count)),
            $"log matching: safekeepers {left.Id} and {right.Id} differ below their common point {common}");
    }

    private void CheckEnd()
    {
        SimulatedCompute? leader = Leader;
        World.Require(leader is not null, "no compute leads although everything is healed");
        World.Require(leader!.AcknowledgedLsn > Start, "nothing was committed");
        foreach (SimulatedSafekeeper safekeeper in Safekeepers)
        {
            World.Require(safekeeper.IsSound, $"safekeeper {safekeeper.Id} did not recover");
            Lsn flush = safekeeper.Timeline!.Acceptor.FlushLsn;
            World.Require(leader.EndLsn - flush < 32_000, $"safekeeper {safekeeper.Id} did not catch up: {flush} of {leader.EndLsn}");
        }
        World.Require(Committed.EndLsn - _readerLsn < 40_000, $"the reader is stuck at {_readerLsn}, committed is {Committed.EndLsn}");
    }
}
