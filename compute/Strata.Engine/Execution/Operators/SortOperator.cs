using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Sorts all rows of its input; equal rows keep their order. With a bound it keeps only that many rows at a time (top-N).</summary>
internal sealed class SortOperator(ExecutionState state, Operator input, SqlType[] types, KeyBuilder keys, Func<long>? bound) : UnaryOperator(input)
{
    private readonly RowSorter _sorter = new(state, types, "TupleSort main", bound is null ? null : keys.First);
    private bool _sorted;

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_sorted)
            Sort();
        return _sorter.Next(rowsMax);
    }

    public override void Dispose()
    {
        base.Dispose();
        _sorter.Dispose();
    }

    protected override void Clear()
    {
        _sorter.Clear();
        _sorted = false;
    }

    private void Sort()
    {
        _sorter.Bound = bound?.Invoke() ?? long.MaxValue;
        while (Input.Next(Batch.RowsMax) is { } batch)
        {
            state.CheckCancel();
            _sorter.Add(batch, keys);
        }

        _sorter.Complete();
        _sorted = true;
        if (Statistics is not null)
            Statistics.Space = SpaceReport.OfSort(_sorter.Report);
    }
}
