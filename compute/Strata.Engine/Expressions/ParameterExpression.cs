using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// A value that is the same for every row: <see cref="EvaluationContext.Parameters"/>[<paramref name="index"/>]. First come the statement's
/// $1, $2, … (index 0, 1, …), then what the executor sets: outer columns, results of init plans.
/// </summary>
public sealed class ParameterExpression(int index, SqlType type) : Expression
{
    /// <summary>0-based.</summary>
    public int Index { get; } = index;

    public override SqlType Type { get; } = type;

    public override Functions.Volatility OwnVolatility => Functions.Volatility.Stable;

    protected override bool EqualsOwn(Expression other) => Index == ((ParameterExpression)other).Index;

    protected override int OwnHash => Index;
}
