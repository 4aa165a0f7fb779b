namespace Strata.Engine.Catalog;

/// <summary>A schema: its <c>pg_namespace</c> row. Immutable.</summary>
public sealed record SchemaInfo
{
    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public required uint OwnerOid { get; init; }

    /// <summary>Privileges; null means the default ones.</summary>
    public AccessControlItem[]? Acl { get; init; }
}
