namespace Strata.Engine.Catalog;

/// <summary>Extensions as rows of <c>pg_extension</c>, whose last column, the members, SQL does not see.</summary>
internal static class ExtensionRows
{
    public const int Schema = 3;
    public const int Version = 5;
    private const int MembersColumn = 8;

    /// <summary>PL/pgSQL's, which every database has; it is no row of the heap.</summary>
    public const uint PlPgSqlOid = 13559;

    private static readonly ObjectAddress[] s_plPgSqlMembers =
        [new(CatalogOids.PgProc, 13560), new(CatalogOids.PgProc, 13561), new(CatalogOids.PgProc, 13562), new(CatalogOids.PgLanguage, 13563)];

    /// <summary>A new extension without members.</summary>
    public static CatalogObject Make(uint oid, string name, uint owner, uint schema, bool isRelocatable, string version, uint[] required)
    {
        var self = new ObjectAddress(CatalogOids.PgExtension, oid);
        return CatalogObjectShapes.Make(
            CatalogOids.PgExtension,
            [oid, name, owner, schema, isRelocatable, version, CatalogValue.Null, CatalogValue.Null, Array.Empty<long>()],
            [.. required.Select(other => new Dependency(self, new ObjectAddress(CatalogOids.PgExtension, other), DependencyKind.Normal))]);
    }

    /// <summary>The members, in the order in which they were made.</summary>
    public static ObjectAddress[] Members(CatalogObject extension)
    {
        var numbers = (long[])extension.Row[MembersColumn].Array;
        var members = new ObjectAddress[numbers.Length / 2];
        for (int i = 0; i < members.Length; i++)
            members[i] = new ObjectAddress((uint)numbers[2 * i], (uint)numbers[(2 * i) + 1]);
        return members;
    }

    /// <summary>The same extension with other members.</summary>
    public static CatalogObject WithMembers(CatalogObject extension, IEnumerable<ObjectAddress> members) =>
        extension.With((MembersColumn, members.SelectMany(static m => new long[] { m.ClassOid, m.ObjectOid }).ToArray()));

    /// <summary>Rows of <c>pg_extension</c>.</summary>
    public static IEnumerable<CatalogValue[]> Scan(SystemScanContext context)
    {
        yield return [PlPgSqlOid, "plpgsql", CatalogOids.BootstrapRole, CatalogOids.CatalogSchema, false, "1.0", CatalogValue.Null, CatalogValue.Null];
        foreach (CatalogObject entry in context.Catalog.ObjectsOf(CatalogOids.PgExtension).OrderBy(static o => o.Oid))
            yield return entry.Row[..MembersColumn];
    }

    /// <summary>Who is a member of what, for <c>pg_depend</c>.</summary>
    public static IEnumerable<Dependency> Dependencies(CatalogView catalog)
    {
        var language = new ObjectAddress(CatalogOids.PgExtension, PlPgSqlOid);
        foreach (ObjectAddress member in s_plPgSqlMembers)
            yield return new Dependency(member, language, DependencyKind.Extension);
        foreach (CatalogObject extension in catalog.ObjectsOf(CatalogOids.PgExtension).OrderBy(static o => o.Oid))
            foreach (ObjectAddress member in Members(extension))
                yield return new Dependency(member, extension.Address, DependencyKind.Extension);
    }
}
