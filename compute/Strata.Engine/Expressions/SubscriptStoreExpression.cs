using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// An array with an element or a slice replaced: the new value of a column in <c>SET column[i] = …</c>. Subscripts are int4; of a slice there are lower and upper ones, and the value is an array.
/// </summary>
public sealed class SubscriptStoreExpression(
    SqlType type, Expression container, IReadOnlyList<Expression?> lower, IReadOnlyList<Expression?> upper, bool isSlice, Expression value) : Expression
{
    /// <inheritdoc/>
    public override SqlType Type { get; } = type;

    public Expression Container { get; } = container;

    public IReadOnlyList<Expression?> Lower { get; } = lower;

    public IReadOnlyList<Expression?> Upper { get; } = upper;

    public bool IsSlice { get; } = isSlice;

    public Expression Value { get; } = value;

    /// <inheritdoc/>
    public override IReadOnlyList<Expression> Children =>
        [Container, Value, .. Lower.Where(static e => e is not null).Select(static e => e!), .. Upper.Where(static e => e is not null).Select(static e => e!)];

    /// <inheritdoc/>
    public override Expression WithChildren(IReadOnlyList<Expression> children)
    {
        int next = 2;
        Expression?[] newLower = [.. Lower.Select(e => e is null ? null : children[next++])];
        Expression?[] newUpper = [.. Upper.Select(e => e is null ? null : children[next++])];
        return new SubscriptStoreExpression(Type, children[0], newLower, newUpper, IsSlice, children[1]) { Position = Position };
    }

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other) =>
        other is SubscriptStoreExpression s && s.IsSlice == IsSlice && s.Lower.Select(static e => e is null).SequenceEqual(Lower.Select(static e => e is null))
        && s.Upper.Select(static e => e is null).SequenceEqual(Upper.Select(static e => e is null));

    /// <inheritdoc/>
    protected override int OwnHash => Upper.Count;
}
