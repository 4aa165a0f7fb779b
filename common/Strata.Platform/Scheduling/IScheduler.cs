namespace Strata.Platform;

/// <summary>The only door to threads and timers. Thread-safe.</summary>
public interface IScheduler
{
    /// <summary>The clock that goes with this scheduler.</summary>
    TimeProvider Time { get; }

    /// <summary>
    /// Starts a named background thread that runs <paramref name="body"/> once. An exception that escapes the body goes to the
    /// host's fatal handler: a service thread that dies silently is a bug.
    /// </summary>
    /// <param name="name">Shown by debuggers and in the fatal handler's message.</param>
    /// <param name="body">Runs once, with a token that is cancelled by <see cref="IWorker.RequestStop"/>.</param>
    /// <param name="stackSizeBytes">Stack of the thread; 0 takes the default, which is enough for service loops but not for SQL.</param>
    IWorker StartThread(string name, Action<CancellationToken> body, int stackSizeBytes = 0);

    /// <summary>Blocks for <paramref name="delay"/> or until cancelled; returns false when cancelled.</summary>
    bool Sleep(TimeSpan delay, CancellationToken cancellation);
}

/// <summary>A thread started by <see cref="IScheduler"/>.</summary>
public interface IWorker : IDisposable
{
    /// <summary>Asks the body to end, by its token.</summary>
    void RequestStop();

    /// <summary>Waits for the body to end. Returns false on timeout.</summary>
    bool Join(TimeSpan timeout);
}
