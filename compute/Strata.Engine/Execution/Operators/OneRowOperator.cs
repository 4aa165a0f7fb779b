using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>One row without columns: the empty FROM clause. With a condition of parameters, none when it is not true.</summary>
internal sealed class OneRowOperator : Operator
{
    private readonly Batch _output = new(Array.Empty<Vector>());
    private bool _done;

    public override void Open() => _done = false;

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_done)
            return null;
        _done = true;
        _output.SetCount(1);
        return _output;
    }

    public override void Rescan() => _done = false;

    public override void Close()
    {
    }

    public override void Dispose()
    {
    }
}
