using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Names of routines as messages and definitions write them.</summary>
internal static class RoutineNames
{
    /// <summary>name(type, …) with the input types.</summary>
    public static string Signature(RoutineInfo routine, ICatalogServices catalog) =>
        $"{routine.Name}({string.Join(",", routine.ArgumentTypes.Select(oid => TypeName(oid, catalog)))})";

    public static string TypeName(uint oid, ICatalogServices catalog) => catalog.ObjectName(TypeOid.RegType, oid) ?? "???";
}
