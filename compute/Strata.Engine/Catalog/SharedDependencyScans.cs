namespace Strata.Engine.Catalog;

/// <summary>Rows of <c>pg_shdepend</c>: which roles the current database's objects need, as owners, in access control lists and in policies. The bootstrap role is never listed: it can't go away.</summary>
internal static class SharedDependencyScans
{
    private const char Owner = 'o', Privilege = 'a', Policy = 'r';

    public static IEnumerable<CatalogValue[]> Rows(SystemScanContext context)
    {
        CatalogView view = context.Catalog;
        uint database = context.Session?.Context.DatabaseOid ?? 0;
        foreach (RelationInfo relation in view.UserRelations)
        {
            var self = new ObjectAddress(CatalogOids.PgClass, relation.Oid);
            if (relation.Index is null && relation.Kind != RelationKind.CompositeType)
                foreach (CatalogValue[] row in Of(database, self, relation.OwnerOid, relation.Acl))
                    yield return row;
            foreach (ColumnInfo column in relation.Columns)
                foreach (CatalogValue[] row in Of(database, self with { SubId = column.Number }, 0, column.Acl, relation.OwnerOid))
                    yield return row;
        }

        foreach (UserTypeInfo type in view.UserTypes)
            if (type.Kind != UserTypeKind.Array && (type.RelationOid == 0 || view.FindRelation(type.RelationOid) is { Kind: RelationKind.CompositeType }))
                foreach (CatalogValue[] row in Of(database, new ObjectAddress(CatalogOids.PgType, type.Oid), type.OwnerOid, type.Acl))
                    yield return row;
        foreach (SchemaInfo schema in view.Schemas)
            foreach (CatalogValue[] row in Of(database, new ObjectAddress(CatalogOids.PgNamespace, schema.Oid), schema.OwnerOid, schema.Acl))
                yield return row;
        foreach (RoutineInfo routine in view.UserRoutines)
            foreach (CatalogValue[] row in Of(database, new ObjectAddress(CatalogOids.PgProc, routine.Oid), routine.OwnerOid, routine.Acl))
                yield return row;
        foreach (CatalogObject other in view.Objects)
            foreach (CatalogValue[] row in OfObject(database, other))
                yield return row;
        foreach (DatabaseInfo one in view.Databases)
            foreach (CatalogValue[] row in Of(0, new ObjectAddress(CatalogOids.PgDatabase, one.Oid), one.OwnerOid, one.Acl))
                yield return row;
    }

    private static IEnumerable<CatalogValue[]> OfObject(uint database, CatalogObject entry)
    {
        int privileges = CatalogObjectShapes.AclColumn(entry.ClassOid);
        // Large objects go by the catalog of their pages.
        ObjectAddress self = entry.ClassOid switch
        {
            CatalogOids.PgLargeObjectMetadata => new ObjectAddress(CatalogOids.PgLargeObject, entry.Oid),
            CatalogOids.PgInitPrivs => new ObjectAddress(entry.OidAt(1), entry.Oid),
            _ => entry.Address,
        };
        AccessControlItem[]? acl = privileges < 0 ? null : AccessControlList.FromStored(entry.Row[privileges]);
        foreach (CatalogValue[] row in Of(database, self, entry.OwnerOid, acl))
            yield return row;
        const int PolicyRoles = 5;
        if (entry.ClassOid == CatalogOids.PgPolicy && !entry.Row[PolicyRoles].IsNull)
            foreach (long role in (long[])entry.Row[PolicyRoles].Array)
                if (role >= CatalogOids.FirstUser)
                    yield return Row(database, entry.Address, (uint)role, Policy);
    }

    private static IEnumerable<CatalogValue[]> Of(uint database, ObjectAddress self, uint owner, AccessControlItem[]? acl, uint holder = 0)
    {
        if (owner >= CatalogOids.FirstUser)
            yield return Row(database, self, owner, Owner);
        if (acl is null)
            yield break;
        var seen = new HashSet<uint> { owner, holder };
        foreach (AccessControlItem item in acl)
            foreach (uint role in new[] { item.Grantee, item.Grantor })
                if (role >= CatalogOids.FirstUser && seen.Add(role))
                    yield return Row(database, self, role, Privilege);
    }

    private static CatalogValue[] Row(uint database, ObjectAddress self, uint role, char kind) =>
        [database, self.ClassOid, self.ObjectOid, self.SubId, CatalogOids.PgAuthId, role, kind];
}
