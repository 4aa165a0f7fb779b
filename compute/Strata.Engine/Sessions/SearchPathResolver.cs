using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Settings;

namespace Strata.Engine.Sessions;

/// <summary>Turns the text of <c>search_path</c> into schema OIDs.</summary>
internal static class SearchPathResolver
{
    /// <summary>Names without a schema are passed over; <c>"$user"</c> is the current role; <c>pg_catalog</c> comes first unless it is listed.</summary>
    public static SearchPath Resolve(string setting, CatalogView catalog, string user)
    {
        var oids = new List<uint>();
        uint creation = 0;
        foreach (string entry in SettingValues.SplitIdentifiers(setting) ?? [])
        {
            string name = entry == "$user" ? user : entry;
            if (catalog.FindSchema(name) is not { } schema || oids.Contains(schema.Oid))
                continue;
            oids.Add(schema.Oid);
            if (creation == 0)
                creation = schema.Oid;
        }

        if (!oids.Contains(CatalogOids.CatalogSchema))
            oids.Insert(0, CatalogOids.CatalogSchema);
        return new SearchPath([.. oids], creation);
    }
}
