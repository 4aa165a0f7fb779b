using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>ROW(a, b, …): a record value.</summary>
public sealed class RowExpression(SqlType type, IReadOnlyList<Expression> fields, IReadOnlyList<string> names) : Expression
{
    /// <summary>record, or a composite type.</summary>
    public override SqlType Type { get; } = type;

    public IReadOnlyList<Expression> Fields { get; } = fields;

    /// <summary>Names of the fields: f1, f2, … for an anonymous row.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The composite type is that of what the row is for; nobody wrote it.</summary>
    public bool IsImplicit { get; init; }

    /// <summary>The row of a FROM item, named as a whole; false for ROW(…), whatever its fields are.</summary>
    public bool IsWholeItem { get; init; }

    public override IReadOnlyList<Expression> Children => Fields;

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new RowExpression(Type, children, Names) { Position = Position, IsImplicit = IsImplicit, IsWholeItem = IsWholeItem };

    protected override bool EqualsOwn(Expression other) => true;

    protected override int OwnHash => 9;
}
