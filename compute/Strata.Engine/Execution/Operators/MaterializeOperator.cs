using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Keeps the rows of its input, so that a rescan with unchanged parameters reads them again without running the input.</summary>
internal sealed class MaterializeOperator(ExecutionState state, Operator input, SqlType[] types) : Operator
{
    private readonly RowStore _rows = new(types, state.Memory);
    private readonly Batch _output = new(new Vector[types.Length]);
    private readonly SelectionBuffer _slice = new();
    private bool _complete;
    private bool _open;
    private int _next;

    public override void Open()
    {
        _rows.Clear();
        _complete = false;
        _open = false;
        _next = 0;
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_next >= _rows.Count && !_complete)
        {
            if (!_open)
                input.Open();
            _open = true;
            if (input.Next(rowsMax) is { } batch)
                _rows.Append(batch);
            else
                _complete = true;
        }

        if (_next >= _rows.Count)
            return null;
        return RowSlices.Read(_rows, ref _next, rowsMax, _output, _slice);
    }

    public override void Rescan() => _next = 0;

    public override void Close()
    {
        if (_open)
            input.Close();
        _open = false;
        _rows.Clear();
    }

    public override void Dispose()
    {
        input.Dispose();
        _rows.Dispose();
        _slice.Dispose();
    }
}
