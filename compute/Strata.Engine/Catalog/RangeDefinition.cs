namespace Strata.Engine.Catalog;

/// <summary>What makes a user's range type and its multirange type: the <c>pg_range</c> row.</summary>
/// <param name="RangeOid">The range type.</param>
/// <param name="SubtypeOid">Type of the bounds.</param>
/// <param name="MultirangeOid">The multirange type.</param>
/// <param name="CollationOid">Collation of the bounds; 0 for none.</param>
/// <param name="OperatorClassOid">B-tree operator class of the bounds.</param>
/// <param name="DifferenceOid">Function for the distance of two bounds; 0 for none.</param>
public sealed record RangeDefinition(uint RangeOid, uint SubtypeOid, uint MultirangeOid, uint CollationOid, uint OperatorClassOid, uint DifferenceOid)
{
    /// <summary>The row. There are no canonical functions of users' types.</summary>
    public CatalogValue[] Row => [RangeOid, SubtypeOid, MultirangeOid, CollationOid, OperatorClassOid, 0L, DifferenceOid];
}
