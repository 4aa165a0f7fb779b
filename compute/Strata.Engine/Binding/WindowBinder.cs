using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Binding;

/// <summary>Puts the window calls of a query level on top of its input, one node per distinct partitioning and order.</summary>
internal sealed class WindowBinder(BindingState state, Scope scope)
{
    /// <summary>The node with all window columns. The targets refer to them already.</summary>
    public RelationalNode Apply(RelationalNode node, IReadOnlyList<Target> targets)
    {
        if (scope.WindowCalls.Count == 0)
            return node;
        Format.Invariant.Check(targets.Count > 0);
        var done = new bool[scope.WindowCalls.Count];
        for (int i = 0; i < done.Length; i++)
        {
            if (done[i])
                continue;
            PendingWindowCall first = scope.WindowCalls[i];
            var calls = new List<WindowCall>();
            for (int k = i; k < done.Length; k++)
            {
                PendingWindowCall other = scope.WindowCalls[k];
                if (done[k] || !other.PartitionBy.SequenceEqual(first.PartitionBy) || !other.OrderBy.SequenceEqual(first.OrderBy))
                    continue;
                done[k] = true;
                calls.Add(other.Call);
            }

            var partition = new List<int>();
            foreach (Expression item in first.PartitionBy)
            {
                (node, int column) = Projection.Add(state.Metadata, node, item);
                partition.Add(column);
            }

            var order = new List<SortKey>();
            foreach (BoundSortItem item in first.OrderBy)
            {
                (node, int column) = Projection.Add(state.Metadata, node, item.Value);
                order.Add(new SortKey(column, item.Descending, item.NullsFirst));
            }

            node = new WindowNode(node, partition, order, calls);
        }

        return node;
    }
}
