using Strata.Engine.Planning.Physical;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Aggregates with the help of other threads: each runs a copy of the whole pipeline below over ranges of the driving scan's blocks into groups of its own, which are
/// combined at the end. Hash tables are built once, before the helpers start. A helper that gets no thread is not waited for.
/// </summary>
internal sealed class ParallelAggregateOperator(ExecutionState state, AggregateOperator leader, ParallelGroup group, Func<ParallelHelper> makeHelper) : Operator
{
    private readonly List<ParallelHelper> _helpers = [];
    private bool _built;
    private int _running;

    public override void Open()
    {
        _built = false;
        group.Reset();
        leader.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_built)
            Build();
        return leader.Next(rowsMax);
    }

    public override void Rescan()
    {
        _built = false;
        group.Reset();
        leader.Rescan();
    }

    public override void Close() => leader.Close();

    public override void Dispose()
    {
        leader.Dispose();
        foreach (ParallelHelper helper in _helpers)
            helper.Dispose();
        _helpers.Clear();
    }

    /// <summary>Helpers that the session allows for one operator.</summary>
    internal static int HelpersAllowed(ExecutionState state) =>
        int.TryParse(state.Evaluation.Functions.Session.GetSetting("max_parallel_workers_per_gather"), out int workers) ? workers : int.MaxValue;

    private void Build()
    {
        _built = true;
        leader.PrepareInput();
        QueryWorkers workers = state.Services.Workers!;
        leader.BeforeFull = GatherHelpers;
        _running = 0;
        try
        {
            int helpers = group.IsSerial ? 0 : Math.Min(workers.ThreadsMax, HelpersAllowed(state));
            while (_running < helpers)
            {
                if (_running == _helpers.Count)
                    _helpers.Add(makeHelper());
                if (!_helpers[_running].TryStart(workers, state))
                    break;
                _running++;
            }

            leader.BuildPartial();
        }
        finally
        {
            // Nothing of this statement may end while a helper still works for it.
            for (int i = 0; i < _running; i++)
                _helpers[i].Wait();
        }

        Merge();
        leader.FinishBuild();
    }

    /// <summary>The leader has no room for further groups: the helpers end with what they have, so that no group is both theirs and turned away.</summary>
    private void GatherHelpers()
    {
        for (int i = 0; i < _running; i++)
            _helpers[i].Stop();
        for (int i = 0; i < _running; i++)
            _helpers[i].Wait();
        Merge();
    }

    private void Merge()
    {
        int count = _running;
        _running = 0;
        for (int i = 0; i < count; i++)
            _helpers[i].MergeInto(leader);
    }
}
