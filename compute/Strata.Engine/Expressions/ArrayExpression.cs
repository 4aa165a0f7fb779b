using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>ARRAY[…]. Elements have the element type, or (nested) the array type itself and equal dimensions.</summary>
public sealed class ArrayExpression(SqlType type, IReadOnlyList<Expression> elements, bool isNested) : Expression
{
    public override SqlType Type { get; } = type;

    public IReadOnlyList<Expression> Elements { get; } = elements;

    /// <summary>True when the elements are arrays that make up a further dimension.</summary>
    public bool IsNested { get; } = isNested;

    public override IReadOnlyList<Expression> Children => Elements;

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new ArrayExpression(Type, children, IsNested) { Position = Position };

    protected override bool EqualsOwn(Expression other) => IsNested == ((ArrayExpression)other).IsNested;

    protected override int OwnHash => 8;
}
