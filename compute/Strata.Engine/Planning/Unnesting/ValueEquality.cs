using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>Comparisons of two values of one plain type, by the equality of the type's default operator class. Stateless.</summary>
internal static class ValueEquality
{
    /// <summary>True when equal values of the type are the same value: not so of numbers that remember their scale, floats with two zeros, padded texts.</summary>
    public static bool IsIdentity(SqlType type) => type.Oid is TypeOid.Boolean or TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Oid or TypeOid.Text or TypeOid.VarChar or TypeOid.Name
        or TypeOid.Date or TypeOid.Timestamp or TypeOid.TimestampTz or TypeOid.Time or TypeOid.Uuid or TypeOid.Bytea;

    /// <summary>a = b, or a IS NOT DISTINCT FROM b; null when the types differ or have no equality that can be hashed.</summary>
    public static Expression? Compare(Expression a, Expression b, bool isNullSafe)
    {
        if (a.Type.Oid != b.Type.Oid || a.Type.IsArray || a.Type.Kind != TypeKind.Base)
            return null;
        uint oid = StatisticOperators.Of(a.Type).Equal;
        if (BuiltinRegistry.Operator(oid) is not { CanHash: true, Function: { } function } equality)
            return null;
        return isNullSafe
            ? new DistinctFromExpression(equality, a, b, isNot: true)
            : new FunctionExpression(function, SqlType.Boolean, [a, b]) { Operator = equality, Form = CallForm.Operator };
    }
}
