using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>Orders the conditions of a filter so that cheap and selective ones come first: by cost per row that they drop.</summary>
internal static class FilterOrder
{
    private const double FunctionCost = 10;
    private const double PatternCost = 8;
    private const double ArrayCost = 8;

    /// <summary>The conditions in the order to evaluate them.</summary>
    public static IReadOnlyList<Expression> Sort(IReadOnlyList<Expression> conditions, Selectivity selectivity) => conditions.Count < 2
        ? conditions
        : conditions.OrderBy(condition => Cost(condition) / Math.Max(0.01, 1 - selectivity.Of(condition))).ToArray();

    private static double Cost(Expression expression)
    {
        double cost = expression switch
        {
            FunctionExpression { Operator.Name: "~~" or "!~~" or "~~*" or "!~~*" or "~" or "!~" or "~*" or "!~*" } => PatternCost,
            FunctionExpression { Operator: not null } call => OperandCost(call),
            FunctionExpression => FunctionCost,
            ArrayComparisonExpression => ArrayCost,
            SlotExpression or ColumnExpression or ConstantExpression or ParameterExpression or RelabelExpression => 0,
            _ => 1,
        };
        foreach (Expression child in expression.Children)
            cost += Cost(child);
        return cost;
    }

    private static double OperandCost(FunctionExpression call) => call.Arguments[0].Type.Physical switch
    {
        PhysicalType.Bytes => call.Arguments[0].Type.Oid == TypeOid.Numeric ? 2 : 4,
        _ => 1,
    };
}
