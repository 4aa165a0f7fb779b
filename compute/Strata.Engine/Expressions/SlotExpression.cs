using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A vector of the input batch, by index.</summary>
public sealed class SlotExpression(int slot, SqlType type) : Expression
{
    public int Slot { get; } = slot;

    public override SqlType Type { get; } = type;

    protected override bool EqualsOwn(Expression other) => Slot == ((SlotExpression)other).Slot;

    protected override int OwnHash => Slot;
}
