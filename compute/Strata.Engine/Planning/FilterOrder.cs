using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Orders the conditions of a filter: first those that cannot fail, by cost per row that they drop, then the others by cost alone, as PostgreSQL's order_qual_clauses does. A condition that may fail
/// must not see rows that a cheaper one was written to keep from it.
/// </summary>
internal static class FilterOrder
{
    private const double FunctionCost = 10;
    private const double PatternCost = 8;
    private const double ArrayCost = 8;

    /// <summary>The conditions in the order to evaluate them.</summary>
    public static IReadOnlyList<Expression> Sort(IReadOnlyList<Expression> conditions, Selectivity selectivity) => conditions.Count < 2
        ? conditions
        :
        [
            .. conditions.Where(CannotFail).OrderBy(condition => Cost(condition) / Math.Max(0.01, 1 - selectivity.Of(condition))),
            .. conditions.Where(static condition => !CannotFail(condition)).OrderBy(Cost),
        ];

    /// <summary>True for comparisons, patterns, lists and null tests of plain values: no row makes them fail, so they may be evaluated for any.</summary>
    public static bool CannotFail(Expression condition) => condition switch
    {
        FunctionExpression { Operator: { UserFunction: null, Name: "=" or "<>" or "<" or "<=" or ">" or ">=" } } call => call.Arguments.All(IsPlain),
        FunctionExpression { Operator: { UserFunction: null, Name: "~~" or "!~~" } } call => IsPlain(call.Arguments[0])
            && call.Arguments[1] is ConstantExpression { IsNull: false } pattern && !pattern.Value.AsText.Contains('\\', StringComparison.Ordinal),
        NullTestExpression test => IsPlain(test.Operand),
        BooleanExpression boolean => boolean.Operands.All(CannotFail),
        ArrayComparisonExpression { Operator: { UserFunction: null, Name: "=" or "<>" } } any => IsPlain(any.Scalar) && any.Array is ConstantExpression or ArrayExpression { IsNested: false }
            && any.Array.Children.All(IsPlain),
        _ => IsPlain(condition),
    };

    /// <summary>What evaluating a condition for a row costs, in comparisons of integers.</summary>
    public static double Cost(Expression expression)
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

    /// <summary>A value that is there already, of a type whose comparison is of bytes or numbers.</summary>
    private static bool IsPlain(Expression value) => value switch
    {
        SlotExpression or ColumnExpression or ConstantExpression or ParameterExpression =>
            value.Type.Kind is not TypeKind.Composite && !value.Type.IsArray && value.Type.Oid is not (TypeOid.Record or TypeOid.Unknown),
        RelabelExpression relabel => IsPlain(relabel.Operand),
        FunctionExpression { Form: CallForm.ImplicitCast, Type.Oid: TypeOid.Int4 or TypeOid.Int8 or TypeOid.Numeric or TypeOid.Float8, Arguments: [var from] } cast =>
            from.Type.Oid is TypeOid.Int2 or TypeOid.Int4 && cast.Type.Oid != from.Type.Oid && IsPlain(from),
        _ => false,
    };

    private static double OperandCost(FunctionExpression call) => call.Arguments[0].Type.Physical switch
    {
        PhysicalType.Bytes => call.Arguments[0].Type.Oid == TypeOid.Numeric ? 2 : 4,
        _ => 1,
    };
}
