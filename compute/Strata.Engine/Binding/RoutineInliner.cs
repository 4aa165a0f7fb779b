using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>Puts the body of a simple SQL function in the place of its call (PostgreSQL's inline_function), so that it costs what its expression costs.</summary>
internal sealed class RoutineInliner(BindingState state)
{
    private const int DepthMax = 16;

    [ThreadStatic]
    private static int s_depth;

    /// <summary>The expression that computes the call, or null when the body is not a single expression or would not mean the same.</summary>
    public Expression? TryInline(ResolvedCall call)
    {
        RoutineInfo routine = call.Function!.Routine!;
        if (!routine.IsSql || routine.Kind != FunctionKind.Function || routine.ReturnsSet || routine.IsSecurityDefiner || routine.Settings is not null || s_depth >= DepthMax
            || call.ResultType.Oid is TypeOid.Record or TypeOid.Void || call.ResultType.Kind == TypeKind.Composite || call.Arguments.Any(static a => a.ContainsSet))
            return null;
        s_depth++;
        try
        {
            return Inline(call, routine);
        }
        catch (Exception error) when (error is SqlException or Sql.SqlSyntaxException)
        {
            // What is wrong with the body is for the call to say, when it runs.
            return null;
        }
        finally
        {
            s_depth--;
        }
    }

    private Expression? Inline(ResolvedCall call, RoutineInfo routine)
    {
        if (RoutineBodies.SingleExpression(routine.Statements) is not { } syntax)
            return null;
        var inner = new BindingState(RoutineContexts.Of(routine, [.. call.Arguments.Select(static a => a.Type)], state.Context.Catalog, state.Context.SearchPath, state.Context.Functions) with { Security = state.Context.Security });
        var scope = new Scope(null);
        Expression value = inner.Expressions.Bind(syntax, scope, ExpressionKind.SelectTarget);
        if (scope.Aggregates.Count + scope.WindowCalls.Count + scope.SetReturning.Count > 0 || value.Any(static e => e is SubqueryExpression or HostedExpression or ColumnExpression || e.ReturnsSet))
            return null;
        if (value.Type.Oid != call.ResultType.Oid)
        {
            if (inner.Expressions.CoerceForAssignmentOrNull(value, call.ResultType) is not { } coerced)
                return null;
            value = coerced;
        }

        if (Rank(BodyVolatility(value)) > Rank(routine.Volatility) || (routine.IsStrict && !IsStrictInAll(value, call.Arguments.Count)) || !MaySubstitute(value, call.Arguments))
            return null;
        state.Adopt(inner);
        return value.Transform(part => part is ParameterExpression parameter ? call.Arguments[parameter.Index] : part);
    }

    private static int Rank(Volatility volatility) => volatility switch { Volatility.Immutable => 0, Volatility.Stable => 1, _ => 2 };

    // A parameter is stable as a node, but its value is the caller's affair.
    private static Volatility BodyVolatility(Expression value) =>
        value.Transform(static part => part is ParameterExpression p ? ConstantExpression.Null(p.Type) : part).Volatility;

    // A strict function is null for a null argument; its body must be too, by strict calls all the way.
    private static bool IsStrictInAll(Expression value, int parameters)
    {
        var seen = new bool[parameters];
        return Visit(value) && Array.TrueForAll(seen, static s => s);

        bool Visit(Expression part)
        {
            switch (part)
            {
                case ParameterExpression parameter:
                    seen[parameter.Index] = true;
                    return true;
                case ConstantExpression { IsNull: false }:
                    return true;
                case FunctionExpression { Function.IsStrict: true }:
                case RelabelExpression:
                case IoCastExpression:
                    foreach (Expression child in part.Children)
                        if (!Visit(child))
                            return false;
                    return true;
                default:
                    return false;
            }
        }
    }

    // An argument that is used twice must be cheap and give the same value twice; one that is not used must not be missed.
    private static bool MaySubstitute(Expression value, IReadOnlyList<Expression> arguments)
    {
        var uses = new int[arguments.Count];
        TreeWalker.Visit(value, part =>
        {
            if (part is ParameterExpression parameter)
                uses[parameter.Index]++;
        });
        for (int i = 0; i < uses.Length; i++)
        {
            if (uses[i] != 1 && arguments[i].IsVolatile)
                return false;
            if (uses[i] > 1 && arguments[i] is not (ConstantExpression or ColumnExpression or ParameterExpression or SlotExpression))
                return false;
            if (uses[i] > 0 && arguments[i].Any(static e => e is SubqueryExpression) && uses[i] > 1)
                return false;
        }

        return true;
    }
}
