namespace Strata.Engine.Transactions;

/// <summary>How a wait ended.</summary>
public enum WaitOutcome
{
    Signaled,
    TimedOut,
    Cancelled,
}

/// <summary>
/// The one place where a session's thread blocks for another transaction: woken by a signal, by the clock or by cancellation. One waiter; any number of
/// signallers. Reused for every wait of its owner; allocates only at its first timed wait by another clock than the machine's. By the machine's clock no timer is armed: most waits are over
/// long before, and arming one wakes the timers' thread.
/// </summary>
public sealed class WaitSlot(TimeProvider time)
{
    private readonly object _gate = new();
    private ITimer? _timer;
    private long _deadline;
    private bool _timed;
    private bool _signaled;
    private bool _timedOut;
    private bool _cancelled;

    /// <summary>Forgets earlier signals; to be called before the waiter becomes visible to signallers.</summary>
    public void Reset()
    {
        lock (_gate)
            _signaled = false;
    }

    /// <summary>Wakes the waiter, now or as soon as it waits.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            _signaled = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a signal, at most for <paramref name="timeout"/> (<see cref="Timeout.InfiniteTimeSpan"/> for no limit).</summary>
    public WaitOutcome Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration =
            cancellation.UnsafeRegister(static slot => ((WaitSlot)slot!).Cancel(), this);
        lock (_gate)
        {
            _timedOut = false;
            _cancelled = cancellation.IsCancellationRequested;
            if (timeout != Timeout.InfiniteTimeSpan && time == TimeProvider.System)
                WaitUntil(time.GetTimestamp() + (long)(timeout.TotalSeconds * time.TimestampFrequency));
            else if (timeout != Timeout.InfiniteTimeSpan)
                Arm(timeout);
            while (!_signaled && !_timedOut && !_cancelled)
                Monitor.Wait(_gate);
            if (_timed)
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timed = false;
            return _signaled ? WaitOutcome.Signaled : _cancelled ? WaitOutcome.Cancelled : WaitOutcome.TimedOut;
        }
    }

    private void WaitUntil(long deadline)
    {
        while (!_signaled && !_cancelled)
        {
            long left = deadline - time.GetTimestamp();
            if (left <= 0)
            {
                _timedOut = true;
                return;
            }
            Monitor.Wait(_gate, TimeSpan.FromMilliseconds(Math.Ceiling(left * 1000.0 / time.TimestampFrequency)));
        }
    }

    private void Arm(TimeSpan timeout)
    {
        _timer ??= time.CreateTimer(static slot => ((WaitSlot)slot!).TimeOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _deadline = time.GetTimestamp() + (long)(timeout.TotalSeconds * time.TimestampFrequency);
        _timed = true;
        _timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    private void TimeOut()
    {
        lock (_gate)
        {
            if (!_timed)
                return;
            // A timer may fire a little early, and one of an earlier wait late: only the deadline counts.
            TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), _deadline);
            if (left > TimeSpan.Zero)
            {
                _timer!.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
            _timedOut = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Cancel()
    {
        lock (_gate)
        {
            _cancelled = true;
            Monitor.PulseAll(_gate);
        }
    }
}
