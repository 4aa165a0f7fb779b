using Strata.Format;
using Strata.Format.Messages;

namespace Strata.Compute.Wal;

/// <summary>
/// The consensus core of a compute: wins a term from a majority, takes the most advanced log among the voters for its own, tells every safekeeper where its log parts from that one, and knows
/// what is committed. No clock, socket or thread: events in, messages to <see cref="Outbox"/>. The shell (and the simulator) sends WAL bytes at each safekeeper's
/// own pace from <see cref="ProposerPeer.NextSendLsn"/>. Not thread-safe.
/// </summary>
public sealed class Proposer
{
    private readonly QuorumConfiguration _configuration;
    private readonly ProposerPeer[] _peers;
    private readonly Dictionary<uint, ulong> _incarnations = [];
    private SafekeeperMember[] _roundMembers = [];
    private ulong _highestTerm;
    private bool _roundOpen;
    private int _donor = -1;
    private uint _round = 1;

    // Whether a majority has the present list of members durably; until then no safekeeper is told of its own incarnation.
    private bool _roundKnown;

    /// <param name="proposerId">A random id of this life of the compute.</param>
    /// <param name="configuration">The safekeepers.</param>
    public Proposer(UInt128 proposerId, QuorumConfiguration configuration)
    {
        Invariant.Check(proposerId != 0, "a proposer has an id");
        ProposerId = proposerId;
        _configuration = configuration;
        _peers = [.. configuration.AllMembers.Select(id => new ProposerPeer(id))];
    }

    public UInt128 ProposerId { get; }

    public ProposerPhase Phase { get; private set; } = ProposerPhase.Campaigning;

    /// <summary>The term that it leads, or campaigns for.</summary>
    public ulong Term { get; private set; }

    /// <summary>Where its own records begin; valid once it leads.</summary>
    public Lsn TermStartLsn { get; private set; }

    /// <summary>The log's terms, ending with its own; valid once it leads.</summary>
    public TermHistory History { get; private set; } = TermHistory.Empty;

    /// <summary>Where a safekeeper that has no log begins; valid once it leads.</summary>
    public Lsn BaseLsn { get; private set; }

    /// <summary>Everything at or below is on the quorum for ever.</summary>
    public Lsn CommitLsn { get; private set; }

    /// <summary>What page servers applied, as reported to any safekeeper.</summary>
    public Lsn IngestedLsn { get; private set; }

    /// <summary>What page servers made durable, as reported to any safekeeper.</summary>
    public Lsn RemoteConsistentLsn { get; private set; }

    public IReadOnlyList<ProposerPeer> Peers => _peers;

    /// <summary>Messages to send, in order; the shell takes them out.</summary>
    public List<ProposerSend> Outbox { get; } = [];

    /// <summary>The round was refused or is stuck: begin another after a pause, so that two candidates don't chase each other.</summary>
    public bool WantsNewRound { get; private set; }

    /// <summary>Why the term was lost.</summary>
    public string LostReason { get; private set; } = "";

    /// <summary>Index of the voter whose log was adopted.</summary>
    internal int Donor => _donor;

    internal ProposerFaults Faults { get; set; }

    /// <summary>A safekeeper answered the greeting on a new connection.</summary>
    public void Greeted(int index, SafekeeperGreetingReply reply)
    {
        ProposerPeer peer = _peers[index];
        Invariant.Check(reply.Member.Id == peer.Id, "the shell connects to the safekeeper that it means");
        Disconnected(index);
        peer.Greeted = true;
        peer.Member = reply.Member;
        peer.TimelineExists = reply.TimelineExists;
        Learn(reply.Member);
        _highestTerm = Math.Max(_highestTerm, reply.Term);
        if (Phase == ProposerPhase.Leading)
        {
            if (reply.Term > Term)
            {
                Lose($"safekeeper {peer.Id} has seen term {reply.Term}");
                return;
            }
            if (peer.TimelineExists)
                Outbox.Add(new ProposerSend(index, VoteRequest()));
            else
                SendElected(index, BaseLsn);
        }
        else if (Phase == ProposerPhase.Campaigning)
        {
            if (_roundOpen && peer.TimelineExists)
                Outbox.Add(new ProposerSend(index, VoteRequest()));
            else if (!_roundOpen && !WantsNewRound && IsQuorum(candidate => candidate.Greeted && candidate.TimelineExists))
                StartRound();
        }
    }

    /// <summary>The connection to a safekeeper broke: what it acknowledged is asked for again on the next one.</summary>
    public void Disconnected(int index)
    {
        ProposerPeer peer = _peers[index];
        peer.Greeted = false;
        peer.Adopted = false;
        peer.Round = 0;
        peer.Voted = false; // it may be back with an empty directory: its vote must be given again
    }

    /// <summary>Begins a campaign for a term above all seen. Does nothing unless a majority has greeted.</summary>
    public void StartRound()
    {
        if (Phase != ProposerPhase.Campaigning || !IsQuorum(peer => peer.Greeted && peer.TimelineExists))
            return;
        WantsNewRound = false;
        _roundOpen = true;
        Term = Math.Max(Term, _highestTerm) + 1;
        _highestTerm = Term;
        _roundMembers = [.. _peers.Select(peer => new SafekeeperMember(peer.Id, _incarnations.GetValueOrDefault(peer.Id)))];
        for (int i = 0; i < _peers.Length; i++)
        {
            _peers[i].Voted = false;
            _peers[i].LogState = null;
            if (_peers[i].Greeted && _peers[i].TimelineExists)
                Outbox.Add(new ProposerSend(i, VoteRequest()));
        }
    }

    /// <summary>A safekeeper answered a vote request: a vote while campaigning, the state of its log at any time.</summary>
    public void Handle(int index, SafekeeperVoteResponse response)
    {
        ProposerPeer peer = _peers[index];
        if (Phase == ProposerPhase.Lost || !peer.Greeted || response.Member != peer.Member)
            return;
        _highestTerm = Math.Max(_highestTerm, response.Term);
        foreach (SafekeeperMember known in response.KnownMembers)
            Learn(known);
        if (response.RequestTerm != Term)
            return; // of an earlier round
        if (response.Term > Term)
        {
            if (Phase == ProposerPhase.Leading)
                Lose($"safekeeper {peer.Id} has seen term {response.Term}");
            else
                GiveUpRound();
            return;
        }
        if (Phase == ProposerPhase.Leading)
        {
            peer.LogState = response;
            if (!peer.Adopted)
                SendElected(index, response);
            return;
        }
        bool named = Array.IndexOf(_roundMembers, response.Member) >= 0;
        if (response.Refusal == SafekeeperVoteRefusal.Term || (response.Refusal == SafekeeperVoteRefusal.Configuration && named))
        {
            GiveUpRound();
            return;
        }
        peer.LogState = response;

        // A vote counts only when every voter was told of this incarnation: see SafekeeperMember.
        peer.Voted |= response.Granted && named;
        if (IsQuorum(candidate => candidate.Voted))
            BecomeLeader();
    }

    /// <summary>
    /// A safekeeper answered an append or an election. Returns whether <see cref="CommitLsn"/> advanced. <paramref name="lastInFlight"/>: no other append is under way to it, so when its log
    /// ends before <see cref="ProposerPeer.NextSendLsn"/> something was lost, and sending goes back.
    /// </summary>
    public bool Handle(int index, in SafekeeperAppendResponse response, bool lastInFlight)
    {
        ProposerPeer peer = _peers[index];
        if (Phase != ProposerPhase.Leading || !peer.Greeted)
            return false;
        if (response.Term > Term)
        {
            Lose($"safekeeper {peer.Id} has seen term {response.Term}");
            return false;
        }
        IngestedLsn = Lsn.MaxOf(IngestedLsn, response.IngestedLsn);
        RemoteConsistentLsn = Lsn.MaxOf(RemoteConsistentLsn, response.RemoteConsistentLsn);
        if (response.Term < Term || !response.Adopted)
            return false;
        peer.MayVote = response.MayVote;
        peer.Round = response.Round;
        if (!peer.Adopted)
        {
            peer.Adopted = true;
            peer.FlushLsn = response.FlushLsn;
            peer.NextSendLsn = response.FlushLsn;
        }
        else
        {
            peer.FlushLsn = Lsn.MaxOf(peer.FlushLsn, response.FlushLsn);
            if (lastInFlight && response.FlushLsn < peer.NextSendLsn)
                peer.NextSendLsn = response.FlushLsn;
        }
        if (!peer.MayVote && Array.IndexOf(_roundMembers, peer.Member) < 0)
            SpreadMembers(index);
        else if (!_roundKnown)
            _roundKnown = IsQuorum(voter => voter.Adopted && voter.MayVote && voter.Round == _round);
        else if (!peer.MayVote && peer.ToldRound != _round)
            Outbox.Add(new ProposerSend(index, null)); // greets anew, and is told of its own incarnation
        return AdvanceCommit();
    }

    /// <summary>
    /// A safekeeper from which log bytes at an LSN (older than what the compute holds) can be copied to another one: it has adopted this log, or is the voter whose log was chosen. -1 when
    /// there is none at present.
    /// </summary>
    public int FindSource(Lsn lsn, int exceptPeer)
    {
        int best = -1;
        for (int i = 0; i < _peers.Length; i++)
        {
            ProposerPeer peer = _peers[i];
            if (i == exceptPeer || !peer.Greeted)
                continue;
            if (peer.Adopted && peer.FlushLsn > lsn && (best < 0 || peer.FlushLsn > _peers[best].FlushLsn))
                best = i;
        }
        if (best < 0 && _donor >= 0 && _donor != exceptPeer && _peers[_donor].Greeted && TermStartLsn > lsn)
            best = _donor;
        return best;
    }

    private void BecomeLeader()
    {
        _donor = -1;
        for (int i = 0; i < _peers.Length; i++)
        {
            if (_peers[i].Voted && (_donor < 0 || IsAhead(_peers[i].LogState!, _peers[_donor].LogState!)))
                _donor = i;
        }
        SafekeeperVoteResponse chosen = _peers[_donor].LogState!;
        Phase = ProposerPhase.Leading;
        _roundKnown = true; // by the votes
        TermStartLsn = chosen.FlushLsn;
        BaseLsn = chosen.LocalStartLsn;

        // A safekeeper whose last common term was folded away begins again at the base, as one without a log.
        History = chosen.History.UpTo(chosen.FlushLsn).Trim(SafekeeperProtocol.MaxTermHistory / 2).Append(Term, TermStartLsn);
        for (int i = 0; i < _peers.Length; i++)
        {
            ProposerPeer peer = _peers[i];
            if (peer.LogState is { } state && peer.Voted)
                CommitLsn = Lsn.MaxOf(CommitLsn, Lsn.Min(state.CommitLsn, TermStartLsn));
            if (!peer.Greeted)
                continue;
            if (!peer.TimelineExists)
                SendElected(i, BaseLsn);
            else if (peer.LogState is { } known)
                SendElected(i, known);
        }
    }

    /// <summary>Logs are compared by the term of their end first: an older term's longer tail was never committed.</summary>
    private static bool IsAhead(SafekeeperVoteResponse left, SafekeeperVoteResponse right)
    {
        ulong leftTerm = left.History.TermAt(left.FlushLsn);
        ulong rightTerm = right.History.TermAt(right.FlushLsn);
        return leftTerm != rightTerm ? leftTerm > rightTerm : left.FlushLsn > right.FlushLsn;
    }

    private void SendElected(int index, SafekeeperVoteResponse log) =>
        SendElected(index, TermHistory.HighestCommonPoint(log.History, log.FlushLsn, History, Lsn.Max) ?? BaseLsn);

    private void SendElected(int index, Lsn start)
    {
        _peers[index].NextSendLsn = start;
        SafekeeperMember[] members = _roundKnown
            ? _roundMembers
            : [.. _roundMembers.Select(member => member.Id == _peers[index].Id ? new SafekeeperMember(member.Id, 0) : member)];
        _peers[index].ToldRound = _roundKnown ? _round : 0;
        Lsn catchUp = Lsn.MaxOf(TermStartLsn, CommitLsn);
        Outbox.Add(new ProposerSend(
            index, new SafekeeperElected(Term, ProposerId, start, BaseLsn, History, catchUp, _round, _configuration.Generation, members)));
    }

    /// <summary>
    /// A safekeeper came back in a new life, which the voters have not heard of. Before it may count again, a majority must know of it, or a candidate could still win with
    /// a vote of its earlier life: all others greet anew and get the new list. Then it is told of its own incarnation, and votes again when it has caught up.
    /// </summary>
    private void SpreadMembers(int newcomer)
    {
        _roundMembers = [.. _peers.Select(peer => new SafekeeperMember(peer.Id, _incarnations.GetValueOrDefault(peer.Id)))];
        _round++;
        _roundKnown = false;
        for (int i = 0; i < _peers.Length; i++)
        {
            if (i != newcomer && _peers[i].Greeted)
                Outbox.Add(new ProposerSend(i, null));
        }
    }

    private SafekeeperVoteRequest VoteRequest() => new(Term, ProposerId, _configuration.Generation, _roundMembers);

    private bool AdvanceCommit()
    {
        Lsn quorum = QuorumFlush(_configuration.Members);
        if (_configuration.Joint is not null)
            quorum = Lsn.Min(quorum, QuorumFlush(_configuration.Joint));

        // Below the term's start a majority proves nothing: a voter with a longer log of a term in between could still win and cut it.
        bool own = quorum >= TermStartLsn || (Faults & ProposerFaults.CommitOlderTermByCount) != 0;
        if (quorum <= CommitLsn || !own)
            return false;
        CommitLsn = quorum;
        return true;
    }

    /// <summary>The highest LSN that a majority of these members has made durable in this term; zero when there is no majority.</summary>
    private Lsn QuorumFlush(uint[] members)
    {
        Span<ulong> flushed = stackalloc ulong[SafekeeperProtocol.MaxMembers];
        int count = 0;
        foreach (ProposerPeer peer in _peers)
        {
            bool counts = peer.Adopted && (peer.MayVote || (Faults & ProposerFaults.CountBarred) != 0);
            if (Array.IndexOf(members, peer.Id) >= 0 && counts)
                flushed[count++] = peer.FlushLsn.Value;
        }
        int majority = members.Length / 2 + 1;
        if (count < majority)
            return Lsn.Zero;
        flushed[..count].Sort();
        return new Lsn(flushed[count - majority]);
    }

    private bool IsQuorum(Func<ProposerPeer, bool> counts) =>
        IsMajority(_configuration.Members, counts) && (_configuration.Joint is null || IsMajority(_configuration.Joint, counts));

    private bool IsMajority(uint[] members, Func<ProposerPeer, bool> counts) =>
        _peers.Count(peer => Array.IndexOf(members, peer.Id) >= 0 && counts(peer)) >= members.Length / 2 + 1;

    private void Learn(SafekeeperMember member)
    {
        if (member.Incarnation > _incarnations.GetValueOrDefault(member.Id))
            _incarnations[member.Id] = member.Incarnation;
    }

    private void GiveUpRound()
    {
        _roundOpen = false;
        WantsNewRound = true;
    }

    private void Lose(string reason)
    {
        Phase = ProposerPhase.Lost;
        LostReason = reason;
    }
}
