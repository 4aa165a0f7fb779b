using Strata.Platform;

namespace Strata.Engine.Execution;

/// <summary>
/// Threads that help statements of an endpoint: they run parts of a plan beside the session's own thread. Started at first use, at most as many as given;
/// work that finds no free thread is not waited for, its statement goes on alone. Thread-safe.
/// </summary>
public sealed class QueryWorkers(IScheduler scheduler, int threadsMax) : IDisposable
{
    private const int StackSizeBytes = 4 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<Action> _work = new();
    private readonly SemaphoreSlim _ready = new(0);
    private int _threads;
    private int _idle;
    private bool _closed;

    /// <summary>Threads that may help one statement.</summary>
    public int ThreadsMax => threadsMax;

    /// <summary>Hands work to a free thread; false when all are busy. The work must not throw.</summary>
    public bool TryRun(Action work)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            if (_idle == 0)
            {
                if (_threads >= threadsMax)
                    return false;
                _threads++;
                scheduler.StartThread("query-worker", Loop, StackSizeBytes);
            }
            else
            {
                _idle--;
            }

            _work.Enqueue(work);
        }

        _ready.Release();
        return true;
    }

    /// <summary>Ends the threads when they have nothing to do.</summary>
    public void Dispose()
    {
        int threads;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            threads = _threads;
        }

        if (threads > 0)
            _ready.Release(threads);
    }

    private void Loop(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _ready.Wait(stop);
            Action? work;
            lock (_gate)
            {
                if (!_work.TryDequeue(out work))
                {
                    if (_closed)
                        return;
                    continue;
                }
            }

            work();
            lock (_gate)
                _idle++;
        }
    }
}
