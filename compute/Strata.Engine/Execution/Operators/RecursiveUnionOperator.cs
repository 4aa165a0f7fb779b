using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// WITH RECURSIVE: delivers the start rows, then runs the step over the rows of the previous round until a round gives none. With
/// <paramref name="distinct"/> (UNION) rows seen before are dropped.
/// </summary>
internal sealed class RecursiveUnionOperator(
    ExecutionState state, int cte, Operator start, Operator step, SqlType[] types, KeyBuilder? distinct) : Operator
{
    private readonly KeyTable _seen = new(new MemoryAccount("RecursiveUnion hash table", long.MaxValue, state.Memory));
    private readonly SelectionBuffer _fresh = new();
    private SpillableRows _gathering = new(state, types, "tuplestore");
    private bool _inStart;
    private bool _stepOpen;
    private bool _done;

    public override void Open()
    {
        Clear();
        start.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        while (!_done)
        {
            state.CheckCancel();
            Batch? batch = _inStart ? start.Next(rowsMax) : step.Next(rowsMax);
            if (batch is null)
            {
                NextRound();
                continue;
            }

            Batch? fresh = DropSeen(batch);
            if (fresh is null)
                continue;
            _gathering.Append(fresh);
            return fresh;
        }

        return null;
    }

    public override void Rescan()
    {
        Clear();
        start.Rescan();
    }

    public override void Close()
    {
        start.Close();
        if (_stepOpen)
            step.Close();
        _stepOpen = false;
        Clear();
    }

    public override void Dispose()
    {
        start.Dispose();
        step.Dispose();
        _seen.Dispose();
        _fresh.Dispose();
        _gathering.Dispose();
    }

    private void Clear()
    {
        _inStart = true;
        _done = false;
        _seen.Clear();
        _gathering.Clear();
        state.Shared[cte]!.Rows.Clear();
    }

    private void NextRound()
    {
        _inStart = false;
        if (_gathering.Count == 0)
        {
            _done = true;
            return;
        }

        SharedRows work = state.Shared[cte]!;
        (work.Rows, _gathering) = (_gathering, work.Rows);
        _gathering.Clear();
        if (_stepOpen)
            step.Rescan();
        else
            step.Open();
        _stepOpen = true;
    }

    private unsafe Batch? DropSeen(Batch batch)
    {
        if (distinct is null)
            return batch;
        int* rows = _fresh.Reserve(batch.Count);
        int count = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection[i];
            _seen.FindOrAdd(distinct.Build(batch, row), out bool added);
            if (added)
                rows[count++] = row;
        }

        if (count == 0)
            return null;
        batch.Select(new Selection(rows, count));
        return batch;
    }
}
