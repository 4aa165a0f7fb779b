using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A cast through text: the source's output function, then the target's input function.</summary>
public sealed class IoCastExpression(Expression operand, SqlType type, bool isExplicit) : Expression
{
    public Expression Operand { get; } = operand;

    public override SqlType Type { get; } = type;

    public bool IsExplicit { get; } = isExplicit;

    public override IReadOnlyList<Expression> Children => [Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new IoCastExpression(children[0], Type, IsExplicit) { Position = Position };

    /// <summary>Text forms may depend on settings (TimeZone, DateStyle).</summary>
    public override Functions.Volatility OwnVolatility =>
        TextFormVolatility.OfOutput(Operand.Type.Oid) == Functions.Volatility.Immutable && TextFormVolatility.OfInput(Type.Oid) == Functions.Volatility.Immutable
            ? Functions.Volatility.Immutable
            : Functions.Volatility.Stable;

    protected override bool EqualsOwn(Expression other) => true;

    protected override int OwnHash => 2;
}
