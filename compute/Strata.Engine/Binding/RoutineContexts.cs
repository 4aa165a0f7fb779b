using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>What the body of an SQL function is bound with.</summary>
internal static class RoutineContexts
{
    /// <summary>A body kept as text is read under the caller's search path, one in SQL syntax under that of its creation.</summary>
    public static BindingContext Of(RoutineInfo routine, IReadOnlyList<SqlType?> argumentTypes, CatalogView catalog, SearchPath path, IFunctionContext functions, string text = "")
    {
        RoutineParameter[] inputs = [.. routine.Parameters.Where(static p => p.IsInput)];
        return new BindingContext
        {
            Catalog = catalog,
            SearchPath = routine.SqlBody is null ? path : new SearchPath(routine.SearchPath, 0),
            Functions = functions,
            Text = text,
            ParameterTypes = argumentTypes,
            HasFixedParameters = true,
            ParameterNames = [.. inputs.Select(static p => p.Name)],
            RoutineName = routine.Name,
        };
    }
}
