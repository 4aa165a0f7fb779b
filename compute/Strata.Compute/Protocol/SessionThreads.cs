using Strata.Platform;

namespace Strata.Compute.Protocol;

/// <summary>
/// The threads that sessions borrow while they are busy. A session keeps its thread from its first byte until it was quiet for a while; there is no hand-off per statement. Thread-safe.
/// </summary>
/// <remarks>
/// Up to <c>threadsMax</c> sessions outside a transaction have a thread at a time, the others queue. A session inside a transaction always gets one at once: others may be waiting for its locks, and
/// its COMMIT must not queue behind them.
/// </remarks>
public sealed class SessionThreads : IDisposable
{
    /// <summary>Stack of a session thread: the engine's depth guard is set for it.</summary>
    public const int StackSizeBytes = 8 << 20;

    private static readonly TimeSpan s_idleLifetime = TimeSpan.FromSeconds(20);

    private readonly IScheduler _scheduler;
    private readonly int _threadsMax;
    private readonly Lock _lock = new();
    private readonly Stack<Worker> _idle = new();
    private readonly Queue<Action> _waiting = new();
    private int _threads;
    private int _waitingCount;
    private bool _stopping;

    public SessionThreads(IScheduler scheduler, int threadsMax)
    {
        _scheduler = scheduler;
        _threadsMax = threadsMax;
    }

    /// <summary>Threads alive now.</summary>
    public int Count => Volatile.Read(ref _threads);

    /// <summary>Work waits for a thread: who has one gives it up as soon as nobody waits for what it holds.</summary>
    public bool AreWanted => Volatile.Read(ref _waitingCount) > 0;

    /// <summary>Runs <paramref name="work"/> on a session thread, soon.</summary>
    /// <param name="work">One burst of a session's life.</param>
    /// <param name="urgent">True when the session is inside a transaction.</param>
    public void Run(Action work, bool urgent)
    {
        Worker? worker;
        lock (_lock)
        {
            if (_stopping)
                return;
            if (!_idle.TryPop(out worker))
            {
                if (_threads >= _threadsMax && !urgent)
                {
                    _waiting.Enqueue(work);
                    _waitingCount = _waiting.Count;
                    return;
                }
                _threads++;
            }
        }
        if (worker is not null)
            worker.Give(work);
        else
            _scheduler.StartThread("session", cancellation => Loop(work, cancellation), StackSizeBytes);
    }

    public void Dispose()
    {
        Worker[] idle;
        lock (_lock)
        {
            _stopping = true;
            idle = [.. _idle];
            _idle.Clear();
        }
        foreach (Worker worker in idle)
            worker.Give(static () => { });
    }

    private void Loop(Action first, CancellationToken cancellation)
    {
        Worker self = new();
        Action? work = first;
        while (work is not null && !cancellation.IsCancellationRequested)
        {
            work();
            work = Next(self);
        }
        Interlocked.Decrement(ref _threads);
    }

    /// <summary>What to run next: something that waits, or what is given within the idle lifetime, or null to end the thread.</summary>
    private Action? Next(Worker self)
    {
        lock (_lock)
        {
            if (_stopping)
                return null;
            if (_threads <= _threadsMax && _waiting.TryDequeue(out Action? waiting))
            {
                _waitingCount = _waiting.Count;
                return waiting;
            }
            if (_threads > _threadsMax)
                return null;
            _idle.Push(self);
        }
        Action? given = self.Take(s_idleLifetime);
        if (given is not null)
            return given;
        lock (_lock)
        {
            // Given work in the meantime? Then it was popped, and the work is, or will at once be, there.
            if (!_idle.Contains(self))
                return self.Take(Timeout.InfiniteTimeSpan);
            Worker[] others = [.. _idle.Where(worker => worker != self).Reverse()];
            _idle.Clear();
            foreach (Worker other in others)
                _idle.Push(other);
            return null;
        }
    }

    private sealed class Worker
    {
        private readonly Lock _lock = new();
        private readonly SemaphoreSlim _given = new(0);
        private Action? _work;

        public void Give(Action work)
        {
            lock (_lock)
                _work = work;
            _given.Release();
        }

        public Action? Take(TimeSpan timeout)
        {
            if (!_given.Wait(timeout))
                return null;
            lock (_lock)
            {
                Action? work = _work;
                _work = null;
                return work;
            }
        }
    }
}
