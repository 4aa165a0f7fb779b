using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Settings;

namespace Strata.Engine.Sessions;

/// <summary>Turns the text of <c>search_path</c> into schema OIDs.</summary>
internal static class SearchPathResolver
{
    /// <summary>
    /// Names without a schema are passed over; <c>"$user"</c> is the current role, <c>pg_temp</c> the session's temporary schema (<paramref name="temporary"/>, 0 for none). It and
    /// <c>pg_catalog</c> come first, in this order, unless they are listed.
    /// </summary>
    public static SearchPath Resolve(string setting, CatalogView catalog, string user, uint temporary)
    {
        var oids = new List<uint>();
        uint creation = 0;
        bool createsTemporary = false;
        foreach (string entry in SettingValues.SplitIdentifiers(setting) ?? [])
        {
            string name = entry == "$user" ? user : entry;
            if (name == "pg_temp")
            {
                createsTemporary |= creation == 0;
                if (temporary != 0 && !oids.Contains(temporary))
                    oids.Add(temporary);
                continue;
            }

            if (catalog.FindSchema(name) is not { } schema || oids.Contains(schema.Oid))
                continue;
            oids.Add(schema.Oid);
            if (creation == 0)
                creation = schema.Oid;
        }

        if (!oids.Contains(CatalogOids.CatalogSchema))
            oids.Insert(0, CatalogOids.CatalogSchema);
        if (temporary != 0 && !oids.Contains(temporary))
            oids.Insert(0, temporary);
        return new SearchPath([.. oids], creation) { TemporarySchema = temporary, CreatesTemporary = createsTemporary };
    }
}
