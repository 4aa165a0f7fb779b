using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// What a function name with arguments stands for. Either a function with its arguments converted (variadic ones gathered, defaults
/// filled in), or, when <see cref="Function"/> is null, a cast written as a function: <see cref="Cast"/>.
/// </summary>
public sealed record ResolvedCall(FunctionInfo? Function, IReadOnlyList<Expression> Arguments, SqlType ResultType)
{
    public Expression? Cast { get; init; }

    public bool IsVariadicCall { get; init; }
}
