using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A literal or folded value.</summary>
public sealed class ConstantExpression(SqlType type, Datum value) : Expression
{
    public override SqlType Type { get; } = type;

    public Datum Value { get; } = value;

    public bool IsNull => Value.IsNull;

    /// <summary>A NULL of a type.</summary>
    public static ConstantExpression Null(SqlType type) => new(type, Datum.Null);

    public static ConstantExpression Boolean(bool value) => new(SqlType.Boolean, Datum.Of(value));

    public static ConstantExpression Int4(int value) => new(SqlType.Int4, Datum.Of(value));

    public static ConstantExpression Int8(long value) => new(SqlType.Int8, Datum.Of(value));

    public static ConstantExpression Text(string value) => new(SqlType.Text, Datum.OfText(value));

    /// <summary>A string literal whose type the context decides.</summary>
    public static ConstantExpression UnknownLiteral(string value, int position = -1) =>
        new(SqlType.Unknown, Datum.OfText(value)) { Position = position };

    protected override bool EqualsOwn(Expression other) => Value.Equals(((ConstantExpression)other).Value);

    protected override int OwnHash => Value.GetHashCode();
}
