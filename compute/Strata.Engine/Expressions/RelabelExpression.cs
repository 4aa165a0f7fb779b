using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>The same bytes under another type: binary-coercible casts, domains, COLLATE.</summary>
public sealed class RelabelExpression(Expression operand, SqlType type, bool isExplicit) : Expression
{
    public Expression Operand { get; } = operand;

    public override SqlType Type { get; } = type;

    /// <summary>True when the cast was written.</summary>
    public bool IsExplicit { get; } = isExplicit;

    public override IReadOnlyList<Expression> Children => [Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new RelabelExpression(children[0], Type, IsExplicit) { Position = Position };

    protected override bool EqualsOwn(Expression other) => true;

    protected override int OwnHash => 1;
}
