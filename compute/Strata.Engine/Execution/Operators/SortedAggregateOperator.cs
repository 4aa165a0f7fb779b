using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Groups rows that come in the order of their groups, a run of whole groups after the other: groups come out in that order, the first ones before the input has ended, and no more than those of a run are held.
/// </summary>
internal sealed class SortedAggregateOperator(GroupRunInput runs, AggregateOperator groups) : Operator
{
    public override void Open() => groups.Open();

    internal override void Prepare() => groups.PrepareInput();

    protected override Batch? NextBatch(int rowsMax)
    {
        while (true)
        {
            if (groups.Next(rowsMax) is { } batch)
                return batch;
            if (!runs.BeginRun())
                return null;
            groups.BeginAgain();
        }
    }

    public override void Rescan() => groups.Rescan();

    public override void Close() => groups.Close();

    public override void Dispose() => groups.Dispose();
}
