using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>CASE: each branch is evaluated only for the rows that reach it.</summary>
internal sealed unsafe class CaseEvaluator(SqlType type, Evaluator? operand, CaseOperandCell cell, Evaluator[] conditions, Evaluator[] results, Evaluator otherwise)
    : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly SelectionBuffer[] _hits = [.. conditions.Select(_ => new SelectionBuffer())];
    private readonly SelectionBuffer[] _rest = [.. conditions.Select(_ => new SelectionBuffer())];

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        if (operand is not null)
        {
            cell.Value = operand.Evaluate(context, batch, selection, errors);
            selection = selection.Below(errors.Row);
        }

        _result.Reset(selection.End);
        Selection open = selection;
        for (int n = 0; n < conditions.Length && !open.IsEmpty; n++)
        {
            Selection hits = conditions[n].Filter(context, batch, open, errors, _hits[n]);
            open = Without(open.Below(errors.Row), hits, _rest[n]);
            Store(context, results[n], batch, hits, errors);
        }

        Store(context, otherwise, batch, open.Below(errors.Row), errors);
        return _result;
    }

    private void Store(EvaluationContext context, Evaluator branch, Batch batch, Selection rows, ErrorSink errors)
    {
        if (rows.IsEmpty)
            return;
        Vector value = branch.Evaluate(context, batch, rows, errors);
        rows = rows.Below(errors.Row);
        for (int i = 0; i < rows.Count; i++)
            _result.CopyRow(value, rows[i], rows[i]);
    }

    /// <summary>The rows of <paramref name="all"/> that are not in <paramref name="taken"/>, a part of it.</summary>
    internal static Selection Without(Selection all, Selection taken, SelectionBuffer buffer)
    {
        if (taken.IsEmpty)
            return all;
        int* rows = buffer.Reserve(all.Count);
        int count = 0, next = 0;
        for (int i = 0; i < all.Count; i++)
        {
            int row = all[i];
            if (next < taken.Count && taken[next] == row)
                next++;
            else
                rows[count++] = row;
        }

        return new Selection(rows, count);
    }

    public override void Dispose()
    {
        operand?.Dispose();
        foreach (Evaluator e in conditions)
            e.Dispose();
        foreach (Evaluator e in results)
            e.Dispose();
        otherwise.Dispose();
        foreach (SelectionBuffer b in _hits)
            b.Dispose();
        foreach (SelectionBuffer b in _rest)
            b.Dispose();
        _result.Dispose();
    }
}

/// <summary>Where a CASE puts the value that its conditions compare.</summary>
internal sealed class CaseOperandCell
{
    public Vector? Value { get; set; }
}

/// <summary>Reads the surrounding CASE's operand.</summary>
internal sealed class CaseOperandEvaluator(SqlType type, CaseOperandCell cell) : Evaluator(type)
{
    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors) => cell.Value!;

    public override void Dispose()
    {
    }
}

/// <summary>COALESCE.</summary>
internal sealed unsafe class CoalesceEvaluator(SqlType type, Evaluator[] operands) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly SelectionBuffer[] _rest = [.. operands.Select(_ => new SelectionBuffer())];

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        _result.Reset(selection.End);
        Selection open = selection;
        for (int n = 0; n < operands.Length && !open.IsEmpty; n++)
        {
            Vector value = operands[n].Evaluate(context, batch, open, errors);
            open = open.Below(errors.Row);
            int* rest = _rest[n].Reserve(open.Count);
            int count = 0;
            for (int i = 0; i < open.Count; i++)
            {
                int row = open[i];
                if (value.IsNull(row))
                    rest[count++] = row;
                else
                    _result.CopyRow(value, row, row);
            }

            open = new Selection(rest, count);
        }

        for (int i = 0; i < open.Count; i++)
            _result.SetNull(open[i]);
        return _result;
    }

    public override void Dispose()
    {
        foreach (Evaluator operand in operands)
            operand.Dispose();
        foreach (SelectionBuffer buffer in _rest)
            buffer.Dispose();
        _result.Dispose();
    }
}

/// <summary>NULLIF and IS DISTINCT FROM: an equality where nulls do not make null.</summary>
internal sealed class NullIfEvaluator(SqlType type, Evaluator left, Evaluator right, ValueCells cells, Evaluator equality) : Evaluator(type)
{
    private readonly Vector _result = new(type);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector a = cells.Left = left.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        cells.Right = right.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        Vector equal = equality.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (!equal.IsNull(row) && equal.Get<byte>(row) != 0)
                _result.SetNull(row);
            else
                _result.CopyRow(a, row, row);
        }

        return _result;
    }

    public override void Dispose()
    {
        left.Dispose();
        right.Dispose();
        equality.Dispose();
        _result.Dispose();
    }
}

/// <summary>Vectors that an inner function call reads instead of evaluating operands.</summary>
internal sealed class ValueCells
{
    public Vector? Left { get; set; }

    public Vector? Right { get; set; }
}

/// <summary>Reads one of the <see cref="ValueCells"/>.</summary>
internal sealed class CellEvaluator(SqlType type, ValueCells cells, bool isLeft) : Evaluator(type)
{
    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors) =>
        isLeft ? cells.Left! : cells.Right!;

    public override void Dispose()
    {
    }
}

/// <summary>IS [NOT] DISTINCT FROM.</summary>
internal sealed unsafe class DistinctFromEvaluator(bool isNot, Evaluator left, Evaluator right, ValueCells cells, Evaluator equality)
    : Evaluator(SqlType.Boolean)
{
    private readonly Vector _result = new(SqlType.Boolean);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector a = cells.Left = left.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        Vector b = cells.Right = right.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        Vector equal = equality.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        _result.Reset(selection.End);
        byte* data = _result.Data;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            bool leftNull = a.IsNull(row), rightNull = b.IsNull(row);
            bool same = leftNull || rightNull ? leftNull && rightNull : !equal.IsNull(row) && equal.Get<byte>(row) != 0;
            data[row] = same == isNot ? (byte)1 : (byte)0;
        }

        return _result;
    }

    public override void Dispose()
    {
        left.Dispose();
        right.Dispose();
        equality.Dispose();
        _result.Dispose();
    }
}

/// <summary>GREATEST and LEAST by the type's order; nulls are skipped.</summary>
internal sealed class MinMaxEvaluator(SqlType type, bool isGreatest, Evaluator[] operands) : Evaluator(type)
{
    private readonly Vector _result = new(type);
    private readonly ValueComparison _order = ValueComparison.For(type);
    private readonly Vector[] _values = new Vector[operands.Length];

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector[] values = _values;
        for (int n = 0; n < operands.Length; n++)
        {
            values[n] = operands[n].Evaluate(context, batch, selection, errors);
            selection = selection.Below(errors.Row);
        }

        _result.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            Vector? best = null;
            foreach (Vector value in values)
            {
                if (value.IsNull(row))
                    continue;
                if (best is null || _order.Compare(value.GetStored(row), best.GetStored(row)) is var c && (isGreatest ? c > 0 : c < 0))
                    best = value;
            }

            if (best is null)
                _result.SetNull(row);
            else
                _result.CopyRow(best, row, row);
        }

        return _result;
    }

    public override void Dispose()
    {
        foreach (Evaluator operand in operands)
            operand.Dispose();
        _result.Dispose();
    }
}
