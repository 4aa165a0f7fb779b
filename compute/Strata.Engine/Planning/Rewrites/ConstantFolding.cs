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
    public RelationalNode Apply(RelationalNode root, RewriteContext context)
    {
        bool sawFalse = false;
        RelationalNode folded = TreeWalker.Map(root, expression =>
        {
            Expression result = Fold(expression, context.Functions);
            sawFalse |= IsFalse(result);
            return result;
        });
        return sawFalse ? TreeWalker.MapNodes(folded, WithoutDecided) : folded;
    }

    private static bool IsFalse(Expression expression) => expression is ConstantExpression { IsNull: false, Type.Oid: TypeOid.Boolean } constant && !constant.Value.AsBoolean;

    /// <summary>The conjuncts of a filter are one AND: what stands after a false one is never computed.</summary>
    private static RelationalNode WithoutDecided(RelationalNode node)
    {
        if (node is not FilterNode { Conjuncts.Count: > 1 } filter)
            return node;
        int decided = filter.Conjuncts.ToList().FindIndex(IsFalse);
        return decided < 0 ? node : new FilterNode(filter.Input, [.. filter.Conjuncts.Take(decided).Where(HoldsConstantCall), filter.Conjuncts[decided]]);
    }

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
                return ConstantFolder.FoldCase(WithOperand(choice, functions));
            case CoalesceExpression coalesce:
                return ConstantFolder.FoldCoalesce(coalesce);
        }

        if (DateComparison.TrySimplify(expression) is { } simpler)
            return simpler;
        if (expression.ReturnsSet)
            return expression;
        if (IsStrictOnNull(expression) && !expression.Children.Any(HoldsConstantCall))
            return ConstantExpression.Null(expression.Type);
        if (!IsConstantCall(expression))
            return expression;
        try
        {
            return Evaluate(expression, functions);
        }
        catch (SqlException)
        {
            // Another operand may yet decide that it is never evaluated; what is left at the end raises (ConstantErrors).
            return expression;
        }
    }

    /// <summary>The value of a call that <see cref="IsConstantCall"/>; raises what the call raises.</summary>
    public static ConstantExpression Evaluate(Expression expression, IFunctionContext functions)
    {
        using var charged = new VectorAccountScope(functions.Memory);
        using var context = new EvaluationContext { Functions = functions };
        using ExpressionInstance instance = CompiledExpression.Compile(expression).CreateInstance();
        return new ConstantExpression(expression.Type, instance.EvaluateScalar(context)) { Position = expression.Position };
    }

    /// <summary>An immutable call whose operands are all constants. After folding such a call is one that fails.</summary>
    public static bool IsConstantCall(Expression expression)
    {
        // An array stays a list: index conditions read its elements.
        if (expression.OwnVolatility != Volatility.Immutable || expression.ReturnsSet || expression.Children.Count == 0
            || expression is ArrayExpression or RowExpression or SubqueryExpression or HostedExpression || ConstantFolder.IsLong(expression))
            return false;
        foreach (Expression child in expression.Children)
        {
            if (child is not ConstantExpression && !IsConstantList(child))
                return false;
        }

        return true;
    }

    private static bool IsConstantList(Expression expression) =>
        expression is ArrayExpression { Elements: var elements } && elements.All(static element => element is ConstantExpression || IsConstantList(element));

    /// <summary>A strict function with a constant null is never called, whatever its other arguments are (PostgreSQL's evaluate_function).</summary>
    private static bool IsStrictOnNull(Expression expression) =>
        expression is IoCastExpression { Operand: ConstantExpression { IsNull: true } }
        || (expression is FunctionExpression { Function: { IsStrict: true, Kind: FunctionKind.Function } } call && call.Arguments.Any(static argument => argument is ConstantExpression { IsNull: true }));

    private static bool HoldsConstantCall(Expression expression) => expression.Any(IsConstantCall);

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
                // What stands before the constant that decides is computed first, and may fail.
                if (constant.Value.AsBoolean != isAnd)
                    return left.Exists(HoldsConstantCall) ? expression : ConstantExpression.Boolean(!isAnd);
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

    /// <summary>CASE of a constant: its conditions are constants as well, unless another CASE within them hides which operand is whose.</summary>
    private static CaseExpression WithOperand(CaseExpression choice, IFunctionContext functions)
    {
        if (choice.Operand is not ConstantExpression operand || choice.Conditions.Any(static condition => condition.Any(static part => part is CaseExpression)))
            return choice;
        Expression[] conditions = [.. choice.Conditions.Select(condition => condition.Transform(part => part is CaseOperandExpression ? operand : Fold(part, functions)))];
        return new CaseExpression(choice.Type, null, conditions, choice.Results, choice.Otherwise) { Position = choice.Position };
    }
}
