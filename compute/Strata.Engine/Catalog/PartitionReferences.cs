namespace Strata.Engine.Catalog;

/// <summary>
/// The constraints that PostgreSQL keeps for every partition of a table that a foreign key refers to. Here the key on the whole table does their work, so they are made up when somebody looks at the
/// catalogs: their OIDs are out of the reach of those that are counted. Stateless.
/// </summary>
internal static class PartitionReferences
{
    private const uint FirstOid = 0x4000_0000;

    /// <summary>True for OIDs of such constraints.</summary>
    public static bool IsOne(uint oid) => oid is >= FirstOid and < ToastRelations.FirstOid;

    /// <summary>Those that come of a table's foreign keys, each partition before its own parts.</summary>
    public static IEnumerable<ConstraintInfo> Of(CatalogView view, RelationInfo table)
    {
        if (!Array.Exists(table.Constraints, c => IsWhole(c, view)))
            return [];
        var names = new HashSet<string>(table.Constraints.Select(static c => c.Name));
        var found = new List<ConstraintInfo>();
        foreach (ConstraintInfo key in table.Constraints.OrderBy(static c => c.Oid))
            if (IsWhole(key, view))
                AddParts(view, table, key, names, found);
        return found;
    }

    private static bool IsWhole(ConstraintInfo constraint, CatalogView view) =>
        constraint is { Kind: ConstraintKind.ForeignKey, ParentOid: 0 } && view.FindRelation(constraint.ReferencedTableOid) is { PartitionKey: not null };

    private static void AddParts(CatalogView view, RelationInfo table, ConstraintInfo key, HashSet<string> names, List<ConstraintInfo> found)
    {
        if (view.FindRelation(key.ReferencedTableOid) is not { PartitionKey: not null } referenced)
            return;
        List<RelationInfo> partitions = [.. referenced.Children.Select(view.FindRelation).OfType<RelationInfo>().Where(static child => child is { Index: null, PartitionBound: not null })];
        partitions.Sort(static (a, b) => PartitionPrinter.Compare(a.PartitionBound!, b.PartitionBound!));
        foreach (RelationInfo partition in partitions)
        {
            string columns = string.Join('_', key.Columns.Select(column => table.Columns[column - 1].Name)), name;
            for (int i = 0; ; i++)
            {
                name = Ddl.DdlContext.MakeName(table.Name, columns, i == 0 ? "fkey" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"fkey{i}"));
                if (names.Add(name))
                    break;
            }

            ConstraintInfo part = key with
            {
                Oid = FirstOid | (((key.Oid * 2654435761u) ^ partition.Oid) & (FirstOid - 1)),
                Name = name,
                ReferencedTableOid = partition.Oid,
                ReferencedColumns = RelationTree.Map(referenced, partition, key.ReferencedColumns),
                IndexOid = Array.Find(partition.Indexes, index => view.FindRelation(index.Oid)?.Parents.Contains(key.IndexOid) == true)?.Oid ?? 0,
                ParentOid = key.Oid,
                IsLocal = false,
                InheritCount = 1,
            };
            found.Add(part);
            AddParts(view, table, part, names, found);
        }
    }
}
