using System.Collections.Immutable;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Plans;

/// <summary>A plan with what sessions ask of it at every execution, worked out once. Immutable but for a memo; thread-safe.</summary>
internal sealed class CachedPlan
{
    private static long s_lastNumber;

    // The last view that the dependencies were compared with: the usual case is that nothing changed since.
    private CatalogView? _validUnder;
    private HeapActivity[]? _heaps;
    private readonly PlanDependency[] _dependencies;
    private readonly SharedImage? _roles;
    private readonly ImmutableDictionary<ObjectAddress, CatalogObject> _builtinPrivileges;

    public CachedPlan(PhysicalPlan plan, CatalogView view)
    {
        Plan = plan;
        _roles = plan.DependsOnRoles ? view.Shared : null;
        _builtinPrivileges = view.Image.BuiltinPrivileges;
        Relations = [.. plan.Relations.Where(static access => access.Relation.SystemTable is null)];
        Privileges = [.. plan.Privileges];
        _dependencies = [.. plan.Dependencies];
        _validUnder = view;
        Columns = new ResultColumn[plan.HasRows ? plan.ResultColumns.Count : 0];
        for (int i = 0; i < Columns.Length; i++)
        {
            OutputColumn column = plan.ResultColumns[i];
            Columns[i] = Describe(column);
        }

        ParameterOids = new uint[plan.ParameterTypes.Count];
        for (int i = 0; i < ParameterOids.Length; i++)
            ParameterOids[i] = plan.ParameterTypes[i].Oid;
    }

    // Clients see the type below a domain.
    private static ResultColumn Describe(OutputColumn column)
    {
        SqlType type = column.Type.Plain;
        return new ResultColumn(column.Name, column.TableOid, column.AttributeNumber, type.Oid, type.Length, type.Typmod);
    }

    public PhysicalPlan Plan { get; }

    /// <summary>Tells plans apart in the keys of kept results.</summary>
    public long Number { get; } = Interlocked.Increment(ref s_lastNumber);

    /// <summary>Plans for some values of the parameters, where this one is for all.</summary>
    public PlanVariants Variants { get; } = new();

    /// <summary>The row description.</summary>
    public ResultColumn[] Columns { get; }

    public uint[] ParameterOids { get; }

    /// <summary>Relations with storage that an execution locks.</summary>
    public RelationAccess[] Relations { get; }

    /// <summary>Privileges that an execution needs.</summary>
    public RequiredPrivilege[] Privileges { get; }

    /// <summary>The heaps of <see cref="Relations"/>, for who wants to know when they were changed.</summary>
    public HeapActivity[] Heaps(Storage.StorageContext storage) =>
        _heaps ??= [.. Relations.Where(static access => access.Relation.Storage != 0).Select(access => storage.ActivityOf(access.Relation.Database, access.Relation.Storage))];

    /// <summary>True while all relations that the plan depends on are what they were when it was made.</summary>
    public bool IsValid(CatalogView view)
    {
        if (Volatile.Read(ref _validUnder) is { } known && known.IsSameAs(view))
            return true;
        if (Plan.DependsOnCatalog)
            return false;
        if (!ReferenceEquals(_builtinPrivileges, view.Image.BuiltinPrivileges))
            return false;
        if (_roles is not null && !ReferenceEquals(_roles, view.Shared))
            return false;
        foreach (PlanDependency dependency in _dependencies)
            if (!view.TryGetVersion(dependency.RelationOid, out ulong version) || version != dependency.Version)
                return false;
        foreach (QualifiedKey name in Plan.AbsentNames)
            if (view.FindRelation(name.SchemaOid, name.Name) is not null)
                return false;
        Volatile.Write(ref _validUnder, view);
        return true;
    }

    /// <summary>True when both describe the same rows: a prepared statement may not change its result type.</summary>
    public bool HasSameColumns(CachedPlan other)
    {
        if (Columns.Length != other.Columns.Length)
            return false;
        for (int i = 0; i < Columns.Length; i++)
            if (Columns[i].TypeOid != other.Columns[i].TypeOid || Columns[i].TypeModifier != other.Columns[i].TypeModifier || Columns[i].Name != other.Columns[i].Name)
                return false;
        return true;
    }
}
