using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// CASE: conditions (boolean) with results, and ELSE. CASE x WHEN y is bound as conditions x = y over a <see cref="CaseOperandExpression"/>,
/// so that x is evaluated once.
/// </summary>
public sealed class CaseExpression(
    SqlType type, Expression? operand, IReadOnlyList<Expression> conditions, IReadOnlyList<Expression> results, Expression otherwise) : Expression
{
    public override SqlType Type { get; } = type;

    /// <summary>x of CASE x, or null.</summary>
    public Expression? Operand { get; } = operand;

    public IReadOnlyList<Expression> Conditions { get; } = conditions;

    public IReadOnlyList<Expression> Results { get; } = results;

    /// <summary>ELSE; a NULL constant when it was not written.</summary>
    public Expression Otherwise { get; } = otherwise;

    public override IReadOnlyList<Expression> Children =>
        Operand is null ? [.. Conditions, .. Results, Otherwise] : [.. Conditions, .. Results, Otherwise, Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children)
    {
        int n = Conditions.Count;
        return new CaseExpression(
            Type,
            Operand is null ? null : children[(2 * n) + 1],
            [.. children.Take(n)],
            [.. children.Skip(n).Take(n)],
            children[2 * n])
        { Position = Position };
    }

    protected override bool EqualsOwn(Expression other) => Operand is null == ((CaseExpression)other).Operand is null;

    protected override int OwnHash => Conditions.Count;
}
