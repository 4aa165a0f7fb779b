using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>
/// The short way from a literal to the value of a column, for INSERT of many rows: the same constant that binding, casting and folding the literal would give, for the combinations that rows of values mostly
/// consist of.
/// </summary>
internal static class LiteralAssignment
{
    /// <summary>The constant, or null when the literal must take the long way (which also raises the errors).</summary>
    public static ConstantExpression? TryAssign(Syntax.Expression literal, SqlType type)
    {
        if (type.DomainBase is not null)
            return null;
        switch (literal)
        {
            case Syntax.IntegerLiteral integer:
                return TryInteger(integer.Value, type) is { } value ? new ConstantExpression(type, value) { Position = literal.Position } : null;
            case Syntax.UnaryExpression { Operator: { IsExplicit: false, Name: "-" }, Operand: Syntax.IntegerLiteral integer }:
                return TryInteger(-integer.Value, type) is { } negative ? new ConstantExpression(type, negative) { Position = literal.Position } : null;
            case Syntax.StringLiteral text when type.Oid == TypeOid.Text || (type.Oid == TypeOid.VarChar && type.Typmod < 0):
                return new ConstantExpression(type, Datum.OfText(text.Value)) { Position = literal.Position };
            case Syntax.NullLiteral:
                return new ConstantExpression(type, Datum.Null) { Position = literal.Position };
            case Syntax.BooleanLiteral boolean when type.Oid == TypeOid.Boolean:
                return new ConstantExpression(type, Datum.Of(boolean.Value)) { Position = literal.Position };
            default:
                return null;
        }
    }

    private static Datum? TryInteger(int value, SqlType type) => type.Oid switch
    {
        TypeOid.Int4 => Datum.Of(value),
        TypeOid.Int8 => Datum.Of((long)value),
        TypeOid.Int2 when value is >= short.MinValue and <= short.MaxValue => Datum.Of((short)value),
        TypeOid.Float8 => Datum.Of((double)value),
        TypeOid.Float4 => Datum.Of((float)value),
        _ => null,
    };
}
