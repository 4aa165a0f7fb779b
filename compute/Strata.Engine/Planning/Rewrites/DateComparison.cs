using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// A date compared with a constant timestamp at midnight (date '1994-01-01' + interval '1 year' is one) becomes a comparison of dates, which indexes and
/// vector kernels know.
/// </summary>
internal static class DateComparison
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>The simpler comparison, or null.</summary>
    public static Expression? TrySimplify(Expression expression)
    {
        if (expression is not FunctionExpression { Operator: { Name: "=" or "<>" or "<" or "<=" or ">" or ">=" } op, Arguments: [var left, var right] } call)
            return null;
        if (left.Type.Oid == TypeOid.Date && ToDate(right) is { } second)
            return Compare(call, op.Name, left, second);
        return right.Type.Oid == TypeOid.Date && ToDate(left) is { } first ? Compare(call, op.Name, first, right) : null;
    }

    private static ConstantExpression? ToDate(Expression value)
    {
        if (value is not ConstantExpression { IsNull: false, Type.Oid: TypeOid.Timestamp } constant)
            return null;
        long moment = constant.Value.Get<long>();
        // The infinities are no multiples of a day.
        return moment % MicrosecondsPerDay != 0 || moment is long.MaxValue or long.MinValue
            ? null
            : new ConstantExpression(SqlType.Date, Datum.Of((int)(moment / MicrosecondsPerDay))) { Position = constant.Position };
    }

    private static FunctionExpression? Compare(FunctionExpression call, string name, Expression left, Expression right)
    {
        return BuiltinRegistry.Operator(name, TypeOid.Date, TypeOid.Date) is { } op && BuiltinRegistry.Function(op.FunctionOid) is { } function
            ? new FunctionExpression(function, call.Type, [left, right]) { Operator = op, Form = call.Form, Position = call.Position }
            : null;
    }
}
