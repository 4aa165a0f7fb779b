using Strata.Engine.Execution.Rows;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Expressions;

/// <summary>Evaluates <see cref="CurrentOfExpression"/> once per batch.</summary>
internal sealed class CurrentOfEvaluator(CurrentOfExpression expression) : Evaluator(expression.Type)
{
    private readonly Vector _result = new(expression.Type);

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        (uint table, Tid tid) = context.Functions.Session.CursorRow(expression.Cursor, expression.Relation);
        _result.ResetConstant();
        if (expression.IsTable)
            _result.Set(0, table);
        else
            _result.Set(0, TidValue.Pack(tid));
        return _result;
    }

    public override void Dispose() => _result.Dispose();
}
