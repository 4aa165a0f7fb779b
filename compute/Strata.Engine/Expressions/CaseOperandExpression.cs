using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>The value of the innermost surrounding CASE x.</summary>
public sealed class CaseOperandExpression(SqlType type) : Expression
{
    public override SqlType Type { get; } = type;

    protected override bool EqualsOwn(Expression other) => true;

    protected override int OwnHash => 5;
}
