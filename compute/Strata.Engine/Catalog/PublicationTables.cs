namespace Strata.Engine.Catalog;

/// <summary>Rows of <c>pg_get_publication_tables</c>: the tables whose changes a publication has, with a list of columns and a row filter. Source: PostgreSQL 15, "pg_publication_tables".</summary>
internal static class PublicationTables
{
    /// <summary>Rows (relation, columns' numbers or null for all, filter); null when there is no publication of the name.</summary>
    public static IEnumerable<CatalogValue[]>? Of(CatalogView catalog, string name)
    {
        CatalogObject? publication = catalog.ObjectsOf(CatalogOids.PgPublication).FirstOrDefault(found => found.Name == name);
        return publication is null ? null : Rows(catalog, publication);
    }

    private static IEnumerable<CatalogValue[]> Rows(CatalogView catalog, CatalogObject publication)
    {
        bool hasAll = publication.Number(3) != 0, isViaRoot = publication.Number(8) != 0;
        CatalogObject[] members = [.. catalog.ObjectsOf(CatalogOids.PgPublicationRel).Where(member => member.OidAt(1) == publication.Oid)];
        HashSet<uint> schemas = [.. catalog.ObjectsOf(CatalogOids.PgPublicationNamespace).Where(member => member.OidAt(1) == publication.Oid).Select(static member => member.OidAt(2))];
        var found = new SortedDictionary<uint, RelationInfo>();
        if (hasAll)
        {
            foreach (RelationInfo table in catalog.UserRelations)
                if (IsPublishable(table) && (isViaRoot ? !table.IsPartition : table.Kind == RelationKind.Table))
                    found[table.Oid] = table;
        }
        else
        {
            foreach (RelationInfo table in members.Select(member => catalog.FindRelation(member.OidAt(2))!).Concat(catalog.UserRelations.Where(table => schemas.Contains(table.SchemaOid) && IsPublishable(table))))
                foreach (RelationInfo part in isViaRoot ? [table] : LeavesOf(catalog, table))
                    found[part.Oid] = part;
        }

        foreach (RelationInfo table in found.Values)
        {
            // A partition whose root is published is published through it.
            if (isViaRoot && !hasAll && table.IsPartition && RelationTree.PartitionAncestors(catalog, table).Any(ancestor => found.ContainsKey(ancestor.Oid)))
                continue;
            CatalogObject? member = hasAll || schemas.Contains(table.SchemaOid) ? null : Array.Find(members, candidate => candidate.OidAt(2) == table.Oid);
            yield return [table.Oid, member?.Row[4] ?? CatalogValue.Null, member?.Row[3] ?? CatalogValue.Null];
        }
    }

    private static bool IsPublishable(RelationInfo table) => table is { Persistence: 'p', Kind: RelationKind.Table or RelationKind.PartitionedTable } && table.Oid >= CatalogOids.FirstUser;

    private static IEnumerable<RelationInfo> LeavesOf(CatalogView catalog, RelationInfo table) => table.Kind == RelationKind.PartitionedTable
        ? RelationTree.Descendants(catalog, table).Where(static part => part.Kind == RelationKind.Table)
        : [table];
}
