using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Runs a query that uses WITH items; the items themselves run when they are read. A rescan computes them anew.</summary>
internal sealed class WithOperator(ExecutionState state, int[] ctes, Operator body) : Operator
{
    public override void Open() => body.Open();

    protected override Batch? NextBatch(int rowsMax) => body.Next(rowsMax);

    public override void Rescan()
    {
        foreach (int cte in ctes)
            state.Shared[cte]!.Clear();
        body.Rescan();
    }

    public override void Close()
    {
        body.Close();
        foreach (int cte in ctes)
            state.Shared[cte]!.Clear();
    }

    public override void Dispose() => body.Dispose();
}
