namespace Strata.Engine.Catalog;

/// <summary>A database: its <c>pg_database</c> row. Immutable.</summary>
public sealed record DatabaseInfo
{
    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public required uint OwnerOid { get; init; }
    public bool IsTemplate { get; init; }
    public bool AllowsConnections { get; init; } = true;
    public int ConnectionLimit { get; init; } = -1;
    public AccessControlItem[]? Acl { get; init; }
}
