using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// LIMIT and OFFSET. Asks its input for no more rows than it still needs. With tie columns (of a sorted input) it goes on while rows equal the last
/// one (FETCH FIRST … WITH TIES).
/// </summary>
internal sealed class LimitOperator(
    ExecutionState state, Operator input, ExpressionInstance? limit, ExpressionInstance? offset, KeyBuilder? ties) : UnaryOperator(input)
{
    private readonly Batch _single = SingleRow();
    private readonly ErrorSink _errors = new();
    private byte[] _lastKey = [];
    private long _skip;
    private long _left;
    private bool _started;
    private bool _inTies;

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_started)
            Start();
        while (_skip > 0)
        {
            state.CheckCancel();
            if (Input.Next((int)Math.Min(_skip, Batch.RowsMax)) is not { } skipped)
                return null;
            _skip -= skipped.Count;
        }

        if (_inTies)
            return NextTies(rowsMax);
        if (_left <= 0)
            return null;
        if (Input.Next((int)Math.Min(_left, rowsMax)) is not { } batch)
            return null;
        _left -= batch.Count;
        if (_left == 0 && ties is not null)
        {
            _inTies = true;
            _lastKey = ties.Build(batch, batch.Selection[batch.Count - 1]).ToArray();
        }

        return batch;
    }

    protected override void Clear() => _started = false;

    public override void Dispose()
    {
        base.Dispose();
        limit?.Dispose();
        offset?.Dispose();
    }

    private Batch? NextTies(int rowsMax)
    {
        if (Input.Next(rowsMax) is not { } batch)
            return null;
        for (int i = 0; i < batch.Count; i++)
        {
            if (ties!.Build(batch, batch.Selection[i]).SequenceEqual(_lastKey))
                continue;
            _inTies = false;
            _left = 0;
            if (i == 0)
                return null;
            batch.Select(batch.Selection.First(i));
            break;
        }

        return batch;
    }

    private void Start()
    {
        _started = true;
        _inTies = false;
        _skip = Evaluate(offset, 0, SqlState.InvalidRowCountInResultOffsetClause, "OFFSET");
        _left = Evaluate(limit, long.MaxValue, SqlState.InvalidRowCountInLimitClause, "LIMIT");
    }

    private long Evaluate(ExpressionInstance? expression, long absent, SqlState error, string clause)
    {
        if (expression is null)
            return absent;
        Vector value = expression.Evaluate(state.Evaluation, _single, new Selection(1), _errors);
        _errors.ThrowIfAny();
        if (value.IsNull(0))
            return absent;
        long count = value.Get<long>(0);
        return count >= 0 ? count : throw new SqlException(error, $"{clause} must not be negative");
    }

    private static Batch SingleRow()
    {
        var batch = new Batch(Array.Empty<Vector>());
        batch.SetCount(1);
        return batch;
    }
}
