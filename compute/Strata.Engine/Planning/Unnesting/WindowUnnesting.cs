using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>Window functions: the outer values are further columns of the partition.</summary>
internal static class WindowUnnesting
{
    public static UnnestedTree? Push(DependentJoin push, WindowNode window)
    {
        if (push.PushInput(window.Input) is not { } pushed || push.Complete(pushed) is not { Links.Count: > 0 } input)
            return null;
        bool isWhole = true;
        Expression Replace(Expression expression)
        {
            Expression? replaced = push.Substitute(expression, input.Links);
            isWhole &= replaced is not null;
            return replaced ?? expression;
        }

        int[] partition = [.. window.PartitionColumns.Concat(CorrelationLink.ColumnsOf(input.Links)).Distinct()];
        WindowCall[] calls = [.. window.Calls.Select(call => call.Map(Replace))];
        // A frame's offsets are no columns' and may read the outer row alone.
        if (!isWhole || calls.Any(call => IsCorrelated(push, call.Frame.StartOffset) || IsCorrelated(push, call.Frame.EndOffset)))
            return null;
        return new UnnestedTree(new WindowNode(input.Node, partition, window.OrderKeys, calls), input.Links) { IsSingle = input.IsSingle };
    }

    private static bool IsCorrelated(DependentJoin push, Expression? expression) => expression is not null && push.IsCorrelated(expression);
}
