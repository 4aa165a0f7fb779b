using System.Collections.Immutable;
using Strata.Engine.Types.TextSearch;

namespace Strata.Engine.Catalog;

/// <summary>Users' text search configurations and dictionaries as they work, made of their rows when first asked for and again when the catalog changed. For one thread.</summary>
internal sealed class UserTextSearch
{
    private readonly Dictionary<uint, TsConfiguration> _configurations = [];
    private ImmutableDictionary<ObjectAddress, CatalogObject>? _madeOf;

    /// <summary>A configuration; one that refuses to work where there is none.</summary>
    public TsConfiguration Configuration(CatalogView view, uint oid)
    {
        if (!ReferenceEquals(_madeOf, view.Image.Objects))
        {
            _configurations.Clear();
            _madeOf = view.Image.Objects;
        }

        if (_configurations.TryGetValue(oid, out TsConfiguration? known))
            return known;
        if (view.FindObject(CatalogOids.PgTsConfig, oid) is null)
            return TsConfiguration.Get(oid);
        var mappings = new List<(int, TsDictionary)>();
        foreach (CatalogObject mapping in view.ObjectsOf(CatalogOids.PgTsConfigMap).Where(m => m.OidAt(1) == oid).OrderBy(static m => m.Number(3)))
            if (Dictionary(view, mapping.OidAt(4)) is { } dictionary)
                mappings.Add(((int)mapping.Number(2), dictionary));
        var made = new TsConfiguration(mappings);
        _configurations.Add(oid, made);
        return made;
    }

    /// <summary>A dictionary, or null.</summary>
    public TsDictionary? Dictionary(CatalogView view, uint oid)
    {
        if (oid < CatalogOids.FirstUser)
            return TsDictionaries.Builtin(oid);
        return view.FindObject(CatalogOids.PgTsDict, oid) is { } entry ? TsDictionaries.Make(oid, entry.Name, entry.OidAt(4), entry.Row[5].IsNull ? null : entry.Row[5].Text) : null;
    }
}
