using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Scans of partitions one after the other, without those that parameters exclude: looked at anew at each rescan.</summary>
internal sealed class PrunedAppendOperator(
    ExecutionState state, Operator[] inputs, uint[] oids, PartitionPruning pruning, Dictionary<Expression, ExpressionInstance> values) : Operator
{
    private readonly bool[] _open = new bool[inputs.Length];
    private readonly bool[] _stale = new bool[inputs.Length];
    private HashSet<uint>? _leaves;
    private int _current;

    public override void Open()
    {
        _current = 0;
        _leaves = null;
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _leaves ??= pruning.Leaves(Evaluate);
        for (; _current < inputs.Length; _current++)
        {
            if (!_leaves.Contains(oids[_current]))
                continue;
            if (!_open[_current])
                inputs[_current].Open();
            else if (_stale[_current])
                inputs[_current].Rescan();
            _open[_current] = true;
            _stale[_current] = false;
            if (inputs[_current].Next(rowsMax) is { } batch)
                return batch;
        }

        return null;
    }

    private Datum? Evaluate(Expression value) => value is ConstantExpression constant ? constant.Value : values[value].EvaluateScalar(state.Evaluation);

    public override void Rescan()
    {
        Array.Fill(_stale, true);
        _current = 0;
        _leaves = null;
    }

    public override void Close()
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (_open[i])
                inputs[i].Close();
            _open[i] = _stale[i] = false;
        }
    }

    public override void Dispose()
    {
        foreach (Operator input in inputs)
            input.Dispose();
        foreach (ExpressionInstance value in values.Values)
            value.Dispose();
    }
}
