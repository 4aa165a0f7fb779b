using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>
/// A planned set-returning call, or an expression with one value (<paramref name="Function"/> null). <paramref name="ColumnNames"/>: of the rows in FROM.
/// </summary>
internal sealed record SetCallPlan(FunctionInfo? Function, SqlType Type, CompiledExpression[] Arguments, bool IsVariadicCall, IReadOnlyList<string>? ColumnNames = null)
{
    /// <summary>The call of one instance.</summary>
    public SetCall Create()
    {
        ExpressionInstance[] arguments = InstanceBuilder.Instances(Arguments);
        if (Function is null)
            return new SetCall(arguments[0]);
        var site = new FunctionSite(Function, [.. Arguments.Select(argument => argument.Type)], Type) { IsVariadicCall = IsVariadicCall, ColumnNames = ColumnNames };
        return new SetCall(site, arguments);
    }
}
