using Strata.Engine.Catalog;

namespace Strata.Engine.Extensions;

/// <summary>Rows of the views of extensions that databases can have.</summary>
internal static class ExtensionScans
{
    /// <summary><c>pg_available_extensions</c>.</summary>
    public static IEnumerable<CatalogValue[]> Available(SystemScanContext context)
    {
        foreach (ExtensionDefinition definition in AvailableExtensions.All)
            yield return [definition.Name, definition.Version, InstalledVersion(context.Catalog, definition.Name), definition.Comment];
    }

    /// <summary><c>pg_available_extension_versions</c>.</summary>
    public static IEnumerable<CatalogValue[]> AvailableVersions(SystemScanContext context)
    {
        foreach (ExtensionDefinition definition in AvailableExtensions.All)
            yield return
            [
                definition.Name, definition.Version, InstalledVersion(context.Catalog, definition.Name) == definition.Version, true, definition.IsTrusted, definition.IsRelocatable,
                definition.Schema, definition.Requires.Length == 0 ? CatalogValue.Null : definition.Requires, definition.Comment,
            ];
    }

    private static string? InstalledVersion(CatalogView catalog, string name)
    {
        if (name == AvailableExtensions.PlPgSql)
            return AvailableExtensions.Find(name)!.Version;
        foreach (CatalogObject entry in catalog.ObjectsOf(CatalogOids.PgExtension))
            if (entry.Name == name)
                return entry.Row[ExtensionRows.Version].Text;
        return null;
    }
}
