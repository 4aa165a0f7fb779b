using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A column by its number in the query. The planner rewrites it to a <see cref="SlotExpression"/> before compiling.</summary>
public sealed class ColumnExpression(int column, SqlType type) : Expression
{
    public int Column { get; } = column;

    public override SqlType Type { get; } = type;

    protected override bool EqualsOwn(Expression other) => Column == ((ColumnExpression)other).Column;

    protected override int OwnHash => Column;
}
