using System.Collections.Immutable;

using Strata.Engine.Vectors;

namespace Strata.Engine.Catalog;

/// <summary>Inheritance: tables with their descendants. A partition is a child of its partitioned table. Stateless; thread-safe.</summary>
internal static class RelationTree
{
    /// <summary>All descendants of a relation, each once, level by level, siblings by OID.</summary>
    public static List<RelationInfo> Descendants(CatalogView view, RelationInfo relation)
    {
        var found = new List<RelationInfo>();
        var seen = new HashSet<uint> { relation.Oid };
        for (int next = -1; next < found.Count; next++)
            foreach (uint oid in (next < 0 ? relation : found[next]).Children)
                if (seen.Add(oid) && view.FindRelation(oid) is { } child)
                    found.Add(child);
        return found;
    }

    /// <summary>The partitioned tables above a partition, nearest first.</summary>
    public static List<RelationInfo> PartitionAncestors(CatalogView view, RelationInfo relation)
    {
        var found = new List<RelationInfo>();
        while (relation.IsPartition && relation.Parents.Length > 0 && view.FindRelation(relation.Parents[0]) is { } parent)
        {
            found.Add(parent);
            relation = parent;
        }

        return found;
    }

    /// <summary>True when <paramref name="ancestor"/> stands above a relation, or is it.</summary>
    public static bool IsDescendant(CatalogView view, RelationInfo relation, uint ancestor)
    {
        if (relation.Oid == ancestor)
            return true;
        foreach (uint oid in relation.Parents)
            if (view.FindRelation(oid) is { } parent && IsDescendant(view, parent, ancestor))
                return true;
        return false;
    }

    /// <summary>For each column of <paramref name="from"/> by number - 1 the number of the column of that name in <paramref name="to"/>; 0 where there is none.</summary>
    public static short[] MapColumns(RelationInfo from, RelationInfo to)
    {
        var map = new short[from.Columns.Length];
        foreach (ColumnInfo column in from.Columns)
            if (!column.IsDropped)
                map[column.Number - 1] = to.FindColumn(column.Name)?.Number ?? 0;
        return map;
    }

    /// <summary>Column numbers of one table as those of another of its tree.</summary>
    public static short[] Map(RelationInfo from, RelationInfo to, short[] numbers)
    {
        short[] map = MapColumns(from, to);
        return Array.ConvertAll(numbers, number => number > 0 ? map[number - 1] : number);
    }

    /// <summary>Parents list their children in the order of OIDs. A relation's change is one of all its ancestors too: plans over them depend on theirs alone.</summary>
    public static ImmutableDictionary<uint, RelationInfo> Attach(
        ImmutableDictionary<uint, RelationInfo> relations, RelationInfo? before, RelationInfo? after, ulong version)
    {
        // One that is being detached is nobody's child any more.
        uint[] old = before is { IsDetachPending: false } ? before.Parents : [], now = after is { IsDetachPending: false } ? after.Parents : [];
        uint child = (after ?? before)!.Oid;
        foreach (uint parent in old)
            if (Array.IndexOf(now, parent) < 0 && relations.TryGetValue(parent, out RelationInfo? left))
                relations = relations.SetItem(parent, left with { Children = [.. left.Children.Where(c => c != child)] });
        foreach (uint parent in now)
            if (relations.TryGetValue(parent, out RelationInfo? joined) && Array.IndexOf(joined.Children, child) < 0)
                relations = relations.SetItem(parent, joined with { Children = [.. joined.Children.Append(child).Order()] });
        foreach (uint parent in old)
            relations = Touch(relations, parent, version);
        foreach (uint parent in now)
            relations = Touch(relations, parent, version);
        return relations;
    }

    /// <summary>
    /// Gives a relation and all its ancestors a new version. It names the history of the changes, so that a transaction's rolled-back changes and
    /// others that come in their stead never have the same one: plans over the former would pass as plans over the latter.
    /// </summary>
    public static ImmutableDictionary<uint, RelationInfo> Touch(ImmutableDictionary<uint, RelationInfo> relations, uint oid, ulong version)
    {
        if (!relations.TryGetValue(oid, out RelationInfo? relation))
            return relations;
        relations = relations.SetItem(oid, relation with { Version = VectorHash.Combine(relation.Version, version) });
        foreach (uint parent in relation.Parents)
            relations = Touch(relations, parent, version);
        return relations;
    }
}
