using Strata.Engine.Types;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Reads the shared rows of a WITH item, which are computed as readers ask for them, or of a work table.</summary>
internal sealed class CteScanOperator(ExecutionState state, int cte, int[] slots) : Operator
{
    private readonly Batch _output = new(new Vector[slots.Length]);
    private SpillableReader? _reader;
    private int _next;

    public override void Open() => _next = 0;

    protected override Batch? NextBatch(int rowsMax)
    {
        SharedRows shared = state.Shared[cte]!;
        if (_next >= shared.Rows.Count && !shared.Fill(rowsMax))
            return null;
        _reader ??= new SpillableReader(shared.Rows, isSequential: true);
        _reader.Use(shared.Rows);
        Batch? batch = _reader.Read(ref _next, rowsMax);
        if (batch is null)
            return null;
        for (int i = 0; i < slots.Length; i++)
            _output.Columns[i] = batch[slots[i]];
        _output.SetCount(batch.StoredCount);
        _output.Select(batch.Selection);
        return _output;
    }

    public override void Rescan() => _next = 0;

    public override void Close() => _reader?.Free();

    public override void Dispose() => _reader?.Dispose();
}
