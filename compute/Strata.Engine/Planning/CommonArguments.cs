using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Computes what several aggregates of a list compute alike, such as price * (1 - discount), once, in a projection below them. Only parts that every row evaluates anyway are taken out: nothing
/// from under CASE, FILTER and the like.
/// </summary>
internal static class CommonArguments
{
    private const int PartsMax = 8;

    /// <summary>The input with the parts as further columns, and the calls over them; both as they were when there is nothing in common.</summary>
    public static (PhysicalNode Input, IReadOnlyList<AggregateCall> Calls) Extract(PlannerState state, PhysicalNode input, IReadOnlyList<AggregateCall> calls)
    {
        if (calls.Count < 2)
            return (input, calls);
        var computed = new List<ProjectedColumn>();
        List<Expression[]> arguments = [.. calls.Select(call => call.Arguments.ToArray())];
        while (computed.Count < PartsMax && FindCommon(calls, arguments) is { } common)
        {
            int column = state.Metadata.AddColumn("?column?", common.Type);
            computed.Add(new ProjectedColumn(column, common));
            foreach (Expression[] own in arguments)
            {
                for (int i = 0; i < own.Length; i++)
                    own[i] = own[i].Transform(part => part.Equals(common) ? new ColumnExpression(column, common.Type) : part);
            }
        }

        if (computed.Count == 0)
            return (input, calls);
        // Later parts do not contain earlier ones, but earlier ones may contain later ones: those stay as they are.
        var items = input.Columns.Select(column => new ProjectedColumn(column, new ColumnExpression(column, state.Metadata[column].Type))).ToList();
        items.AddRange(computed);
        PhysicalNode projected = state.Builder.Project(input, items);
        var rewritten = new List<AggregateCall>();
        for (int i = 0; i < calls.Count; i++)
            rewritten.Add(calls[i] with { Arguments = arguments[i] });
        return (projected, rewritten);
    }

    /// <summary>The largest part that stands in the arguments of two calls, whole arguments of calls that share their state apart.</summary>
    private static FunctionExpression? FindCommon(IReadOnlyList<AggregateCall> calls, List<Expression[]> arguments)
    {
        var seen = new Dictionary<Expression, int>();
        FunctionExpression? best = null;
        int bestSize = 0;
        for (int i = 0; i < arguments.Count; i++)
        {
            if (calls[i].Filter is not null || IsRepeated(calls, arguments, i))
                continue;
            foreach (Expression argument in arguments[i])
                Visit(argument, i);
        }

        return best;

        void Visit(Expression part, int call)
        {
            if (part is CaseExpression or CoalesceExpression or BooleanExpression or SubqueryExpression or HostedExpression)
                return;
            if (part is FunctionExpression { Function.ReturnsSet: false } function && !part.IsVolatile && SizeOf(part) is var size and > 0)
            {
                if (!seen.TryAdd(part, call) && size > bestSize)
                {
                    best = function;
                    bestSize = size;
                }
            }

            foreach (Expression child in part.Children)
                Visit(child, call);
        }
    }

    /// <summary>An earlier call has the same arguments, so that they are likely to share a state and are computed once as it is.</summary>
    private static bool IsRepeated(IReadOnlyList<AggregateCall> calls, List<Expression[]> arguments, int call)
    {
        for (int i = 0; i < call; i++)
        {
            if (calls[i].Filter is null && calls[call].Function.SharesStateWith(calls[i].Function) && arguments[i].SequenceEqual(arguments[call]))
                return true;
        }

        return false;
    }

    /// <summary>Calls in an expression that reads columns; 0 for one that reads none and is folded.</summary>
    private static int SizeOf(Expression expression)
    {
        int calls = expression is FunctionExpression ? 1 : 0;
        bool reads = expression.Any(static part => part is ColumnExpression);
        foreach (Expression child in expression.Children)
            calls += SizeOf(child);
        return reads ? Math.Max(1, calls) : 0;
    }
}
