using System.Runtime.ExceptionServices;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>A copy of an aggregation's pipeline that another thread runs. Used by one statement at a time, by one helper thread between start and wait.</summary>
internal sealed class ParallelHelper(ExecutionState state, AggregateOperator aggregate) : IDisposable
{
    private readonly ManualResetEventSlim _done = new(true);
    private ExceptionDispatchInfo? _failure;
    private ExecutionState? _leader;

    /// <summary>Starts on a free thread; false when there is none.</summary>
    public bool TryStart(QueryWorkers workers, ExecutionState leader)
    {
        _failure = null;
        _leader = leader;
        state.TakesNoMoreBlocks = false;
        _done.Reset();
        if (workers.TryRun(Run))
            return true;
        _done.Set();
        return false;
    }

    /// <summary>Lets it end with the blocks that it has.</summary>
    public void Stop() => state.TakesNoMoreBlocks = true;

    /// <summary>Waits for the end.</summary>
    public void Wait() => _done.Wait();

    /// <summary>Adds its groups to the leader's, or raises what it failed with. Lets go of its memory.</summary>
    public void MergeInto(AggregateOperator leader)
    {
        try
        {
            _failure?.Throw();
            leader.Merge(aggregate);
        }
        finally
        {
            aggregate.Close();
            if (state.IsOpen)
                state.End();
        }
    }

    public void Dispose()
    {
        aggregate.Dispose();
        state.Dispose();
        _done.Dispose();
    }

    private void Run()
    {
        try
        {
            state.BeginAsHelper(_leader!);
            DepthGuard.Watch(state.Cancellation);
            aggregate.Open();
            aggregate.BuildPartial();
        }
#pragma warning disable CA1031 // Whatever happens here belongs to the statement: the leader raises it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            DepthGuard.Watch(CancellationToken.None);
            _done.Set();
        }
    }
}
