using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Computes immutable calls of constants, and simplifies AND, OR, NOT and CASE over constants. A call that fails is left alone: it may never be
/// evaluated.
/// </summary>
internal sealed class ConstantFolding : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) =>
        TreeWalker.Map(root, expression => Fold(expression, context.Functions));

    /// <summary>Folds one node whose operands are folded already.</summary>
    public static Expression Fold(Expression expression, IFunctionContext functions)
    {
        switch (expression)
        {
            case ConstantExpression or ColumnExpression or ParameterExpression or SubqueryExpression or HostedExpression or CaseOperandExpression
                or TestExpression or SlotExpression:
                return expression;
            case BooleanExpression boolean:
                return FoldBoolean(boolean);
            case CaseExpression choice:
                return FoldCase(choice);
        }

        if (DateComparison.TrySimplify(expression) is { } simpler)
            return simpler;
        if (expression.OwnVolatility != Volatility.Immutable || expression.ReturnsSet || expression.Children.Count == 0)
            return expression;
        // An array stays a list: index conditions read its elements.
        if (expression is ArrayExpression or RowExpression)
            return expression;
        foreach (Expression child in expression.Children)
        {
            if (child is not ConstantExpression)
                return expression;
        }

        try
        {
            using var charged = new VectorAccountScope(functions.Memory);
            using var context = new EvaluationContext { Functions = functions };
            using ExpressionInstance instance = CompiledExpression.Compile(expression).CreateInstance();
            return new ConstantExpression(expression.Type, instance.EvaluateScalar(context)) { Position = expression.Position };
        }
        catch (SqlException)
        {
            // It raises when, and only when, it is evaluated.
            return expression;
        }
    }

    private static Expression FoldBoolean(BooleanExpression expression)
    {
        if (expression.Operator == BooleanOperator.Not)
        {
            return expression.Operands[0] is ConstantExpression { IsNull: false } constant
                ? ConstantExpression.Boolean(!constant.Value.AsBoolean)
                : expression;
        }

        bool isAnd = expression.Operator == BooleanOperator.And;
        var left = new List<Expression>();
        foreach (Expression operand in expression.Operands)
        {
            if (operand is ConstantExpression { IsNull: false } constant)
            {
                if (constant.Value.AsBoolean != isAnd)
                    return ConstantExpression.Boolean(!isAnd);
                continue;
            }

            left.Add(operand);
        }

        if (left.Count == expression.Operands.Count)
            return expression;
        return left.Count switch
        {
            0 => ConstantExpression.Boolean(isAnd),
            1 => left[0],
            _ => new BooleanExpression(expression.Operator, left) { Position = expression.Position },
        };
    }

    private static Expression FoldCase(CaseExpression choice)
    {
        if (choice.Operand is not null)
            return choice;
        var conditions = new List<Expression>();
        var results = new List<Expression>();
        Expression otherwise = choice.Otherwise;
        for (int i = 0; i < choice.Conditions.Count; i++)
        {
            if (choice.Conditions[i] is ConstantExpression constant)
            {
                if (constant.IsNull || !constant.Value.AsBoolean)
                    continue;
                otherwise = choice.Results[i];
                break;
            }

            conditions.Add(choice.Conditions[i]);
            results.Add(choice.Results[i]);
        }

        if (conditions.Count == 0)
            return otherwise;
        return conditions.Count == choice.Conditions.Count
            ? choice
            : new CaseExpression(choice.Type, null, conditions, results, otherwise) { Position = choice.Position };
    }
}
