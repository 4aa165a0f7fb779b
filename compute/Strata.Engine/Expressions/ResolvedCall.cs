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

    /// <summary>The arguments as they were written, when some were named or left out: the parameter that each is for, and its name where it had one. Null otherwise.</summary>
    public IReadOnlyList<(int Parameter, string? Name)>? Written { get; init; }
}
