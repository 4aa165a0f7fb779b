using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Expressions;

/// <summary>A constant vector, filled once.</summary>
internal sealed class ConstantEvaluator : Evaluator
{
    private readonly Vector _value;

    public ConstantEvaluator(ConstantExpression constant)
        : base(constant.Type)
    {
        _value = new Vector(constant.Type);
        _value.ResetConstant();
        constant.Value.Store(_value, 0);
    }

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors) => _value;

    public override void Dispose() => _value.Dispose();
}

/// <summary>A column of the batch, as it is.</summary>
internal sealed class SlotEvaluator(SlotExpression slot) : Evaluator(slot.Type)
{
    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector column = batch[slot.Slot];
        Invariant.Check(column.Physical == Type.Physical);
        return column;
    }

    public override void Dispose()
    {
    }
}

/// <summary>A parameter's constant vector.</summary>
internal sealed class ParameterEvaluator(ParameterExpression parameter) : Evaluator(parameter.Type)
{
    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = context.Parameters[parameter.Index];
        Invariant.Check(value.Physical == Type.Physical);
        return value;
    }

    public override void Dispose()
    {
    }
}
