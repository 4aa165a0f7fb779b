namespace Strata.Engine.Catalog;

/// <summary>Name of an object within a schema: key of the name maps.</summary>
public readonly record struct QualifiedKey(uint SchemaOid, string Name);
