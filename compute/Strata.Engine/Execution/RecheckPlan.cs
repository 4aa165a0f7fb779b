using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution;

/// <summary>
/// Runs the input of an UPDATE, DELETE or FOR UPDATE again for one row whose version changed (PostgreSQL's EvalPlanQual): a second set of operators, made
/// at the first need, in which the scans deliver given versions. Parameters that the main run uses are put back afterwards. Not thread-safe.
/// </summary>
internal sealed class RecheckPlan(ExecutionState state, Func<Operator> makeInput, (int Scan, int Slot, int MemberSlot)[] otherScans) : IDisposable
{
    private readonly RowRecheck _rows = new();
    private Operator? _input;
    private bool _isOpen;
    private Datum[] _saved = [];

    /// <summary>
    /// The row that the input gives for the new version, or null when it no longer qualifies. <paramref name="original"/> is the row of the main run, whose
    /// other tables keep their versions. Valid until <see cref="End"/>.
    /// </summary>
    public Batch? Run(int scan, Tid version, Batch original, int position, uint member = 0)
    {
        Format.Invariant.Check(state.Recheck is null);
        _rows.Clear();
        foreach ((int other, int slot, int memberSlot) in otherScans)
        {
            if (!original[slot].IsNull(position))
                _rows.Set(other, Rows.TidValue.Unpack(original[slot].Get<long>(position)), memberSlot < 0 ? 0 : original[memberSlot].Get<uint>(position));
        }

        _rows.Set(scan, version, member);
        SaveParameters();
        state.Recheck = _rows;
        // Begun anew each time: what a rescan may keep, such as a hash table, holds the row that was re-checked before.
        _input ??= makeInput();
        if (_isOpen)
            _input.Close();
        _input.Open();
        _isOpen = true;
        return _input.Next(1);
    }

    /// <summary>Ends the re-check begun by <see cref="Run"/>.</summary>
    public void End()
    {
        state.Recheck = null;
        EvaluationContext context = state.Evaluation;
        for (int i = 0; i < _saved.Length; i++)
            context.SetParameter(i, _saved[i]);
    }

    /// <summary>Ends the execution.</summary>
    public void Close()
    {
        if (_isOpen)
            _input!.Close();
        _isOpen = false;
        state.Recheck = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _input?.Dispose();

    private void SaveParameters()
    {
        ReadOnlySpan<Vector> parameters = state.Evaluation.Parameters;
        if (_saved.Length != parameters.Length)
            _saved = new Datum[parameters.Length];
        for (int i = 0; i < _saved.Length; i++)
            _saved[i] = Datum.FromVector(parameters[i], 0);
    }
}
