using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A composite value with one field replaced: the new value of a column in <c>SET column.field = …</c>. A null record has only null fields.</summary>
public sealed class FieldStoreExpression(SqlType type, Expression operand, int field, IReadOnlyList<SqlType> fieldTypes, Expression value) : Expression
{
    /// <inheritdoc/>
    public override SqlType Type { get; } = type;

    public Expression Operand { get; } = operand;

    /// <summary>0-based number of the field.</summary>
    public int Field { get; } = field;

    /// <summary>Types of all fields.</summary>
    public IReadOnlyList<SqlType> FieldTypes { get; } = fieldTypes;

    public Expression Value { get; } = value;

    /// <inheritdoc/>
    public override IReadOnlyList<Expression> Children => [Operand, Value];

    /// <inheritdoc/>
    public override Expression WithChildren(IReadOnlyList<Expression> children) => new FieldStoreExpression(Type, children[0], Field, FieldTypes, children[1]) { Position = Position };

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other) => Field == ((FieldStoreExpression)other).Field;

    /// <inheritdoc/>
    protected override int OwnHash => Field;
}
