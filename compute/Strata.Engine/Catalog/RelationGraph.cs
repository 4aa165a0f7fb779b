using System.Collections.Immutable;
using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>
/// All relations of a database at once, with what they know of each other: tables their indexes, the foreign keys that refer to them, their children and the sequences behind identity columns.
/// <see cref="DatabaseImage.With"/> keeps the same up to date change by change, which for a whole catalog would copy every table many times. For one thread.
/// </summary>
internal static class RelationGraph
{
    /// <summary>The entries by OID, completed.</summary>
    public static ImmutableDictionary<uint, RelationInfo> Link(IReadOnlyCollection<RelationInfo> entries)
    {
        var relations = new Dictionary<uint, RelationInfo>(entries.Count);
        var indexes = new Dictionary<uint, List<IndexInfo>>();
        var references = new Dictionary<uint, List<ConstraintInfo>>();
        var children = new Dictionary<uint, List<uint>>();
        var identities = new Dictionary<uint, List<(int Column, uint Sequence)>>();
        foreach (RelationInfo relation in entries)
        {
            relations.Add(relation.Oid, relation);
            if (relation.Index is { } index)
                Add(indexes, index.TableOid, index);
            foreach (ConstraintInfo constraint in relation.Constraints)
                if (constraint.Kind == ConstraintKind.ForeignKey)
                    Add(references, constraint.ReferencedTableOid, constraint);
            // One that is being detached is nobody's child any more.
            foreach (uint parent in relation.IsDetachPending ? [] : relation.Parents)
                Add(children, parent, relation.Oid);
            if (relation.Sequence is not null)
                foreach (Dependency dependency in relation.Dependencies)
                    if (dependency.Kind == DependencyKind.Internal)
                        Add(identities, dependency.Referenced.ObjectOid, (dependency.Referenced.SubId, relation.Oid));
        }

        ImmutableDictionary<uint, RelationInfo>.Builder linked = ImmutableDictionary.CreateBuilder<uint, RelationInfo>();
        foreach (RelationInfo relation in relations.Values)
            linked.Add(relation.Oid, Complete(relation, indexes, references, children, identities));
        return linked.ToImmutable();
    }

    private static RelationInfo Complete(
        RelationInfo relation, Dictionary<uint, List<IndexInfo>> indexes, Dictionary<uint, List<ConstraintInfo>> references, Dictionary<uint, List<uint>> children,
        Dictionary<uint, List<(int Column, uint Sequence)>> identities)
    {
        bool hasIndexes = indexes.TryGetValue(relation.Oid, out List<IndexInfo>? own), isReferenced = references.TryGetValue(relation.Oid, out List<ConstraintInfo>? keys);
        bool hasChildren = children.TryGetValue(relation.Oid, out List<uint>? parts), hasIdentities = identities.TryGetValue(relation.Oid, out List<(int Column, uint Sequence)>? sequences);
        if (!hasIndexes && !isReferenced && !hasChildren && !hasIdentities && relation.Sequence is null)
            return relation;
        own?.Sort(static (a, b) => a.Oid.CompareTo(b.Oid));
        keys?.Sort(static (a, b) => a.Oid.CompareTo(b.Oid));
        parts?.Sort();
        return relation with
        {
            Indexes = own?.ToArray() ?? [],
            ReferencedBy = keys?.ToArray() ?? [],
            Children = parts?.ToArray() ?? [],
            Columns = sequences is null ? relation.Columns : WithIdentities(relation.Columns, sequences),
            SystemTable = relation.Sequence is null ? null : new SequenceTable(relation.Oid),
        };
    }

    // The default of an identity column is its sequence's next value.
    private static ColumnInfo[] WithIdentities(ColumnInfo[] columns, List<(int Column, uint Sequence)> sequences)
    {
        ColumnInfo[] changed = [.. columns];
        foreach ((int column, uint sequence) in sequences)
            if (column <= changed.Length && changed[column - 1].Identity != '\0')
                changed[column - 1] = changed[column - 1] with { Default = new CatalogExpression(CatalogExpression.NextValue(sequence)) };
        return changed;
    }

    private static void Add<T>(Dictionary<uint, List<T>> lists, uint key, T item)
    {
        if (!lists.TryGetValue(key, out List<T>? list))
            lists.Add(key, list = []);
        list.Add(item);
    }
}
