using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Keeps the rows of its input, so that a rescan with unchanged parameters reads them again without running the input.</summary>
internal sealed class MaterializeOperator : Operator
{
    private readonly Operator _input;
    private readonly SpillableRows _rows;
    private readonly SpillableReader _reader;
    private bool _complete;
    private bool _open;
    private int _next;

    public MaterializeOperator(ExecutionState state, Operator input, SqlType[] types)
    {
        _input = input;
        _rows = new SpillableRows(state, types, "tuplestore");
        _reader = new SpillableReader(_rows, isSequential: true);
    }

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
                _input.Open();
            _open = true;
            if (_input.Next(rowsMax) is { } batch)
                _rows.Append(batch);
            else
                _complete = true;
        }

        return _reader.Read(ref _next, rowsMax);
    }

    public override void Rescan() => _next = 0;

    public override void Close()
    {
        if (_open)
            _input.Close();
        _open = false;
        _rows.Clear();
        _reader.Free();
    }

    public override void Dispose()
    {
        _input.Dispose();
        _rows.Dispose();
        _reader.Dispose();
    }
}
