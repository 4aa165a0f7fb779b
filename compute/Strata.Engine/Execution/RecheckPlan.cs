using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution;

/// <summary>
/// Runs the input of an UPDATE, DELETE or FOR UPDATE again for one row whose version changed (PostgreSQL's EvalPlanQual): a second set of operators, made
/// at the first need, in which the scans deliver given versions. Parameters that the main run uses are put back afterwards. Not thread-safe.
/// </summary>
internal sealed class RecheckPlan(ExecutionState state, Func<Operator> makeInput, HeldSlots held) : IDisposable
{
    private readonly RowRecheck _rows = new(held);
    private Operator? _input;
    private bool _isOpen;
    private Datum[] _saved = [];

    /// <summary>Begins a re-check: <paramref name="original"/> is the row of the main run, whose sources keep their rows except for those that <see cref="Set"/> gives.</summary>
    public void Begin(Batch original, int position)
    {
        Format.Invariant.Check(state.Recheck is null);
        _rows.Begin(original, position);
    }

    /// <summary>Sets the version of a row that a scan gives instead of the main run's; none as if it were not there.</summary>
    public void Set(int scan, Tid version, uint member) => _rows.Set(scan, version, member);

    /// <summary>The row that the input gives now, or null when there is none. Valid until <see cref="End"/>.</summary>
    public Batch? Run()
    {
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
