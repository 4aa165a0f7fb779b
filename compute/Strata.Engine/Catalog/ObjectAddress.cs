namespace Strata.Engine.Catalog;

/// <summary>An object (or a column of a relation) as <c>pg_depend</c> names it.</summary>
/// <param name="ClassOid">Catalog that the object's row is in.</param>
/// <param name="ObjectOid">Its OID.</param>
/// <param name="SubId">Column number, or 0 for the whole object.</param>
public readonly record struct ObjectAddress(uint ClassOid, uint ObjectOid, int SubId = 0);
