using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Consensus;
using Strata.Safekeeper.Storage;

namespace Strata.Safekeeper.Timelines;

/// <summary>
/// One timeline on one safekeeper: carries out what the <see cref="Acceptor"/> wants on the control file and the log, and lets readers wait for committed WAL. Thread-safe.
/// </summary>
/// <remarks>
/// An <see cref="IOException"/> from a call means that nothing was promised: the acceptor is thrown away and, on the next call, started again from what is
/// durable. A full disk therefore costs refused appends until there is room, nothing else.
/// </remarks>
internal sealed class SafekeeperTimeline : IDisposable
{
    private readonly SafekeeperMember _self;
    private readonly IFileSystem _root;
    private readonly string _path;
    private readonly SegmentPool _pool;
    private readonly Action<WalLog> _sync;
    private readonly ControlFile _control;
    private readonly object _gate = new();
    private readonly object _commitGate = new();
    private Acceptor? _acceptor;
    private WalLog? _log;
    private ulong _commitLsn;
    private int _commitWaiters;
    private bool _disposed;

    private SafekeeperTimeline(SafekeeperMember self, IFileSystem root, string path, SegmentPool pool, Action<WalLog> sync)
    {
        _self = self;
        _root = root;
        _path = path;
        _pool = pool;
        _sync = sync;
        _control = new ControlFile(root.Under(path));
    }

    public ProjectId Project { get; private set; }

    public TimelineId Timeline { get; private set; }

    internal AcceptorFaults Faults { get; init; }

    /// <summary>Opens what is in a directory; null when it has no control file (a creation that was not finished).</summary>
    public static SafekeeperTimeline? TryOpen(
        SafekeeperMember self, IFileSystem root, string path, SegmentPool pool, Action<WalLog> sync, AcceptorFaults faults = AcceptorFaults.None)
    {
        var timeline = new SafekeeperTimeline(self, root, path, pool, sync) { Faults = faults };
        if (timeline._control.Load() is null)
            return null;
        lock (timeline._gate)
            timeline.OpenLocked();
        return timeline;
    }

    /// <summary>Creates a timeline durably. The caller made the directory.</summary>
    public static SafekeeperTimeline Create(
        SafekeeperMember self, IFileSystem root, string path, SegmentPool pool, Action<WalLog> sync, AcceptorState state,
        AcceptorFaults faults = AcceptorFaults.None)
    {
        var timeline = new SafekeeperTimeline(self, root, path, pool, sync) { Faults = faults };
        timeline._control.Save(state);
        lock (timeline._gate)
            timeline.OpenLocked();
        return timeline;
    }

    /// <summary>A snapshot of positions.</summary>
    public SafekeeperStatus Status
    {
        get
        {
            lock (_gate)
            {
                Acceptor acceptor = Current();
                AcceptorState state = acceptor.State;
                return new SafekeeperStatus(
                    _self, true, state.MayVote, state.Term, acceptor.LastLogTerm, state.TimelineStartLsn, state.LocalStartLsn, acceptor.FlushLsn,
                    acceptor.CommitLsn, state.UploadedLsn, acceptor.RemoteConsistentLsn, acceptor.IngestedLsn);
            }
        }
    }

    /// <summary>The durable state, for maintenance and tests.</summary>
    public AcceptorState State
    {
        get
        {
            lock (_gate)
                return Current().State;
        }
    }

    /// <summary>The term history and flush LSN, for the simulator's invariants.</summary>
    internal Acceptor Acceptor
    {
        get
        {
            lock (_gate)
                return Current();
        }
    }

    /// <summary>What is known to be committed.</summary>
    public Lsn CommitLsn => new(Volatile.Read(ref _commitLsn));

    /// <summary>What page servers reported durable, not necessarily saved here yet.</summary>
    public Lsn RemoteConsistentLsn
    {
        get
        {
            lock (_gate)
                return Current().RemoteConsistentLsn;
        }
    }

    /// <summary>Bytes of segment files.</summary>
    public long DiskBytes => _log?.DiskBytes ?? 0;

    public SafekeeperMessage Handle(SafekeeperVoteRequest request)
    {
        lock (_gate)
        {
            AcceptorStep step = Current().Handle(request);
            Execute(step);
            return step.Reply!;
        }
    }

    /// <summary>Answers null when the answer is <paramref name="response"/>.</summary>
    public SafekeeperMessage? Handle(SafekeeperElected elected, out SafekeeperAppendResponse response)
    {
        lock (_gate)
        {
            AcceptorStep step = Current().Handle(elected);
            Execute(step);
            response = Current().Response;
            return step.Reply;
        }
    }

    /// <summary>Writes, syncs and answers; allocates nothing in the steady state.</summary>
    public SafekeeperAppendResponse Handle(in SafekeeperAppendRequest request, ReadOnlyMemory<byte> wal)
    {
        lock (_gate)
        {
            AcceptorStep step = Current().Handle(request, wal);
            Execute(step);
            return Current().Response;
        }
    }

    /// <summary>A page server's report.</summary>
    public void Feedback(Lsn ingested, Lsn remoteConsistent)
    {
        lock (_gate)
            Current().Feedback(ingested, remoteConsistent);
    }

    /// <summary>
    /// Reads local bytes: committed ones, or with the leader's term the tail too. Returns the bytes read; -1 when the term is not the leader's; 0 when there is nothing yet or when
    /// the bytes were removed here (<paramref name="removed"/>).
    /// </summary>
    public int Read(SafekeeperReadRequest request, Span<byte> destination, out bool removed)
    {
        Lsn end;
        WalLog log;
        lock (_gate)
        {
            Acceptor acceptor = Current();
            removed = request.BeginLsn < acceptor.State.LocalStartLsn;
            if (request.Term > 0 && !acceptor.MayServeTail(request.Term, request.ProposerId))
                return -1;
            end = request.Term > 0 ? acceptor.FlushLsn : acceptor.CommitLsn;
            log = _log!;
        }
        if (removed || request.BeginLsn >= end)
            return 0;
        ulong count = Math.Min(Math.Min(end - request.BeginLsn, (ulong)request.MaxBytes), (ulong)destination.Length);
        return log.Read(request.BeginLsn, destination[..(int)count]);
    }

    /// <summary>Reads local bytes whatever their state, for the simulator's invariants.</summary>
    internal int ReadLocal(Lsn from, Span<byte> destination)
    {
        lock (_gate)
        {
            Current();
            return _log!.Read(from, destination);
        }
    }

    /// <summary>
    /// Waits until more than <paramref name="beyond"/> is committed, at most for the timeout, and returns what is committed. Throws <see cref="ObjectDisposedException"/> when the timeline closes.
    /// </summary>
    public Lsn WaitForCommit(Lsn beyond, TimeSpan timeout)
    {
        if (CommitLsn <= beyond)
        {
            lock (_commitGate)
            {
                Interlocked.Increment(ref _commitWaiters);
                if (CommitLsn <= beyond && !_disposed)
                    Monitor.Wait(_commitGate, timeout);
                Interlocked.Decrement(ref _commitWaiters);
            }
        }
        ObjectDisposedException.ThrowIf(_disposed, this);
        return CommitLsn;
    }

    /// <summary>
    /// Makes the positions durable and removes what the durable values allow. <paramref name="uploaded"/> is what is surely in the object store.
    /// Returns the number of segments removed.
    /// </summary>
    public int SavePositions(Lsn uploaded)
    {
        lock (_gate)
        {
            Acceptor acceptor = Current();
            AcceptorState next = acceptor.WithPositions(uploaded, Lsn.Zero);
            Save(acceptor, next);
            // Only now, with the positions on disk: after a crash nobody may believe in less than what removal relied on.
            Lsn? start = _log!.RemovalBoundary(acceptor.State.RemovalHorizon);
            if (start is null || start <= acceptor.State.LocalStartLsn)
                return 0;
            Save(acceptor, acceptor.WithPositions(uploaded, start.Value));
            return _log.RemoveBelow(acceptor.State.LocalStartLsn);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _log?.Dispose();
            _log = null;
            _acceptor = null;
        }
        lock (_commitGate)
            Monitor.PulseAll(_commitGate);
    }

    private void Save(Acceptor acceptor, AcceptorState next)
    {
        if (next.Equals(acceptor.State))
            return;
        _control.Save(next);
        acceptor.Adopt(next);
    }

    private Acceptor Current()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_acceptor is null)
            OpenLocked();
        return _acceptor!;
    }

    private void OpenLocked()
    {
        _log?.Dispose();
        _log = null;
        AcceptorState state = _control.Load() ?? throw new SafekeeperStorageException($"{_path} lost its control file");
        Project = state.Project;
        Timeline = state.Timeline;
        var log = new WalLog(_root, _path, _pool);
        if (!state.PendingTruncation.IsZero)
        {
            log.TruncateTo(state.PendingTruncation);
            state = state with { PendingTruncation = Lsn.Zero };
            _control.Save(state);
        }
        log.RemoveBelow(state.LocalStartLsn);
        Lsn end = log.Recover(state.CommitLsn);
        _log = log;
        _acceptor = new Acceptor(_self, state, end) { Faults = Faults };
        PublishCommit();
    }

    private void Execute(in AcceptorStep step)
    {
        Acceptor acceptor = _acceptor!;
        try
        {
            if (step.PersistFirst is not null)
                _control.Save(step.PersistFirst);
            if (step.TruncateTo is { } end)
                _log!.TruncateTo(end);
            if (step.ResetTo is not null)
                _log!.Reset();
            if (step.PersistThen is not null)
                _control.Save(step.PersistThen);
            if (!step.Wal.IsEmpty)
            {
                _log!.Write(step.WriteAt, step.Wal.Span);
                _sync(_log);
            }
            if (acceptor.Complete(step) is { } late)
                _control.Save(late);
        }
        catch
        {
            _acceptor = null; // what it believes may not be durable
            throw;
        }
        PublishCommit();
    }

    private void PublishCommit()
    {
        ulong commit = _acceptor!.CommitLsn.Value;
        if (commit <= Volatile.Read(ref _commitLsn))
            return;
        Volatile.Write(ref _commitLsn, commit);
        Interlocked.MemoryBarrier(); // a waiter counts itself before it looks at the LSN again
        if (Volatile.Read(ref _commitWaiters) == 0)
            return;
        lock (_commitGate)
            Monitor.PulseAll(_commitGate);
    }
}
