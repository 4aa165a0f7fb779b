namespace Strata.Engine.Sessions;

/// <summary>
/// Cancels the statement that a session runs: by the client, by time, because the client is gone, by termination. A request that comes while nothing runs is lost, as in PostgreSQL. Thread-safe.
/// </summary>
internal sealed class StatementCancel(TimeProvider time, Func<bool> isClientGone) : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _source = new();
    private ITimer? _timer;
    private ITimer? _clientCheck;
    private bool _running;
    private bool _isTimed;

    /// <summary>Why the token fired.</summary>
    public CancelReason Reason { get; private set; }

    public CancellationToken Token => _source.Token;

    /// <summary>True once the session is to end.</summary>
    public bool IsTerminated => Reason is CancelReason.Termination or CancelReason.ClientGone;

    /// <summary>A statement (or a batch of messages) begins; 0 for no timeout, and for no look at whether the client is still there.</summary>
    public CancellationToken Begin(TimeSpan timeout, TimeSpan clientCheckInterval)
    {
        lock (_gate)
        {
            _running = true;
            _isTimed = false;
            if (_source.IsCancellationRequested && !IsTerminated)
            {
                _source.Dispose();
                _source = new CancellationTokenSource();
                Reason = CancelReason.None;
            }

            Arm(timeout, clientCheckInterval);
            return _source.Token;
        }
    }

    /// <summary>A statement of a script begins: a timeout that one before it has set counts from here on, one that runs already goes on.</summary>
    public void Arm(TimeSpan timeout, TimeSpan clientCheckInterval)
    {
        lock (_gate)
        {
            if (timeout > TimeSpan.Zero && !_isTimed)
            {
                _timer ??= time.CreateTimer(static state => ((StatementCancel)state!).Request(CancelReason.StatementTimeout), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(timeout, Timeout.InfiniteTimeSpan);
                _isTimed = true;
            }

            if (clientCheckInterval > TimeSpan.Zero)
            {
                _clientCheck ??= time.CreateTimer(static state => ((StatementCancel)state!).CheckClient(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _clientCheck.Change(clientCheckInterval, clientCheckInterval);
            }
        }
    }

    /// <summary>The statement ended.</summary>
    public void End()
    {
        lock (_gate)
        {
            _running = false;
            _isTimed = false;
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _clientCheck?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Cancels what runs; termination also what would run next.</summary>
    public void Request(CancelReason reason)
    {
        lock (_gate)
        {
            if ((!_running && reason != CancelReason.Termination) || IsTerminated)
                return;
            Reason = reason;
            _source.Cancel();
        }
    }

    private void CheckClient()
    {
        lock (_gate)
        {
            if (_running && isClientGone())
                Request(CancelReason.ClientGone);
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _clientCheck?.Dispose();
        _source.Dispose();
    }
}
