using Strata.Engine.Expressions;

namespace Strata.Engine.Binding;

/// <summary>Conditions as lists of conjuncts.</summary>
internal static class Conjunction
{
    /// <summary>The operands of nested ANDs; TRUE gives none.</summary>
    public static List<Expression> Split(Expression condition)
    {
        var conjuncts = new List<Expression>();
        Add(condition, conjuncts);
        return conjuncts;
    }

    private static void Add(Expression condition, List<Expression> conjuncts)
    {
        if (condition is BooleanExpression { Operator: BooleanOperator.And } and)
        {
            foreach (Expression operand in and.Operands)
                Add(operand, conjuncts);
        }
        else if (condition is not ConstantExpression { IsNull: false } constant || !constant.Value.AsBoolean)
        {
            conjuncts.Add(condition);
        }
    }
}
