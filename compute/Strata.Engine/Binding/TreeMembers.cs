using Strata.Engine.Catalog;
using Strata.Engine.Partitioning;

namespace Strata.Engine.Binding;

/// <summary>The tables whose rows a statement means when it names a table with descendants. Stateless; thread-safe.</summary>
internal static class TreeMembers
{
    /// <summary>The table and its descendants, or the leaf partitions in the order of their bounds; null for a table that stands for itself alone.</summary>
    public static IReadOnlyList<RelationInfo>? Of(RelationInfo relation, bool includeDescendants, BindingContext context)
    {
        if (relation.PartitionKey is not null)
        {
            var leaves = new List<RelationInfo>();
            if (includeDescendants)
                AddLeaves(relation, context, leaves);
            return leaves;
        }

        if (relation.Children.Length == 0 || !includeDescendants)
            return null;
        return [relation, .. RelationTree.Descendants(context.Catalog, relation).Where(member => IsInSight(member, context))];
    }

    // A temporary table of another session is not part of the tree for this one.
    private static bool IsInSight(RelationInfo member, BindingContext context) => member.Persistence != 't' || member.SchemaOid == context.SearchPath.TemporarySchema;

    private static void AddLeaves(RelationInfo table, BindingContext context, List<RelationInfo> leaves)
    {
        foreach (RelationInfo partition in PartitionMap.Of(table, context.Catalog, context.Functions).Partitions)
            if (partition.PartitionKey is null)
                leaves.Add(partition);
            else
                AddLeaves(partition, context, leaves);
    }
}
