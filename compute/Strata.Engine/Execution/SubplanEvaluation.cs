using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>
/// Evaluates a subquery in an expression: lazily, for the selected rows only, with the outer row's columns as parameters. A subquery without outer columns runs
/// once per execution; one with them remembers its last results by parameter values. Not thread-safe.
/// </summary>
internal sealed class SubplanEvaluation(SubplanExpression subplan) : HostedEvaluation
{
    private const int MemoEntriesMax = 1024;

    private readonly ExpressionInstance[] _outer = InstanceBuilder.Instances(subplan.OuterValues);
    private readonly ExpressionInstance[] _tests = InstanceBuilder.Instances(subplan.Tests);
    private readonly Vector[] _outerValues = new Vector[subplan.OuterValues.Count];
    private readonly Vector[] _testValues = new Vector[subplan.Tests.Count];
    private readonly ErrorSink _comparisonErrors = new();
    private readonly KeyBuffer _key = new();
    private readonly Dictionary<string, int> _memo = [];
    private HashedSubplan? _hashed;
    private ExecutionState? _state;
    private Operator? _plan;
    private IReadOnlyList<OperatorStatistics> _measured = [];
    private ExpressionInstance? _comparison;
    private Batch? _comparisonRow;
    private Vector? _memoValues;
    private ulong _execution;
    private bool _isOpen;
    private bool _hasSingle;

    public override unsafe void Evaluate(EvaluationContext context, Batch batch, Selection selection, Vector result, ErrorSink errors)
    {
        Prepare((ExecutionState)context.Host!);
        for (int i = 0; i < _outer.Length; i++)
            _outerValues[i] = _outer[i].Evaluate(context, batch, selection, errors);
        for (int i = 0; i < _tests.Length; i++)
            _testValues[i] = _tests[i].Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        if (_outer.Length == 0 && _tests.Length == 0)
        {
            result.ResetConstant();
            if (selection.IsEmpty)
            {
                result.ResetNull();
                return;
            }

            if (!_hasSingle || subplan.ReadsOuterParameters)
            {
                if (!TryRun(context, result, 0, selection[0], errors))
                {
                    result.ResetNull();
                    return;
                }

                _memoValues!.ResetConstant();
                _memoValues.CopyRow(result, 0, 0);
                _hasSingle = true;
            }
            else
            {
                result.CopyRow(_memoValues!, 0, 0);
            }

            return;
        }

        result.Reset(selection.End);
        if (subplan.HashSlot >= 0 && !selection.IsEmpty)
        {
            Probe(result, selection, errors);
            return;
        }

        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (row >= errors.Row)
                break;
            EvaluateRow(context, result, row, errors);
        }
    }

    public override void Dispose()
    {
        foreach (ExpressionInstance expression in _outer)
            expression.Dispose();
        foreach (ExpressionInstance expression in _tests)
            expression.Dispose();
        _comparison?.Dispose();
        _plan?.Dispose();
        _memoValues?.Dispose();
        _hashed?.Dispose();
    }

    /// <summary>x IN (subquery) without outer columns: its rows are hashed once, and each row looks its values up.</summary>
    private void Probe(Vector result, Selection selection, ErrorSink errors)
    {
        try
        {
            _hashed ??= new HashedSubplan(_state!.Memory, subplan.HashSlot);
            if (!_hashed.IsComplete)
            {
                if (_isOpen)
                    Restart();
                else
                    _plan!.Open();
                _isOpen = true;
                _hashed.Fill(_plan!);
            }
        }
        catch (SqlException error)
        {
            errors.Report(selection[0], error);
            return;
        }

        _hashed.Probe(_testValues[0], selection, result);
    }

    /// <summary>Begins another run, a loop of all its operators.</summary>
    private void Restart()
    {
        foreach (OperatorStatistics statistics in _measured)
            statistics.Restart();
        _plan!.Rescan();
    }

    private void Prepare(ExecutionState state)
    {
        if (_plan is null)
        {
            _state = state;
            _plan = state.Builder!.Create(subplan.Plan);
            _measured = state.Builder.StatisticsOf(subplan.Plan);
            _memoValues = new Vector(subplan.Type);
            if (subplan.Comparison is not null)
            {
                _comparison = subplan.Comparison.CreateInstance();
                _comparisonRow = new Batch(new Vector[subplan.Tests.Count + subplan.Plan.Columns.Count]);
            }

            for (int i = 0; i < _testCopies.Length; i++)
                _testCopies[i] = new Vector(subplan.Tests[i].Type);
        }

        if (_execution == state.ExecutionNumber)
            return;
        // A new execution of a pooled instance: nothing remembered is valid.
        _execution = state.ExecutionNumber;
        Forget();
        if (_isOpen)
            _plan.Close();
        _isOpen = false;
        state.Opened.Add(Close);
    }

    private void Close()
    {
        if (_isOpen)
            _plan!.Close();
        _isOpen = false;
        Forget();
    }

    private void Forget()
    {
        _hasSingle = false;
        _memo.Clear();
        _hashed?.Clear();
    }

    private void EvaluateRow(EvaluationContext context, Vector result, int row, ErrorSink errors)
    {
        if (!subplan.IsVolatile && !subplan.ReadsOuterParameters)
        {
            _key.Clear();
            foreach (Vector value in _outerValues)
                KeyEncoder.Append(value, row, false, false, _key);
            foreach (Vector value in _testValues)
                KeyEncoder.Append(value, row, false, false, _key);
            string key = Convert.ToBase64String(_key.Written);
            if (_memo.TryGetValue(key, out int slot))
            {
                result.CopyRow(_memoValues!, slot, row);
                return;
            }

            if (!TryRun(context, result, row, row, errors))
                return;
            if (_memo.Count >= MemoEntriesMax)
                _memo.Clear();
            slot = _memo.Count;
            if (slot == 0)
                _memoValues!.Reset(8);
            _memoValues!.EnsureCapacity(slot + 1, slot);
            _memoValues.CopyRow(result, row, slot);
            _memo.Add(key, slot);
            return;
        }

        TryRun(context, result, row, row, errors);
    }

    /// <summary>Runs the subplan for the outer row; an error becomes that row's error.</summary>
    private bool TryRun(EvaluationContext context, Vector result, int target, int row, ErrorSink errors)
    {
        try
        {
            for (int i = 0; i < _outerValues.Length; i++)
                context.SetParameter(subplan.Parameters[i], _outerValues[i], row);
            if (_isOpen)
                Restart();
            else
                _plan!.Open();
            _isOpen = true;
            switch (subplan.Kind)
            {
                case SubqueryKind.Exists:
                    result.Set(target, _plan!.Next(1) is null ? (byte)0 : (byte)1);
                    result.SetValid(target);
                    break;
                case SubqueryKind.Scalar:
                    RunScalar(result, target);
                    break;
                case SubqueryKind.Array:
                    RunArray(result, target);
                    break;
                default:
                    RunQuantified(context, result, target, row);
                    break;
            }

            return true;
        }
        catch (SqlException error)
        {
            errors.Report(row, error);
            return false;
        }
    }

    private void RunScalar(Vector result, int target)
    {
        Batch? batch = _plan!.Next(2);
        if (batch is null)
        {
            result.SetNull(target);
            return;
        }

        if (batch.Count == 1)
        {
            result.CopyRow(batch[subplan.ValueSlot], batch.Selection[0], target);
            if (_plan.Next(1) is null)
                return;
        }

        throw new SqlException(SqlState.CardinalityViolation, "more than one row returned by a subquery used as an expression");
    }

    private void RunArray(Vector result, int target)
    {
        // Arrays become the slices of one array with a further dimension.
        ArrayBuilder? elements = null;
        ArrayStack? arrays = null;
        while (_plan!.Next(Batch.RowsMax) is { } batch)
        {
            Vector values = batch[subplan.ValueSlot];
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection[i];
                if (!values.Type.IsArray)
                    ArrayElements.Add(elements ??= new ArrayBuilder(), values, row);
                else if (values.IsNull(row))
                    throw ArrayStack.NullArray();
                else
                    (arrays ??= new ArrayStack()).Add(values.GetBytes(row));
            }
        }

        uint element = subplan.Type.ElementType!.Oid;
        result.SetBytes(target, arrays is not null ? arrays.Build(element) : (elements ?? new ArrayBuilder()).Build(element));
        result.SetValid(target);
    }

    private readonly Vector[] _testCopies = new Vector[subplan.Tests.Count];

    private void RunQuantified(EvaluationContext context, Vector result, int target, int row)
    {
        bool isAll = subplan.Kind == SubqueryKind.All;
        bool sawNull = false;
        for (int i = 0; i < _testCopies.Length; i++)
        {
            _testCopies[i].ResetConstant();
            _testCopies[i].CopyRow(_testValues[i], row, 0);
            _comparisonRow!.Columns[i] = _testCopies[i];
        }

        while (_plan!.Next(Batch.RowsMax) is { } batch)
        {
            for (int i = 0; i < batch.Columns.Length; i++)
                _comparisonRow!.Columns[_testCopies.Length + i] = batch[i];
            _comparisonRow!.SetCount(batch.StoredCount);
            Vector matches = _comparison!.Evaluate(context, _comparisonRow, batch.Selection, _comparisonErrors);
            _comparisonErrors.ThrowIfAny();
            for (int i = 0; i < batch.Count; i++)
            {
                int position = batch.Selection[i];
                if (matches.IsNull(position))
                {
                    sawNull = true;
                    continue;
                }

                bool match = matches.Get<byte>(position) != 0;
                if (match == isAll)
                    continue;
                result.Set(target, isAll ? (byte)0 : (byte)1);
                result.SetValid(target);
                return;
            }
        }

        if (sawNull)
        {
            result.SetNull(target);
            return;
        }

        result.Set(target, isAll ? (byte)1 : (byte)0);
        result.SetValid(target);
    }
}
