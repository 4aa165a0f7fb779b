using Strata.Format;
using Strata.Format.Messages;

namespace Strata.Safekeeper.Consensus;

/// <summary>
/// The consensus core of one timeline on one safekeeper: (state, message) → (state, effects, answer), without clock, socket or file. It keeps the promises that
/// make the log safe: one vote per term; appends only from the highest term seen and only after its history was adopted; nothing acknowledged that is not durable.
/// Not thread-safe: the shell serializes. When an effect fails the shell must throw this object away and start again from what is durable.
/// </summary>
public sealed class Acceptor
{
    private AcceptorState _state;
    private AcceptorState? _nextState;
    private Lsn _flushLsn;
    private Lsn _nextFlushLsn;
    private Lsn _commitLsn;
    private Lsn _ingestedLsn;
    private Lsn _remoteConsistentLsn;

    // Set by an election that named this incarnation: once the log reaches it, a barred safekeeper may vote again.
    private Lsn _catchUpLsn = Lsn.Max;
    private uint _round;
    private uint _nextRound;

    /// <summary>Starts from what is durable: the control file's state and the end of the last whole record of the log.</summary>
    public Acceptor(SafekeeperMember self, AcceptorState state, Lsn flushLsn)
    {
        Invariant.Check(state.PendingTruncation.IsZero, "a pending truncation is carried out before the acceptor starts");
        Invariant.Check(flushLsn >= state.LocalStartLsn, "the log reaches its own start");
        Self = self;
        _state = state;
        _flushLsn = flushLsn;
        _commitLsn = Lsn.Min(state.CommitLsn, flushLsn);
        _remoteConsistentLsn = state.RemoteConsistentLsn;
    }

    public SafekeeperMember Self { get; }

    /// <summary>The durable state.</summary>
    public AcceptorState State => _state;

    /// <summary>End of the durable log.</summary>
    public Lsn FlushLsn => _flushLsn;

    /// <summary>What is known to be committed, never past the durable log.</summary>
    public Lsn CommitLsn => _commitLsn;

    /// <summary>What page servers reported durable.</summary>
    public Lsn RemoteConsistentLsn => _remoteConsistentLsn;

    /// <summary>What page servers reported applied.</summary>
    public Lsn IngestedLsn => _ingestedLsn;

    /// <summary>Term of the end of the log.</summary>
    public ulong LastLogTerm => _state.History.TermAt(_flushLsn);

    /// <summary>Whether the history of the current term was adopted, so that its appends are taken.</summary>
    public bool Adopted => _state.Term > 0 && _state.History.LastTerm == _state.Term;

    internal AcceptorFaults Faults { get; set; }

    /// <summary>How far this safekeeper is: the answer to appends and elections.</summary>
    public SafekeeperAppendResponse Response => new(
        _state.Term, _flushLsn, _commitLsn, _remoteConsistentLsn, _ingestedLsn, _state.MayVote, Adopted, _round);

    /// <summary>A candidate asks for a vote.</summary>
    public AcceptorStep Handle(SafekeeperVoteRequest request)
    {
        SafekeeperVoteRefusal refusal = Judge(request);
        AcceptorState next = _state;
        if (refusal == SafekeeperVoteRefusal.None && (request.Term > _state.Term || _state.VotedFor != request.ProposerId))
        {
            next = _state with
            {
                Term = request.Term,
                VotedFor = request.ProposerId,
                Generation = request.Generation,
                Members = Merge(_state.Members, request.Members),
            };
        }
        _nextState = next;
        _nextRound = next.Term > _state.Term ? 0 : _round;
        _nextFlushLsn = _flushLsn;
        return new AcceptorStep
        {
            PersistFirst = ReferenceEquals(next, _state) ? null : next,
            Reply = new SafekeeperVoteResponse(
                Self, next.Term, request.Term, refusal, _flushLsn, _commitLsn, next.LocalStartLsn, next.History, next.Generation, next.Members),
        };
    }

    private SafekeeperVoteRefusal Judge(SafekeeperVoteRequest request)
    {
        // A vote given twice in a term would allow two leaders; the same candidate asking again (a lost answer) is no second vote.
        if (request.Term < _state.Term || (request.Term == _state.Term && _state.VotedFor != request.ProposerId) || request.Term == 0)
            return SafekeeperVoteRefusal.Term;

        // A wiped directory may have promised or acknowledged what it no longer knows.
        if (!_state.MayVote && (Faults & AcceptorFaults.WipedVotes) == 0)
            return SafekeeperVoteRefusal.NotCaughtUp;

        // A candidate that still counts on a promise of a wiped safekeeper's earlier life must begin again.
        if (request.Generation < _state.Generation)
            return SafekeeperVoteRefusal.Configuration;
        foreach (SafekeeperMember known in _state.Members)
        {
            foreach (SafekeeperMember named in request.Members)
            {
                if (named.Id == known.Id && named.Incarnation < known.Incarnation)
                    return SafekeeperVoteRefusal.Configuration;
            }
        }
        return SafekeeperVoteRefusal.None;
    }

    /// <summary>The leader of a term says where the logs part. The answer is <see cref="Response"/>, or an error.</summary>
    public AcceptorStep Handle(SafekeeperElected elected)
    {
        _nextState = null;
        _nextFlushLsn = _flushLsn;
        if (elected.Term < _state.Term)
            return default; // the response's term tells the sender that it is fenced
        if (elected.History.LastTerm != elected.Term || elected.Generation < _state.Generation)
            return Refuse(SafekeeperErrorKind.Fenced, "election with an outdated configuration or another term's history");

        // Where the logs part is worked out here as well: the message may have been overtaken by appends of the same leader (an old connection's queue), and
        // must not cut what was acknowledged since.
        Lsn? common = TermHistory.HighestCommonPoint(_state.History, _flushLsn, elected.History, Lsn.Max);
        bool reset = common is null && elected.StartStreamingAt == elected.BaseLsn;
        if (!reset && (common is null || elected.StartStreamingAt > common))
            return Refuse(SafekeeperErrorKind.Busy, $"election starts at {elected.StartStreamingAt}, but the logs part at {common}");
        Lsn at = common ?? elected.StartStreamingAt;
        if (at < _commitLsn && !reset)
            return Refuse(SafekeeperErrorKind.Protocol, $"election would cut the log at {at}, below what is committed ({_commitLsn})");

        AcceptorState voted = _state with
        {
            Term = elected.Term,
            VotedFor = elected.ProposerId,
            Generation = elected.Generation,
            Members = Merge(_state.Members, elected.Members),
        };
        _nextRound = elected.Term > _state.Term ? elected.Round : Math.Max(_round, elected.Round);
        AcceptorState adopted = voted with { History = elected.History, PendingTruncation = Lsn.Zero };
        foreach (SafekeeperMember member in elected.Members)
        {
            // The leader names this incarnation only when a majority knows it durably: no candidate can win any more with what the earlier life promised.
            if (member == Self)
                _catchUpLsn = Lsn.MaxOf(elected.CatchUpLsn, elected.History.Switches[^1].StartLsn);
        }
        if (reset)
            return Reset(voted, adopted, at);

        bool cut = at < _flushLsn && (Faults & AcceptorFaults.SkipTruncation) == 0;
        _nextFlushLsn = cut ? at : _flushLsn;
        _nextState = WithVote(adopted, _nextFlushLsn);
        if (!cut)
            return new AcceptorStep { PersistFirst = _nextState };

        // The mark goes first: after a crash in the middle the cut is finished before anybody sees a mixed log. The old history
        // stays until then; cut at a common point it is a prefix of the new one.
        return new AcceptorStep
        {
            PersistFirst = voted with { PendingTruncation = at },
            TruncateTo = at,
            PersistThen = _nextState,
        };
    }

    /// <summary>The leader no longer knows where this log parted, or it was removed everywhere: begin again at the base, as a directory that was lost.</summary>
    private AcceptorStep Reset(AcceptorState voted, AcceptorState adopted, Lsn at)
    {
        _nextFlushLsn = at;
        _commitLsn = at;
        _nextState = WithVote(
            adopted with
            {
                MayVote = false,
                LocalStartLsn = at,
                CommitLsn = at,
                UploadedLsn = Lsn.MaxOf(adopted.UploadedLsn, at),
                RemoteConsistentLsn = Lsn.MaxOf(adopted.RemoteConsistentLsn, at),
            },
            at);
        return new AcceptorStep
        {
            PersistFirst = voted with { MayVote = false, LocalStartLsn = at, CommitLsn = at, PendingTruncation = at },
            ResetTo = at,
            PersistThen = _nextState,
        };
    }

    /// <summary>WAL, or a newer commit LSN, from the leader. The answer is <see cref="Response"/>.</summary>
    public AcceptorStep Handle(in SafekeeperAppendRequest request, ReadOnlyMemory<byte> wal)
    {
        _nextState = null;
        _nextFlushLsn = _flushLsn;

        // Only the leader of the highest term seen, and only after its history was adopted: until then the tail may be another's.
        if (request.Term != _state.Term || !Adopted)
            return default;
        _remoteConsistentLsn = Lsn.MaxOf(_remoteConsistentLsn, request.RemoteConsistentLsn);
        _ingestedLsn = Lsn.MaxOf(_ingestedLsn, request.IngestedLsn);

        Lsn end = request.BeginLsn + (ulong)wal.Length;
        if (request.BeginLsn > _flushLsn || end <= _flushLsn)
        {
            // A gap (the leader goes back to the flush LSN of the answer), a repetition, or only news of the commit LSN.
            AdvanceCommit(request.CommitLsn);
            return default;
        }

        // A term has one leader and a leader's log only grows, so what overlaps is equal.
        ReadOnlyMemory<byte> fresh = wal[(int)(_flushLsn - request.BeginLsn)..];
        _nextFlushLsn = end;
        _pendingCommitLsn = request.CommitLsn;
        _nextRound = _round;
        AcceptorState voting = WithVote(_state, end);
        _nextState = ReferenceEquals(voting, _state) ? null : voting;
        return new AcceptorStep { WriteAt = _flushLsn, Wal = fresh };
    }

    private Lsn _pendingCommitLsn;

    /// <summary>All effects of the last step are durable. Returns a state that must be made durable too before the answer goes out, or null.</summary>
    public AcceptorState? Complete(in AcceptorStep step)
    {
        bool persisted = step.PersistFirst is not null || step.PersistThen is not null;
        AcceptorState? late = null;
        if (_nextState is not null)
        {
            if (!persisted && !ReferenceEquals(_nextState, _state))
                late = _nextState;
            _state = _nextState;
            _round = _nextRound;
            _nextState = null;
        }
        _flushLsn = _nextFlushLsn;
        if (!step.Wal.IsEmpty)
            AdvanceCommit(_pendingCommitLsn);
        Invariant.Check(_commitLsn <= _flushLsn, "committed is durable");
        return late;
    }

    /// <summary>A page server's report, already durable on its side.</summary>
    public void Feedback(Lsn ingested, Lsn remoteConsistent)
    {
        _ingestedLsn = Lsn.MaxOf(_ingestedLsn, Lsn.Min(ingested, _commitLsn));
        _remoteConsistentLsn = Lsn.MaxOf(_remoteConsistentLsn, Lsn.Min(remoteConsistent, _commitLsn));
    }

    /// <summary>
    /// The state with the positions that are only written now and then. The shell makes it durable, then calls <see cref="Adopt"/>; removal of WAL looks at the durable values only.
    /// </summary>
    public AcceptorState WithPositions(Lsn uploaded, Lsn localStart) => _state with
    {
        CommitLsn = Lsn.MaxOf(_commitLsn, _state.CommitLsn),
        RemoteConsistentLsn = Lsn.MaxOf(_remoteConsistentLsn, _state.RemoteConsistentLsn),
        UploadedLsn = Lsn.MaxOf(uploaded, _state.UploadedLsn),
        LocalStartLsn = Lsn.MaxOf(localStart, _state.LocalStartLsn),
    };

    /// <summary>Takes over a state of <see cref="WithPositions"/> that is durable now.</summary>
    public void Adopt(AcceptorState durable)
    {
        Invariant.Check(durable.Term == _state.Term && durable.VotedFor == _state.VotedFor, "no vote was given meanwhile");
        _state = durable;
    }

    /// <summary>
    /// Whether this log, up to its flush LSN, is what the leader of a term may copy to a laggard: the one it chose when it was elected, or one that adopted its history.
    /// </summary>
    public bool MayServeTail(ulong term, UInt128 proposerId) => term == _state.Term && proposerId == _state.VotedFor;

    private void AdvanceCommit(Lsn leaderCommit) =>
        _commitLsn = Lsn.MaxOf(_commitLsn, Lsn.Min(leaderCommit, _nextFlushLsn));

    /// <summary>Lifts the bar once the log has all that a leader, elected without this safekeeper's lost promises, began with.</summary>
    private AcceptorState WithVote(AcceptorState state, Lsn flushLsn) =>
        !state.MayVote && state.History.LastTerm == state.Term && flushLsn >= _catchUpLsn ? state with { MayVote = true } : state;

    private AcceptorStep Refuse(SafekeeperErrorKind kind, string text) => new() { Reply = new SafekeeperError(kind, text) };

    /// <summary>Highest incarnation of each safekeeper.</summary>
    private static SafekeeperMember[] Merge(SafekeeperMember[] known, SafekeeperMember[] named)
    {
        var merged = new List<SafekeeperMember>(known);
        foreach (SafekeeperMember member in named)
        {
            int at = merged.FindIndex(other => other.Id == member.Id);
            if (at < 0 && merged.Count < SafekeeperProtocol.MaxMembers)
                merged.Add(member);
            else if (at >= 0 && member.Incarnation > merged[at].Incarnation)
                merged[at] = member;
        }
        return [.. merged];
    }
}
