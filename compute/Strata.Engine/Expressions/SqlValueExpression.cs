using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>CURRENT_DATE and its like.</summary>
public enum SqlValue : byte
{
    CurrentDate,
    CurrentTime,
    CurrentTimestamp,
    LocalTime,
    LocalTimestamp,
    CurrentUser,
    SessionUser,
    CurrentCatalog,
    CurrentSchema,
}

/// <summary>A parameterless SQL function. The type's modifier is the precision of times.</summary>
public sealed class SqlValueExpression(SqlValue value, SqlType type) : Expression
{
    public SqlValue Value { get; } = value;

    public override SqlType Type { get; } = type;

    /// <summary>The keyword that was written, for printing.</summary>
    public Sql.Syntax.SqlValueFunctionKind Keyword { get; init; }

    public override Functions.Volatility OwnVolatility => Functions.Volatility.Stable;

    protected override bool EqualsOwn(Expression other) => Value == ((SqlValueExpression)other).Value;

    protected override int OwnHash => (int)Value;
}
