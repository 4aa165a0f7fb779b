namespace Strata.Engine.Catalog;

/// <summary>Rows of the catalogs of routines, operators, casts and the like that users created.</summary>
internal static class ObjectScans
{
    public static IEnumerable<CatalogValue[]> Routines(SystemScanContext context)
    {
        foreach (RoutineInfo routine in context.Catalog.UserRoutines.Concat(InformationSchemaRoutines.All))
            yield return RoutineRows.Shown(routine, context.Catalog);
    }

    public static IEnumerable<CatalogValue[]> Aggregates(SystemScanContext context)
    {
        foreach (RoutineInfo routine in context.Catalog.UserRoutines)
            if (routine.Aggregate is { } aggregate)
                yield return RoutineRows.Aggregate(routine.Oid, aggregate);
    }

    public static IEnumerable<CatalogValue[]> Of(SystemScanContext context, uint classOid)
    {
        foreach (CatalogObject other in context.Catalog.ObjectsOf(classOid).OrderBy(static o => o.Oid))
            yield return other.Row;
    }

    /// <summary>Rows with a list of privileges in a column, which SQL shows with names.</summary>
    public static IEnumerable<CatalogValue[]> WithPrivileges(SystemScanContext context, uint classOid, int column)
    {
        foreach (CatalogObject entry in context.Catalog.ObjectsOf(classOid).OrderBy(static o => o.Oid))
        {
            CatalogValue[] row = [.. entry.Row];
            row[column] = AccessControlList.ToDisplay(AccessControlList.FromStored(row[column]), context.Catalog);
            yield return row;
        }
    }

    public static IEnumerable<CatalogValue[]> LargeObjectPages(SystemScanContext context)
    {
        if (context.Session is not { } session)
            yield break;
        foreach ((uint oid, int page, byte[] data) in session.Context.Services.LargeObjects.All())
            yield return [oid, (long)page, "\\x" + Convert.ToHexStringLower(data)];
    }

    /// <summary>What dictionaries configurations use; without the key that the heap has.</summary>
    public static IEnumerable<CatalogValue[]> TextSearchMappings(SystemScanContext context)
    {
        foreach (CatalogObject entry in context.Catalog.ObjectsOf(CatalogOids.PgTsConfigMap).OrderBy(static o => o.Oid))
            yield return entry.Row[1..];
    }

    public static IEnumerable<CatalogValue[]> DefaultPrivileges(SystemScanContext context)
    {
        foreach (CatalogObject entry in context.Catalog.ObjectsOf(CatalogOids.PgDefaultAcl))
        {
            CatalogValue[] row = [.. entry.Row];
            row[4] = AccessControlList.ToDisplay(AccessControlList.FromStored(row[4]), context.Catalog);
            yield return row;
        }
    }

    /// <summary>Dependencies of routines and other objects: on their schemas, on user types and on what their entries name.</summary>
    public static IEnumerable<Dependency> Dependencies(CatalogView catalog, bool forDisplay = false)
    {
        foreach (RoutineInfo routine in catalog.UserRoutines)
        {
            var self = new ObjectAddress(CatalogOids.PgProc, routine.Oid);
            yield return new Dependency(self, new ObjectAddress(CatalogOids.PgNamespace, routine.SchemaOid), DependencyKind.Normal);
            foreach (uint type in routine.Parameters.Select(static p => p.TypeOid).Append(routine.ReturnType).Distinct())
                if (type >= CatalogOids.FirstUser)
                    yield return new Dependency(self, new ObjectAddress(CatalogOids.PgType, type), DependencyKind.Normal);
            foreach (Dependency dependency in routine.Dependencies)
                yield return dependency;
        }

        var mapped = new HashSet<(uint Configuration, uint Dictionary)>();
        foreach (CatalogObject other in catalog.Objects)
        {
            if (forDisplay && other.ClassOid == CatalogOids.PgTsDict && other.OidAt(4) >= CatalogOids.FirstUnpinned)
                yield return new Dependency(other.Address, new ObjectAddress(CatalogOids.PgTsTemplate, other.OidAt(4)), DependencyKind.Normal);
            if (other.SchemaOid >= CatalogOids.FirstUser || other.SchemaOid == CatalogOids.PublicSchema)
                yield return new Dependency(other.Address, new ObjectAddress(CatalogOids.PgNamespace, other.SchemaOid), other.ClassOid == CatalogOids.PgDefaultAcl ? DependencyKind.Auto : DependencyKind.Normal);
            // PostgreSQL's mappings are parts of their configuration, which depends on its dictionaries.
            if (other.ClassOid == CatalogOids.PgTsConfigMap)
            {
                if (other.OidAt(4) >= (forDisplay ? CatalogOids.FirstUnpinned : CatalogOids.FirstUser) && (!forDisplay || mapped.Add((other.OidAt(1), other.OidAt(4)))))
                    yield return new Dependency(new ObjectAddress(CatalogOids.PgTsConfig, other.OidAt(1)), new ObjectAddress(CatalogOids.PgTsDict, other.OidAt(4)), DependencyKind.Normal);
                if (!forDisplay)
                    foreach (Dependency own in other.Dependencies)
                        yield return own;
                continue;
            }

            foreach (Dependency dependency in other.Dependencies)
                yield return dependency;
        }
    }
}
