using System.Runtime.ExceptionServices;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>Numbered pieces of one piece of work, which the statement's thread and free helpers take one by one. The pieces touch nothing in common.</summary>
internal sealed class SharedWork
{
    private readonly int _pieces;
    private readonly Action<int> _work;
    private readonly CancellationToken _cancellation;
    private ExceptionDispatchInfo? _failure;
    private int _next = -1;

    private SharedWork(int pieces, Action<int> work, CancellationToken cancellation)
    {
        _pieces = pieces;
        _work = work;
        _cancellation = cancellation;
    }

    /// <summary>
    /// Runs all pieces, on this thread alone when no other is free, and returns when none runs any more. Throws what the first failing piece threw; the others that were not begun are left out then.
    /// </summary>
    public static void Run(QueryWorkers? workers, int pieces, Action<int> work, CancellationToken cancellation)
    {
        var shared = new SharedWork(pieces, work, cancellation);
        using var done = new CountdownEvent(1);
        for (int helper = 0; workers is not null && helper < Math.Min(pieces - 1, workers.ThreadsMax); helper++)
        {
            done.AddCount();
            if (workers.TryRun(() =>
            {
                shared.Help();
                done.Signal();
            }))
                continue;
            done.Signal();
            break;
        }

        shared.Take();
        done.Signal();
        // What the pieces use may not go while one still runs: nothing ends this wait early.
        done.Wait(CancellationToken.None);
        shared._failure?.Throw();
    }

    private void Help()
    {
        DepthGuard.Watch(_cancellation);
        Take();
        DepthGuard.Watch(CancellationToken.None);
    }

    private void Take()
    {
        try
        {
            int piece;
            while (Volatile.Read(ref _failure) is null && (piece = Interlocked.Increment(ref _next)) < _pieces)
                _work(piece);
        }
#pragma warning disable CA1031 // Whatever happens here belongs to the statement, whose thread raises it when all have ended.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }
}
