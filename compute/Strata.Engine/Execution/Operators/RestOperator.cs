using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>What is left of an input that its owner has opened, read in part and will close: first the rest of the batch at hand.</summary>
internal sealed unsafe class RestOperator(Operator input, Batch current, int position) : Operator
{
    private readonly Batch _first = new(new Vector[current.Columns.Length]);
    private readonly SelectionBuffer _rows = new();
    private bool _begun;

    public override void Open()
    {
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_begun)
            return input.Next(rowsMax);
        _begun = true;
        int count = current.Count - position;
        int* rows = _rows.Reserve(count);
        for (int i = 0; i < count; i++)
            rows[i] = current.Selection[position + i];
        for (int i = 0; i < _first.Columns.Length; i++)
            _first.Columns[i] = current[i];
        _first.SetCount(current.StoredCount);
        _first.Select(new Selection(rows, count));
        return _first;
    }

    internal override void NextMorsel() => input.NextMorsel();

    public override void Rescan() => throw new Format.InvariantViolationException("the rest of an input can't be read again");

    public override void Close()
    {
    }

    public override void Dispose() => _rows.Dispose();
}
