using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// Computes what does not depend on rows. Immutable calls of constants become constants; AND, OR, NOT, CASE and COALESCE lose the
/// operands that constants decide. What would fail is left as it is and fails when it runs.
/// </summary>
public static class ConstantFolder
{
    /// <summary>Folds immutable parts; with <paramref name="foldStable"/> stable ones too (for estimates only, not for plans).</summary>
    public static Expression Fold(Expression expression, EvaluationContext context, bool foldStable = false) =>
        expression.Transform(node => FoldNode(node, context, foldStable));

    private static Expression FoldNode(Expression node, EvaluationContext context, bool foldStable)
    {
        switch (node)
        {
            case ConstantExpression or ColumnExpression or SlotExpression or ParameterExpression or CaseOperandExpression or HostedExpression:
                return node;
            case BooleanExpression { Operator: BooleanOperator.Not, Operands: [ConstantExpression c] }:
                return c.IsNull ? ConstantExpression.Null(SqlType.Boolean) : ConstantExpression.Boolean(!c.Value.AsBoolean);
            case BooleanExpression { Operator: not BooleanOperator.Not } b:
                return FoldAndOr(b);
            case CaseExpression c:
                return FoldCase(c);
            case CoalesceExpression c:
                return FoldCoalesce(c);
        }

        if (node.ReturnsSet)
            return node;
        if (StrictNull(node) is { } nothing)
            return nothing;
        if (!IsFoldable(node.OwnVolatility, foldStable))
            return node;
        if (node is not (FunctionExpression or RelabelExpression or IoCastExpression or ArrayCastExpression or NullTestExpression
            or BooleanTestExpression or DistinctFromExpression or NullIfExpression or MinMaxExpression or ArrayComparisonExpression
            or ArrayExpression or SubscriptExpression or RowComparisonExpression))
            return node;
        foreach (Expression child in node.Children)
        {
            if (child is not ConstantExpression)
                return node;
        }

        if (IsLong(node))
            return node;
        return Evaluate(node, context) ?? node;
    }

    /// <summary>
    /// True for a call that makes a long text of short constants: it would be copied into the plan, and kept there. It is computed when it is asked for, once.
    /// </summary>
    public static bool IsLong(Expression node) => node is FunctionExpression
    {
        Function: { NamespaceOid: CatalogNamespaceOid, Name: "repeat" or "lpad" or "rpad" }, Arguments: [_, ConstantExpression { IsNull: false } count, ..]
    } && count.Type.Oid == TypeOid.Int4 && count.Value.Get<int>() > LongMin;

    private const uint CatalogNamespaceOid = 11;
    private const int LongMin = 1 << 16;

    private static bool IsFoldable(Volatility volatility, bool foldStable) =>
        volatility == Volatility.Immutable || (foldStable && volatility == Volatility.Stable);

    /// <summary>A strict function with a NULL argument is NULL: neither it nor what computes its other arguments is called.</summary>
    private static ConstantExpression? StrictNull(Expression node)
    {
        if (node is not FunctionExpression { Function: { IsStrict: true, Kind: FunctionKind.Function } } call)
            return null;
        foreach (Expression argument in call.Arguments)
        {
            if (argument is ConstantExpression { IsNull: true })
                return ConstantExpression.Null(call.Type);
        }

        return null;
    }

    private static ConstantExpression? Evaluate(Expression node, EvaluationContext context)
    {
        try
        {
            using ExpressionInstance instance = CompiledExpression.Compile(node).CreateInstance();
            return new ConstantExpression(node.Type, instance.EvaluateScalar(context)) { Position = node.Position };
        }
        catch (SqlException)
        {
            // It fails again when it is executed, if it ever is.
            return null;
        }
    }

    private static Expression FoldAndOr(BooleanExpression node)
    {
        bool isAnd = node.Operator == BooleanOperator.And;
        var kept = new List<Expression>();
        bool sawNull = false;
        foreach (Expression operand in node.Operands)
        {
            if (operand is not ConstantExpression constant)
            {
                kept.Add(operand);
                continue;
            }

            if (constant.IsNull)
                sawNull = true;
            else if (constant.Value.AsBoolean != isAnd)
                return ConstantExpression.Boolean(!isAnd);
        }

        if (sawNull)
            kept.Add(ConstantExpression.Null(SqlType.Boolean));
        if (kept.Count == node.Operands.Count)
            return node;
        return kept.Count switch
        {
            0 => ConstantExpression.Boolean(isAnd),
            1 => kept[0],
            _ => new BooleanExpression(node.Operator, kept) { Position = node.Position },
        };
    }

    /// <summary>CASE without the conditions that are constant, and what stands behind the first one that is true.</summary>
    public static Expression FoldCase(CaseExpression node)
    {
        if (node.Operand is not null)
            return node;
        var conditions = new List<Expression>();
        var results = new List<Expression>();
        Expression otherwise = node.Otherwise;
        for (int i = 0; i < node.Conditions.Count; i++)
        {
            if (node.Conditions[i] is ConstantExpression constant)
            {
                if (constant.IsNull || !constant.Value.AsBoolean)
                    continue;
                otherwise = node.Results[i];
                break;
            }

            conditions.Add(node.Conditions[i]);
            results.Add(node.Results[i]);
        }

        if (conditions.Count == 0)
            return otherwise;
        return conditions.Count == node.Conditions.Count ? node
            : new CaseExpression(node.Type, null, conditions, results, otherwise) { Position = node.Position };
    }

    /// <summary>COALESCE without constant nulls, and what stands behind the first other constant.</summary>
    public static Expression FoldCoalesce(CoalesceExpression node)
    {
        var kept = new List<Expression>();
        foreach (Expression operand in node.Operands)
        {
            if (operand is ConstantExpression { IsNull: true })
                continue;
            kept.Add(operand);
            if (operand is ConstantExpression)
                break;
        }

        if (kept.Count == 0)
            return ConstantExpression.Null(node.Type);
        return kept.Count == 1 ? kept[0]
            : kept.Count == node.Operands.Count ? node : new CoalesceExpression(node.Type, kept) { Position = node.Position };
    }
}
