using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Deparsing;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Ddl;

/// <summary>What a kept definition depends on: columns of relations where it names them, else whole relations; routines.</summary>
internal static class RecordedDependencies
{
    /// <summary>Dependencies of an object on what binding found. <paramref name="self"/> may be a view's relation.</summary>
    public static IEnumerable<Dependency> Of(DdlContext context, ObjectAddress self, BindingRecorder recorder, IReadOnlyList<PlanDependency> plan)
    {
        var named = new HashSet<uint>();
        foreach ((uint relation, short column) in recorder.Columns)
            if (relation >= CatalogOids.FirstUser && column != 0)
            {
                named.Add(relation);
                yield return new Dependency(self, new ObjectAddress(CatalogOids.PgClass, relation, column), DependencyKind.Normal);
            }

        foreach (PlanDependency dependency in plan)
        {
            ObjectAddress referenced = DropObjects.AddressOf(context.View, dependency.RelationOid);
            bool isIndirect = referenced.ClassOid == CatalogOids.PgClass && (!recorder.Relations.Contains(dependency.RelationOid) || named.Contains(dependency.RelationOid));
            if (dependency.RelationOid >= CatalogOids.FirstUser && dependency.RelationOid != self.ObjectOid && !isIndirect)
                yield return new Dependency(self, referenced, DependencyKind.Normal);
        }
    }

    /// <summary>Those of a routine with a body in SQL syntax. Throws 0A000 for bodies that can't be recorded.</summary>
    public static Dependency[] OfBody(DdlContext context, RoutineInfo routine)
    {
        var self = new ObjectAddress(CatalogOids.PgProc, routine.Oid);
        var found = new List<Dependency>();
        foreach (RecordedQuery query in StoredDefinitions.RecordBody(routine, context.View, context.Session))
            found.AddRange(Of(context, self, query.Recorder, query.Statement.Dependencies));
        // A relation of which one statement names columns is needed for these.
        var columns = found.Where(static d => d.Referenced.SubId != 0).Select(static d => d.Referenced with { SubId = 0 }).ToHashSet();
        return [.. found.Where(d => d.Referenced.SubId != 0 || !columns.Contains(d.Referenced)).Distinct()];
    }
}
