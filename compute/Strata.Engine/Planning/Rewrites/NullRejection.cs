using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>Finds out whether a condition cannot be true when certain columns are null.</summary>
internal static class NullRejection
{
    /// <summary>True when the condition is false or unknown for every row in which all of <paramref name="columns"/> are null.</summary>
    public static bool Rejects(Expression condition, IReadOnlySet<int> columns)
    {
        switch (condition)
        {
            case BooleanExpression { Operator: BooleanOperator.And } and:
                return and.Operands.Any(operand => Rejects(operand, columns));
            case ArrayComparisonExpression { IsAll: false } any:
                return IsNullOn(any.Scalar, columns);
            case BooleanExpression { Operator: BooleanOperator.Or } or:
                return or.Operands.All(operand => Rejects(operand, columns));
            case BooleanExpression { Operator: BooleanOperator.Not } not:
                return IsNullOn(not.Operands[0], columns);
            case NullTestExpression { IsNotNull: true } test:
                return IsNullOn(test.Operand, columns);
            case BooleanTestExpression { Test: BooleanTest.IsTrue or BooleanTest.IsFalse or BooleanTest.IsNotUnknown } truth:
                return IsNullOn(truth.Operand, columns);
            default:
                return IsNullOn(condition, columns);
        }
    }

    /// <summary>True when the value is null for every row in which the columns are null.</summary>
    private static bool IsNullOn(Expression value, IReadOnlySet<int> columns) => value switch
    {
        ColumnExpression column => columns.Contains(column.Column),
        ConstantExpression constant => constant.IsNull,
        FunctionExpression { Function.IsStrict: true } call => call.Arguments.Any(argument => IsNullOn(argument, columns)),
        RelabelExpression relabel => IsNullOn(relabel.Operand, columns),
        IoCastExpression cast => IsNullOn(cast.Operand, columns),
        // Over no elements ANY is false and ALL true, whatever stands on the left.
        ArrayComparisonExpression { Array: ConstantExpression { IsNull: false } or ArrayExpression { Elements.Count: > 0, IsNested: false } } comparison =>
            HasElements(comparison.Array) && IsNullOn(comparison.Scalar, columns),
        BooleanExpression { Operator: BooleanOperator.Not } not => IsNullOn(not.Operands[0], columns),
        BooleanExpression { Operator: BooleanOperator.And or BooleanOperator.Or } both => both.Operands.All(operand => IsNullOn(operand, columns)),
        _ => false,
    };

    private static bool HasElements(Expression array) => array is not ConstantExpression constant || new ArrayValue(constant.Value.Bytes).Count > 0;
}
