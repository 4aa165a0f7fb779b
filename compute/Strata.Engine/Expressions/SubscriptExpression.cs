using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>array[i][j] and slices array[l:u]. Subscripts are int4; an omitted slice bound is null.</summary>
public sealed class SubscriptExpression(
    SqlType type, Expression container, IReadOnlyList<Expression?> lower, IReadOnlyList<Expression?> upper, bool isSlice) : Expression
{
    /// <summary>The element type, or for a slice the container's type.</summary>
    public override SqlType Type { get; } = type;

    public Expression Container { get; } = container;

    /// <summary>Lower bounds of a slice; empty for plain subscripts.</summary>
    public IReadOnlyList<Expression?> Lower { get; } = lower;

    /// <summary>Upper bounds of a slice, or the subscripts.</summary>
    public IReadOnlyList<Expression?> Upper { get; } = upper;

    public bool IsSlice { get; } = isSlice;

    public override IReadOnlyList<Expression> Children =>
        [Container, .. Lower.Where(e => e is not null).Select(e => e!), .. Upper.Where(e => e is not null).Select(e => e!)];

    public override Expression WithChildren(IReadOnlyList<Expression> children)
    {
        int next = 1;
        Expression?[] newLower = [.. Lower.Select(e => e is null ? null : children[next++])];
        Expression?[] newUpper = [.. Upper.Select(e => e is null ? null : children[next++])];
        return new SubscriptExpression(Type, children[0], newLower, newUpper, IsSlice) { Position = Position };
    }

    protected override bool EqualsOwn(Expression other) =>
        other is SubscriptExpression s && s.IsSlice == IsSlice && s.Lower.Select(e => e is null).SequenceEqual(Lower.Select(e => e is null))
        && s.Upper.Select(e => e is null).SequenceEqual(Upper.Select(e => e is null));

    protected override int OwnHash => Upper.Count;
}
