using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>The rows of one input after the other (UNION ALL).</summary>
internal sealed class AppendOperator(Operator[] inputs) : Operator
{
    private readonly bool[] _open = new bool[inputs.Length];
    private int _current;

    public override void Open() => _current = 0;

    protected override Batch? NextBatch(int rowsMax)
    {
        for (; _current < inputs.Length; _current++)
        {
            if (!_open[_current])
                inputs[_current].Open();
            _open[_current] = true;
            if (inputs[_current].Next(rowsMax) is { } batch)
                return batch;
        }

        return null;
    }

    public override void Rescan()
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (_open[i])
                inputs[i].Rescan();
        }

        _current = 0;
    }

    public override void Close()
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (_open[i])
                inputs[i].Close();
            _open[i] = false;
        }
    }

    public override void Dispose()
    {
        foreach (Operator input in inputs)
            input.Dispose();
    }
}
