namespace Strata.Platform;

/// <summary>The real <see cref="IScheduler"/>: one operating system thread per worker.</summary>
/// <param name="onFatal">Told of an exception that escaped a worker's body; hosts end the process there.</param>
public sealed class ThreadScheduler(Action<string, Exception> onFatal) : IScheduler
{
    /// <summary>Stack of a worker in bytes: service loops are shallow; SQL threads are started with their own size.</summary>
    private const int DefaultStackSizeBytes = 1 << 20;

    public TimeProvider Time => TimeProvider.System;

    public IWorker StartThread(string name, Action<CancellationToken> body, int stackSizeBytes = 0) =>
        new Worker(name, body, onFatal, stackSizeBytes == 0 ? DefaultStackSizeBytes : stackSizeBytes);

    public bool Sleep(TimeSpan delay, CancellationToken cancellation) => !cancellation.WaitHandle.WaitOne(delay);

    private sealed class Worker : IWorker
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Thread _thread;

        public Worker(string name, Action<CancellationToken> body, Action<string, Exception> onFatal, int stackSizeBytes)
        {
            CancellationToken token = _stop.Token;
            _thread = new Thread(() => Run(name, body, onFatal, token), stackSizeBytes) { IsBackground = true, Name = name };
            _thread.Start();
        }

        public void RequestStop() => _stop.Cancel();

        public bool Join(TimeSpan timeout) => _thread.Join(timeout);

        public void Dispose()
        {
            _stop.Cancel();
            if (Thread.CurrentThread != _thread)
                _thread.Join();
        }

        private static void Run(string name, Action<CancellationToken> body, Action<string, Exception> onFatal, CancellationToken token)
        {
            try
            {
                body(token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                // The owner asked the worker to stop: this is how a blocked wait ends.
            }
            catch (Exception error)
            {
                onFatal(name, error);
            }
        }
    }
}
