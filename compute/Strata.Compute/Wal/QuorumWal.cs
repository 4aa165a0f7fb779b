using Strata.Engine.Storage;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.Compute.Wal;

/// <summary>
/// The engine's log, kept by a quorum of safekeepers. <see cref="Open"/> wins a term and adopts the most advanced log; from then on records go through a ring in memory to each safekeeper at
/// its own pace. Losing the term (a newer compute) ends it: waits answer <see cref="DurabilityWait.LostTerm"/> and nothing more can be appended. Thread-safe.
/// </summary>
/// <remarks>
/// Threads: one per safekeeper that connects, greets, receives and sends on; one that ticks (commit LSN for idle safekeepers, what lazy links get, records nobody waits for, dead peers). A session
/// that waits for its commit sends the frame itself, over as few links as make a majority (<see cref="EagerLinks"/>). So a lone commit costs three hand-offs: to the safekeeper, to the link's
/// thread, back to the session. Where safekeepers live in this process their threads deal with their answers themselves (<see cref="IFrameConnection.TryHandOver"/>), and a lone commit's session does the work of one of
/// them (<see cref="IFrameConnection.SendToServe"/>): one hand-off to another, and one back when that is the slower one.
/// Locks, in this order: append, then none; proposer, then advance; each link's send lock is taken alone.
/// </remarks>
public sealed class QuorumWal : IWalSink, IDisposable
{
    private static readonly TimeSpan s_replayPatience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_activeTick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_lazyInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_idleTick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_idleAfter = TimeSpan.FromSeconds(1);

    /// <summary>From so many unsent bytes on an appender that checks for room sends some itself.</summary>
    private const ulong KickBytes = 256 << 10;

    private readonly QuorumWalOptions _options;
    private readonly INetwork _network;
    private readonly IScheduler _scheduler;
    private readonly IRandom _random;
    private readonly Log _log;
    private readonly Proposer _proposer;
    private readonly LinkOwner _owner;
    private readonly PeerLink[] _links;
    private readonly EagerLinks _eagerLinks;
    private readonly List<IWorker> _workers = [];
    private readonly object _proposerGate = new();
    private readonly Lock _appendLock = new();
    private readonly Lock _advanceLock = new();
    private readonly object _roomGate = new();
    private readonly object _tickGate = new();
    private readonly DurabilityWaiters _waiters = new();
    private Action<Lsn>? _durableAdvanced;
    private ulong _kickedLsn;
    private long _lastActivity;
    private bool _tickerSleeps;
    private volatile bool _lost;
    private volatile bool _isRefused;
    private volatile bool _stopping;

    private QuorumWal(QuorumWalOptions options, INetwork network, IScheduler scheduler, IRandom random, Log log)
    {
        _options = options;
        _network = network;
        _scheduler = scheduler;
        _random = random;
        _log = log;
        Span<byte> id = stackalloc byte[16];
        random.Fill(id);
        id[0] |= 1; // never zero
        _proposer = new Proposer(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(id),
            new QuorumConfiguration(options.Generation, [.. options.Safekeepers.Select(safekeeper => safekeeper.Id)]));
        _owner = new LinkOwner(_proposer, scheduler.Time);
        _links = [.. _proposer.Peers.Select((peer, index) =>
            new PeerLink(index, options.Safekeepers.Single(safekeeper => safekeeper.Id == peer.Id), _owner))];
        _eagerLinks = new EagerLinks(_links, (_links.Length / 2) + 1, scheduler.Time);
    }

    /// <summary>The term that this compute won.</summary>
    public ulong Term => _owner.Term;

    /// <summary>Where this compute's records begin: the end of the log that it adopted.</summary>
    public Lsn TermStartLsn => _owner.Ring.Start;

    /// <summary>What the page server has applied, as far as known; zero before its first report.</summary>
    public Lsn IngestedLsn => _owner.IngestedLsn;

    public Lsn EndOfLog => _owner.Ring.Published;

    public Lsn DurableLsn => _owner.DurableLsn;

    /// <summary>Whether a newer compute has won the term (or this one was closed).</summary>
    public bool IsLost => _lost;

    public Action<Lsn>? DurableAdvanced
    {
        set => _durableAdvanced = value;
    }

    /// <summary>
    /// Wins a term and waits until all of the adopted log is on the quorum. Blocks while there is no majority of safekeepers; throws <see cref="OperationCanceledException"/> when cancelled and
    /// <see cref="LostTermException"/> when another compute won in the meantime.
    /// </summary>
    public static QuorumWal Open(
        QuorumWalOptions options, INetwork network, IScheduler scheduler, IRandom random, Log log, CancellationToken cancellation)
    {
        var wal = new QuorumWal(options, network, scheduler, random, log);
        try
        {
            wal.Campaign(cancellation);
            return wal;
        }
        catch
        {
            wal.Dispose();
            throw;
        }
    }

    public void EnsureRoom(int bytes, CancellationToken cancellation)
    {
        if (_lost)
            ThrowLost();
        if (_isRefused)
            ThrowRefused(cancellation);
        LogRing ring = _owner.Ring;
        ulong published = ring.Published.Value;
        if (published - Volatile.Read(ref _kickedLsn) > KickBytes)
        {
            Volatile.Write(ref _kickedLsn, published);
            Kick();
        }
        if (!HasRoom(bytes))
            WaitForRoom(bytes, cancellation);
    }

    public Lsn Append(ReadOnlySpan<byte> record)
    {
        if (_lost)
            ThrowLost();
        lock (_appendLock)
            return _owner.Ring.Append(record, _owner.DurableLsn);
    }

    public DurabilityWait WaitDurable(Lsn lsn, CancellationToken cancellation)
    {
        if (_owner.DurableLsn >= lsn)
            return DurabilityWait.Durable;
        // Who commits alone does the work of one safekeeper of this process itself, while another works beside it. Others who wait would wait for that too.
        Kick(mayServe: _waiters.IsEmpty)?.Serve();
        return _waiters.Wait(lsn, cancellation);
    }

    /// <summary>Stops: tells the safekeepers the last commit LSN, ends all waits, closes the connections.</summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        foreach (PeerLink link in _links)
            link.Tick(TimeSpan.Zero, _options.AnswerTimeout, due: true);
        _stopping = true;
        Lose("closed");
        foreach (IWorker worker in _workers)
            worker.RequestStop();
        foreach (PeerLink link in _links)
            link.Break();
        foreach (IWorker worker in _workers)
            worker.Dispose();
    }

    /// <summary>Ends the connection to a safekeeper; it is made anew at once. For tests.</summary>
    internal void BreakLink(int index) => _links[index].Break();

    private void Campaign(CancellationToken cancellation)
    {
        foreach (PeerLink link in _links)
            _workers.Add(_scheduler.StartThread($"wal-{link.Target.Id}", stop => RunLink(link, stop)));
        using (cancellation.UnsafeRegister(static gate =>
        {
            lock (gate!)
                Monitor.PulseAll(gate);
        }, _proposerGate))
        {
            lock (_proposerGate)
            {
                while (_proposer.Phase != ProposerPhase.Leading || _owner.DurableLsn < _proposer.TermStartLsn)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (_proposer.Phase == ProposerPhase.Lost)
                        throw new LostTermException(_proposer.LostReason);
                    // The pause is random, so that two computes that start at the same time don't refuse each other for ever.
                    bool silent = !Monitor.Wait(_proposerGate, 20 + _random.Next(80));
                    if (_proposer.Phase == ProposerPhase.Campaigning && (_proposer.WantsNewRound || silent))
                    {
                        if (_proposer.WantsNewRound || RoundIsOld())
                            _proposer.StartRound();
                        Flush();
                    }
                }
            }
        }
        _workers.Add(_scheduler.StartThread("wal-ticker", Tick));
        _log.Info($"term {Term} won, log ends at {TermStartLsn}");
    }

    private long _roundSince;

    /// <summary>A round whose answers were lost is begun again after a second.</summary>
    private bool RoundIsOld()
    {
        if (_roundSince == 0 || _scheduler.Time.GetElapsedTime(_roundSince) > TimeSpan.FromSeconds(1))
        {
            bool old = _roundSince != 0;
            _roundSince = _scheduler.Time.GetTimestamp();
            return old;
        }
        return false;
    }

    private void RunLink(PeerLink link, CancellationToken stop)
    {
        TimeSpan pause = TimeSpan.Zero;
        while (!stop.IsCancellationRequested && !_lost)
        {
            try
            {
                using IFrameConnection connection = _network.Connect(link.Target.Address, _options.ConnectTimeout);
                link.Open(connection);
                if (_stopping)
                    break;
                if (Serve(link, connection) && !link.IsRefused)
                    pause = TimeSpan.Zero;
            }
            catch (Exception error) when (error is IOException or TimeoutException)
            {
                _log.Debug($"safekeeper {link.Target.Id} at {link.Target.Address}: {error.Message}");
            }
            finally
            {
                link.Closed();
                lock (_proposerGate)
                    _proposer.Disconnected(link.Index);
                if (link.IsEager && !_lost)
                    SendToAll(); // somebody may be waiting for what was under way on it
            }
            pause = pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerSecond / 2));
            _scheduler.Sleep(pause, stop);
        }
    }

    /// <summary>Greets and serves a connection until it ends. Returns whether the safekeeper ever answered an append.</summary>
    private bool Serve(PeerLink link, IFrameConnection connection)
    {
        link.Send(new SafekeeperGreeting(
            SafekeeperProtocol.Version, SafekeeperPurpose.Proposer, _options.Project, _options.Timeline, _options.Generation));
        bool worked = false;
        TimeSpan timeout = _options.AnswerTimeout;
        while (connection.Receive(out ReadOnlyMemory<byte> frame, timeout))
        {
            bool adopted = _owner.Peer(link.Index).Adopted;
            if (!HandleFrame(link, connection, frame.Span))
                return worked;
            if (_owner.Peer(link.Index).Greeted)
                timeout = Timeout.InfiniteTimeSpan; // from here on the ticker watches what is unanswered
            if (adopted || !_owner.Peer(link.Index).Adopted)
                continue;
            worked = true;
            connection.TryHandOver(next => HandleInline(link, connection, next));
        }
        return worked;
    }

    /// <summary>An answer of a safekeeper of this process, on its thread.</summary>
    private void HandleInline(PeerLink link, IFrameConnection connection, ReadOnlySpan<byte> frame)
    {
        try
        {
            if (HandleFrame(link, connection, frame))
                return;
        }
        catch (IOException error)
        {
            _log.Debug($"safekeeper {link.Target.Id} at {link.Target.Address}: {error.Message}");
        }
        link.Break(); // its thread wakes and begins anew
    }

    /// <summary>False when the link must begin anew.</summary>
    private bool HandleFrame(PeerLink link, IFrameConnection connection, ReadOnlySpan<byte> frame)
    {
        if (SafekeeperAppendResponse.TryRead(frame, out SafekeeperAppendResponse response))
            return Handle(link, connection, response);
        if (!SafekeeperMessageCodec.TryDecode(frame, out SafekeeperMessage message))
            throw new IOException("undecodable answer");
        switch (message)
        {
            case SafekeeperGreetingReply reply when reply.Member.Id == link.Target.Id:
                lock (_proposerGate)
                {
                    _proposer.Greeted(link.Index, reply);
                    AfterEvent();
                }
                break;
            case SafekeeperGreetingReply reply:
                throw new IOException($"safekeeper {reply.Member.Id} answers where {link.Target.Id} was expected");
            case SafekeeperVoteResponse vote:
                lock (_proposerGate)
                {
                    _proposer.Handle(link.Index, vote);
                    AfterEvent();
                }
                break;
            case SafekeeperError { Error: SafekeeperErrorKind.Storage } error:
                Refused(link, error.Text);
                return false;
            case SafekeeperError error:
                _log.Warn($"safekeeper {link.Target.Id}: {error.Text}");
                return false;
            default:
                throw new IOException($"unexpected {message.Kind}");
        }
        return !_lost;
    }

    private bool Handle(PeerLink link, IFrameConnection connection, SafekeeperAppendResponse response)
    {
        bool taken = link.Answered(response.FlushLsn);
        if (link.IsRefused && response.FlushLsn >= link.RefusedLsn)
            TakenAgain(link);
        bool adopted;
        lock (_proposerGate)
        {
            adopted = !_owner.Peer(link.Index).Adopted;
            bool advanced = _proposer.Handle(link.Index, response, lastInFlight: false);
            adopted &= _owner.Peer(link.Index).Adopted;
            _owner.IngestedLsn = _proposer.IngestedLsn;
            _owner.RemoteConsistentLsn = _proposer.RemoteConsistentLsn;
            if (advanced)
                Advance(_proposer.CommitLsn);
            if (advanced || adopted || _proposer.Outbox.Count > 0 || _proposer.Phase == ProposerPhase.Lost)
                AfterEvent();
        }
        if (_lost || !taken)
            return false;
        if (adopted)
        {
            CatchUp(link, connection);
            link.StartStreaming();
        }
        else
        {
            link.Pump(inline: false);
        }
        return true;
    }

    /// <summary>A safekeeper can't store what it was sent, as when its disk is full. It is tried again and again; when a majority is missing so, writers hear of it.</summary>
    private void Refused(PeerLink link, string reason)
    {
        lock (_roomGate)
        {
            if (!link.IsRefused)
                _log.Warn($"safekeeper {link.Target.Id} can't store the log: {reason}");
            link.IsRefused = true;
            link.RefusedLsn = _owner.Ring?.Published ?? Lsn.Zero;
            CountRefusals();
        }
    }

    private void TakenAgain(PeerLink link)
    {
        lock (_roomGate)
        {
            _log.Info($"safekeeper {link.Target.Id} stores the log again");
            link.IsRefused = false;
            CountRefusals();
        }
    }

    private void CountRefusals()
    {
        _isRefused = _links.Count(static link => link.IsRefused) >= (_links.Length + 1) / 2;
        Monitor.PulseAll(_roomGate);
    }

    /// <summary>Copies to a safekeeper what is older than the ring, from another one that has this log; whole records, so that its log always ends at one.</summary>
    private void CatchUp(PeerLink link, IFrameConnection connection)
    {
        ProposerPeer peer = _owner.Peer(link.Index);
        while (peer.NextSendLsn < _owner.Ring.Oldest)
        {
            SafekeeperAddress source;
            lock (_proposerGate)
            {
                int index = _proposer.FindSource(peer.NextSendLsn, link.Index);
                if (index < 0)
                    throw new IOException($"no safekeeper to copy WAL at {peer.NextSendLsn} from");
                source = _links[index].Target;
            }
            using var reader = new TailReader(_network, source, _options, Term, _proposer.ProposerId);
            byte[] head = new byte[SafekeeperAppendRequest.HeaderBytes];
            while (peer.NextSendLsn < _owner.Ring.Oldest)
            {
                Lsn begin = peer.NextSendLsn;
                ReadOnlyMemory<byte> records = reader.Read(begin);
                new SafekeeperAppendRequest(Term, begin, _owner.DurableLsn, _owner.RemoteConsistentLsn, _owner.IngestedLsn).WriteTo(head);
                connection.Send(head, records.Span);
                if (!connection.Receive(out ReadOnlyMemory<byte> frame, _options.AnswerTimeout) ||
                    !SafekeeperAppendResponse.TryRead(frame.Span, out SafekeeperAppendResponse response))
                {
                    throw new IOException("no answer to copied WAL");
                }
                lock (_proposerGate)
                {
                    if (_proposer.Handle(link.Index, response, lastInFlight: false))
                        Advance(_proposer.CommitLsn);
                    AfterEvent();
                    peer.NextSendLsn = response.FlushLsn;
                }
                if (_lost || response.FlushLsn <= begin)
                    throw new IOException($"copied WAL at {begin} was not taken");
            }
        }
    }

    /// <summary>After an event at the proposer, under its lock: sends what it wants sent, notices that the term was won or lost, wakes who waits for that.</summary>
    private void AfterEvent()
    {
        if (_proposer.Phase == ProposerPhase.Leading && _owner.Ring is null)
        {
            _owner.Term = _proposer.Term;
            _owner.Ring = new LogRing(_proposer.TermStartLsn, _options.RingBytes);
            _kickedLsn = _proposer.TermStartLsn.Value;
            Advance(_proposer.CommitLsn);
        }
        Flush();
        if (_proposer.Phase == ProposerPhase.Lost && !_lost)
            Lose(_proposer.LostReason);
        Monitor.PulseAll(_proposerGate);
    }

    private void Flush()
    {
        foreach (ProposerSend send in _proposer.Outbox)
        {
            if (send.Message is null)
                _links[send.Peer].Break();
            else
                _links[send.Peer].Send(send.Message);
        }
        _proposer.Outbox.Clear();
    }

    private void Advance(Lsn commit)
    {
        lock (_advanceLock)
        {
            if (commit <= _owner.DurableLsn)
                return;
            _owner.DurableLsn = commit;
            // First what makes commits visible, then those who wait: a client that is answered must see its own commit.
            _durableAdvanced?.Invoke(commit);
            _waiters.Advance(commit);
        }
        lock (_roomGate)
            Monitor.PulseAll(_roomGate);
    }

    private void Lose(string reason)
    {
        if (_lost)
            return;
        _lost = true;
        if (!_stopping)
            _log.Warn($"term {Term} is lost: {reason}");
        _waiters.Close();
        lock (_roomGate)
            Monitor.PulseAll(_roomGate);
        foreach (PeerLink link in _links)
            link.Break();
    }

    /// <summary>New records are there: sends them where nothing is under way, and wakes the ticker when it sleeps.</summary>
    /// <param name="mayServe">The caller is about to wait; see <see cref="PeerLink.Pump"/>.</param>
    private IFrameConnection? Kick(bool mayServe = false)
    {
        PeerLink? last = null;
        foreach (PeerLink link in _links)
        {
            if (!link.IsEager)
                continue;
            last?.Pump(inline: true);
            last = link;
        }
        IFrameConnection? toServe = last?.Pump(inline: true, mayServe: mayServe);
        Volatile.Write(ref _lastActivity, _scheduler.Time.GetTimestamp());
        if (Volatile.Read(ref _tickerSleeps))
        {
            lock (_tickGate)
                Monitor.PulseAll(_tickGate);
        }
        return toServe;
    }

    /// <summary>A majority may be missing one of its links: what is unsent goes over all the others, now.</summary>
    private void SendToAll()
    {
        _eagerLinks.SendToAll();
        foreach (PeerLink other in _links)
            other.Pump(inline: false, due: true);
    }

    private void Tick(CancellationToken stop)
    {
        long lastDue = 0;
        while (!stop.IsCancellationRequested && !_lost)
        {
            bool active = _scheduler.Time.GetElapsedTime(Volatile.Read(ref _lastActivity)) < s_idleAfter;
            if (active)
            {
                _scheduler.Sleep(s_activeTick, stop);
            }
            else
            {
                lock (_tickGate)
                {
                    _tickerSleeps = true;
                    Monitor.Wait(_tickGate, s_idleTick);
                    _tickerSleeps = false;
                }
            }
            bool due = _scheduler.Time.GetElapsedTime(lastDue) >= s_lazyInterval || _eagerLinks.IsAnyOverdue;
            if (due)
                lastDue = _scheduler.Time.GetTimestamp();
            foreach (PeerLink link in _links)
                link.Tick(s_heartbeat, _options.AnswerTimeout, due);
            _eagerLinks.Choose();
        }
    }

    private bool HasRoom(int bytes)
    {
        LogRing ring = _owner.Ring;
        ulong waiting = ring.Published - _owner.DurableLsn + (ulong)bytes;
        return waiting <= (ulong)ring.CapacityBytes / 2 && !AwaitsReplay;
    }

    /// <summary>
    /// Called with an LSN that the page server has not applied, by a writer that has waited for it: a page server that nobody asked for pages for a while reads no log until somebody does. May block until
    /// it is applied. Set before the first record.
    /// </summary>
    public Action<Lsn, CancellationToken>? ReplayAwaited { get; set; }

    private bool AwaitsReplay
    {
        get
        {
            Lsn ingested = _owner.IngestedLsn;
            return !ingested.IsZero && _owner.Ring.Published.Value > ingested.Value + (ulong)_options.ReplayLagBytesMax;
        }
    }

    private void WaitForRoom(int bytes, CancellationToken cancellation)
    {
        long began = _scheduler.Time.GetTimestamp();
        while (!HasRoom(bytes))
        {
            if (AwaitsReplay && ReplayAwaited is { } awaited && _scheduler.Time.GetElapsedTime(began) >= s_replayPatience)
            {
                awaited(_owner.IngestedLsn + 1UL, cancellation);
                began = _scheduler.Time.GetTimestamp();
            }

            cancellation.ThrowIfCancellationRequested();
            if (_lost)
                ThrowLost();
            if (_isRefused)
                ThrowRefused(cancellation);
            Kick();
            lock (_roomGate)
                Monitor.Wait(_roomGate, s_activeTick); // also a poll: reports of the page server come without a pulse
        }
    }

    /// <summary>Before anything is promised a writer hears that the log can't take it. Who can't be cancelled, such as a rollback, waits instead: it must get through.</summary>
    private static void ThrowRefused(CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled)
            return;
        throw new SqlException(SqlState.DiskFull, "could not write to the log: no space left on the disks of the safekeepers, or they fail")
        {
            Hint = "Free some space: writes go on by themselves then.",
        };
    }

    private void ThrowLost() =>
        throw new LostTermException(_stopping ? "this compute is closed" : $"this compute lost its term: {_proposer.LostReason}");
}
