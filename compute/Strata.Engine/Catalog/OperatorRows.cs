using Strata.Engine.Functions;

namespace Strata.Engine.Catalog;

/// <summary>Operators that users created, as overload resolution sees them.</summary>
internal static class OperatorRows
{
    public static OperatorInfo Describe(CatalogObject row, CatalogView catalog) => new()
    {
        Oid = row.Oid,
        Name = row.Name,
        NamespaceOid = row.SchemaOid,
        CanMerge = row.Number(5) != 0,
        CanHash = row.Number(6) != 0,
        LeftType = row.OidAt(7),
        RightType = row.OidAt(8),
        ResultType = row.OidAt(9),
        CommutatorOid = row.OidAt(10),
        NegatorOid = row.OidAt(11),
        FunctionOid = row.OidAt(12),
        RestrictOid = row.OidAt(13),
        JoinOid = row.OidAt(14),
        UserFunction = catalog.FindRoutine(row.OidAt(12))?.Function,
    };
}
