using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>In a re-check: the row of a source that the re-checked row was joined with, or nothing when an outer join had found none.</summary>
internal sealed class HeldCopyOperator(ExecutionState state, int number, SqlType[] types) : Operator
{
    private readonly Batch _row = new(types, state.Memory);
    private bool _isDelivered;

    public override void Open() => _isDelivered = false;

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_isDelivered)
            return null;
        _isDelivered = true;
        (Batch source, int position, int[] slots) = state.Recheck!.CopyOf(number);
        if (source[slots[^1]].IsNull(position))
            return null;
        _row.Reset(1);
        for (int i = 0; i < slots.Length; i++)
            _row[i].CopyRow(source[slots[i]], position, 0);
        _row.SetCount(1);
        return _row;
    }

    public override void Rescan() => _isDelivered = false;

    public override void Close() => _isDelivered = false;

    public override void Dispose() => _row.Dispose();
}
