namespace Strata.Tests.Engine;

/// <summary>Runs a body that blocks on a thread of its own: the thread pool is slow to add threads when all of its own are blocked.</summary>
public static class OnThread
{
    public static Task Run(Action body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static Task<T> Run<T>(Func<T> body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
