using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// x op ANY (Q) by the least or greatest value y of Q, for operators of an order (Neumann and Kemper, "Unnesting Arbitrary Queries", BTW 2015, treat such subqueries as aggregates):
/// <code>
/// true      x &lt; max(y), x &gt; min(y); for &lt;&gt;: x &lt;&gt; min(y) OR x &lt;&gt; max(y)
/// unknown   otherwise, when some y is null, or x is and there are rows
/// false     otherwise
/// </code>
/// Both values are scalar subqueries over Q; the second is only computed when the first comparison is not true. Immutable.
/// </summary>
internal sealed class ExtremeComparison
{
    private const uint BoolAnd = 2517;

    private readonly SubqueryExpression _subquery;
    private readonly FunctionExpression _comparison;
    private readonly Expression _test;
    private readonly Expression _value;

    private ExtremeComparison(SubqueryExpression subquery, FunctionExpression comparison, Expression test)
    {
        _subquery = subquery;
        _comparison = comparison;
        _test = test;
        _value = comparison.Arguments[1];
    }

    /// <summary>The comparison of an ANY, or null when it is none by an order, or something is volatile.</summary>
    public static ExtremeComparison? Of(SubqueryExpression any)
    {
        if (any.Comparison is not FunctionExpression { Operator: { UserFunction: null, Name: "<" or "<=" or ">" or ">=" or "<>" } op, Arguments: [var left, var right] } comparison
            || any.Columns.Count != 1 || right.Any(static part => part is TestExpression) || !IsOfOneOrder(op) || right.Type.Plain.Oid != op.RightType
            || Extreme("max", right.Type) is null || Extreme("min", right.Type) is null)
            return null;
        Expression? test = left switch
        {
            TestExpression known => any.Tests[known.Index],
            ConstantExpression => left,
            _ => null,
        };
        return test is null || test.IsVolatile || comparison.IsVolatile || TreeWalker.Volatility(any.Query) == Volatility.Volatile ? null : new ExtremeComparison(any, comparison, test);
    }

    /// <summary>Operators between integers, or between floats, order their types alike; those between dates and times convert by the time zone.</summary>
    private static bool IsOfOneOrder(OperatorInfo op) => op.LeftType == op.RightType
        || (IsInteger(op.LeftType) && IsInteger(op.RightType)) || (op.LeftType is TypeOid.Float4 or TypeOid.Float8 && op.RightType is TypeOid.Float4 or TypeOid.Float8);

    private static bool IsInteger(uint type) => type is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8;

    private static FunctionInfo? Extreme(string name, SqlType type)
    {
        foreach (FunctionInfo function in BuiltinRegistry.FunctionsByName(name))
        {
            if (function.ArgumentTypes is [var argument] && argument == type.Plain.Oid)
                return function;
        }

        return null;
    }

    /// <summary>Whether it is true; where it is false or unknown this is either of both.</summary>
    public Expression IsTrue(RewriteContext context)
    {
        if (_comparison.Operator!.Name is "<>")
            return new BooleanExpression(BooleanOperator.Or, [With("min", context), With("max", context)]);
        return With(_comparison.Operator.Name is "<" or "<=" ? "max" : "min", context);
    }

    /// <summary>Its value: true, false or unknown.</summary>
    public Expression Value(RewriteContext context)
    {
        ConstantExpression yes = ConstantExpression.Boolean(true), no = ConstantExpression.Boolean(false), unknown = ConstantExpression.Null(SqlType.Boolean);
        Expression orUnknown = new CaseExpression(SqlType.Boolean, null, [new NullTestExpression(_test, isNotNull: false)], [unknown], no);
        // Null of no rows, false when some value is null.
        Expression present = Scalar(BuiltinRegistry.Function(BoolAnd)!, new NullTestExpression(_value, isNotNull: true), SqlType.Boolean, context);
        var operand = new CaseOperandExpression(SqlType.Boolean);
        Expression otherwise = new CaseExpression(
            SqlType.Boolean, present, [new BooleanTestExpression(operand, BooleanTest.IsFalse), new BooleanTestExpression(operand, BooleanTest.IsTrue)], [unknown, orUnknown], no);
        return new CaseExpression(SqlType.Boolean, null, [IsTrue(context)], [yes], otherwise);
    }

    private Expression With(string extreme, RewriteContext context) =>
        _comparison.WithChildren([_test, Scalar(Extreme(extreme, _value.Type)!, _value, _value.Type, context)]);

    private SubqueryExpression Scalar(FunctionInfo function, Expression argument, SqlType type, RewriteContext context)
    {
        int column = context.Metadata.AddColumn(function.Name, type);
        var call = new AggregateCall(column, BuiltinAggregates.Create(function, [argument.Type], type), [argument]);
        return new SubqueryExpression(SubqueryKind.Scalar, new AggregateNode(_subquery.Query, [], [call]), [column], type, [], null) { Position = _subquery.Position };
    }
}
