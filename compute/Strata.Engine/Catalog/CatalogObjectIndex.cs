using System.Collections.Immutable;

namespace Strata.Engine.Catalog;

/// <summary>
/// The generic objects of one state of a database by what binding and planning look them up with: there are hundreds once an extension or two are there. Immutable; thread-safe.
/// </summary>
internal sealed class CatalogObjectIndex
{
    private readonly Dictionary<string, List<CatalogObject>> _operators = new(StringComparer.Ordinal);
    private readonly Dictionary<(uint Source, uint Target), CatalogObject> _casts = [];
    private readonly Dictionary<(uint Family, uint Operator), CatalogObject> _familyOperators = [];
    private readonly Dictionary<ObjectAddress, CatalogObject> _extensions = [];

    public CatalogObjectIndex(ImmutableDictionary<ObjectAddress, CatalogObject> objects)
    {
        Objects = objects;
        foreach (CatalogObject entry in objects.Values)
            Add(entry);
    }

    /// <summary>The objects that were indexed.</summary>
    public ImmutableDictionary<ObjectAddress, CatalogObject> Objects { get; }

    /// <summary>Operators of a name, shells too.</summary>
    public IReadOnlyList<CatalogObject> Operators(string name) => _operators.TryGetValue(name, out List<CatalogObject>? found) ? found : [];

    /// <summary>The cast between two types, or null.</summary>
    public CatalogObject? Cast(uint source, uint target) => _casts.GetValueOrDefault((source, target));

    /// <summary>The row of <c>pg_amop</c> that makes an operator a member of a family, or null.</summary>
    public CatalogObject? FamilyOperator(uint family, uint op) => _familyOperators.GetValueOrDefault((family, op));

    /// <summary>The extension that an object is a member of, or null.</summary>
    public CatalogObject? ExtensionOf(ObjectAddress member) => _extensions.GetValueOrDefault(member);

    private void Add(CatalogObject entry)
    {
        switch (entry.ClassOid)
        {
            case CatalogOids.PgOperator:
                if (!_operators.TryGetValue(entry.Name, out List<CatalogObject>? same))
                    _operators.Add(entry.Name, same = []);
                same.Add(entry);
                break;
            case CatalogOids.PgCast:
                _casts[(entry.OidAt(1), entry.OidAt(2))] = entry;
                break;
            case CatalogOids.PgAmOp:
                _familyOperators[(entry.OidAt(1), entry.OidAt(6))] = entry;
                break;
            case CatalogOids.PgExtension:
                foreach (ObjectAddress member in ExtensionRows.Members(entry))
                    _extensions[member] = entry;
                break;
        }
    }
}
