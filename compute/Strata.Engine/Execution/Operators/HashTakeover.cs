using Strata.Engine.Planning.Physical;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// The other half of an adaptive nested loop: after more left rows than were thought of, the rest of them is joined by a hash table over the whole right side, in the same order. A table that does not
/// fit into memory is given up, and the loop goes on. Made when it is needed; not thread-safe.
/// </summary>
internal sealed class HashTakeover(ExecutionState state, HashAlternative plan, Operator left) : IDisposable
{
    private readonly Batch _output = new(new Vector[plan.Slots.Length]);
    private HashJoinOperator? _join;
    private long _rows;
    private bool _isDecided;

    /// <summary>The rest of the left rows comes joined from here.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Left rows before it took over.</summary>
    public long RowsBefore => _rows;

    /// <summary>Counts a left row that the loop is about to begin with, at a position of a batch; true when that row and all that follow are taken over.</summary>
    public bool Takes(Batch batch, int position)
    {
        if (_isDecided || ++_rows <= plan.RowsMin)
            return false;
        _isDecided = true;
        InstanceBuilder builder = state.Builder!;
        builder.Rest = new RestOperator(left, batch, position) { Owner = state };
        _join = (HashJoinOperator)builder.Create(plan.Join);
        builder.Rest = null;
        _join.MustFit = true;
        _join.Open();
        _join.Prepare();
        if (!_join.IsTooLarge)
            return IsRunning = true;
        Drop();
        return false;
    }

    /// <summary>The next joined rows, or null at the end.</summary>
    public Batch? Next(int rowsMax)
    {
        if (_join!.Next(rowsMax) is not { } batch)
            return null;
        for (int i = 0; i < _output.Columns.Length; i++)
            _output.Columns[i] = batch[plan.Slots[i]];
        _output.SetCount(batch.StoredCount);
        _output.Select(batch.Selection);
        return _output;
    }

    public void NextMorsel() => _join!.NextMorsel();

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Drop();
        _rows = 0;
        _isDecided = false;
    }

    public void Dispose() => Drop();

    private void Drop()
    {
        IsRunning = false;
        _join?.Close();
        _join?.Dispose();
        _join = null;
    }
}
