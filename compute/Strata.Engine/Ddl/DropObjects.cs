using Strata.Engine.Catalog;

namespace Strata.Engine.Ddl;

/// <summary>Routines and other objects beside relations and types that a DROP takes along. For one command.</summary>
internal sealed class DropObjects(DdlContext context)
{
    private readonly List<object> _entries = [];
    private readonly HashSet<ObjectAddress> _addresses = [];

    /// <summary>What goes, in the order in which it was found.</summary>
    public IReadOnlyList<object> Entries => _entries;

    /// <summary>Adds an entry; false when it is there.</summary>
    public bool Add(object entry)
    {
        if (!_addresses.Add(ObjectFinder.AddressOf(entry)))
            return false;
        _entries.Add(entry);
        return true;
    }

    /// <summary>True when an entry goes already.</summary>
    public bool Has(object entry) => _addresses.Contains(ObjectFinder.AddressOf(entry));

    /// <summary>The class of an object by its OID: a relation's unless a routine or a type has it.</summary>
    public static ObjectAddress AddressOf(CatalogView view, uint oid) => new(
        view.FindRoutine(oid) is not null ? CatalogOids.PgProc : view.FindUserType(oid) is not null ? CatalogOids.PgType : CatalogOids.PgClass, oid);

    /// <summary>The objects that depend on another, or on a column, and do not go yet.</summary>
    public List<(object Entry, DependencyKind Kind)> DependentsOf(ObjectAddress referenced)
    {
        var found = new List<(object, DependencyKind)>();
        foreach (Dependency dependency in ObjectScans.Dependencies(context.View))
        {
            if ((referenced.SubId == 0 ? dependency.Referenced with { SubId = 0 } : dependency.Referenced) != referenced || _addresses.Contains(dependency.Dependent) || found.Exists(f => ObjectFinder.AddressOf(f.Item1) == dependency.Dependent))
                continue;
            object? entry = dependency.Dependent.ClassOid == CatalogOids.PgProc
                ? context.View.FindRoutine(dependency.Dependent.ObjectOid)
                : context.View.FindObject(dependency.Dependent.ClassOid, dependency.Dependent.ObjectOid);
            if (entry is not null)
                found.Add((entry, dependency.Kind));
        }

        return found;
    }

    /// <summary>The objects of a schema.</summary>
    public List<object> In(uint schemaOid)
    {
        var found = new List<object>();
        found.AddRange(context.View.UserRoutines.Where(r => r.SchemaOid == schemaOid).OrderBy(static r => r.Oid));
        found.AddRange(context.View.Objects.Where(o => o.SchemaOid == schemaOid && o.ClassOid != CatalogOids.PgDefaultAcl).OrderBy(static o => o.Oid));
        return found;
    }
}
