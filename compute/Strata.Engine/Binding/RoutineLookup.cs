using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>Finds the routines that a name may mean. Stateless; thread-safe.</summary>
internal static class RoutineLookup
{
    /// <summary>
    /// The overloads under a name, built-in ones too, in the search path's order; one that an earlier schema hides is left out. Throws 3F000 for an unknown schema.
    /// </summary>
    /// <param name="forCall">As CALL sees procedures: output parameters take arguments.</param>
    public static IReadOnlyList<FunctionInfo> Find(CatalogView catalog, SearchPath path, string? schema, string name, int position, bool forCall = false)
    {
        if (schema is not null)
        {
            SchemaInfo found = catalog.FindSchema(path, schema)
                ?? throw BindingErrors.At(position, SqlState.InvalidSchemaName, $"schema \"{schema}\" does not exist");
            IReadOnlyList<FunctionInfo> own = found.Oid is CatalogOids.CatalogSchema ? BuiltinRegistry.FunctionsByName(name) : [];
            FunctionInfo[] made = [.. catalog.FindRoutines(found.Oid, name).Select(routine => Shape(routine, forCall))];
            return made.Length == 0 ? own : [.. own, .. made];
        }

        List<FunctionInfo>? list = null;
        bool sawCatalog = false;
        foreach (uint oid in path.Schemas)
        {
            // Functions of the temporary schema must be named with it: nobody slips one under another's call.
            if (oid == path.TemporarySchema)
                continue;
            if (oid == CatalogOids.CatalogSchema)
            {
                sawCatalog = true;
                if (list is not null)
                    Add(list, BuiltinRegistry.FunctionsByName(name));
            }

            foreach (RoutineInfo routine in catalog.FindRoutines(oid, name))
            {
                list ??= sawCatalog ? [.. BuiltinRegistry.FunctionsByName(name)] : [];
                Add(list, [Shape(routine, forCall)]);
            }
        }

        return list ?? (sawCatalog ? BuiltinRegistry.FunctionsByName(name) : []);
    }

    private static FunctionInfo Shape(RoutineInfo routine, bool forCall) =>
        forCall && routine.Kind == FunctionKind.Procedure ? routine.CallFunction : routine.Function;

    private static void Add(List<FunctionInfo> list, IReadOnlyList<FunctionInfo> functions)
    {
        foreach (FunctionInfo function in functions)
            if (!list.Exists(known => known.NamespaceOid != function.NamespaceOid && known.ArgumentTypes.AsSpan().SequenceEqual(function.ArgumentTypes)))
                list.Add(function);
    }
}
