using System.Collections.Immutable;

namespace Strata.Engine.Catalog;

/// <summary>
/// The user objects of one database, together with access to the built-in ones. Immutable: <see cref="With"/> makes the next state and shares nearly everything
/// with this one, so that a transaction's private overlay and each committed version cost what changed.
/// </summary>
internal sealed record DatabaseImage
{
    public required uint DatabaseOid { get; init; }
    public ImmutableDictionary<uint, SchemaInfo> Schemas { get; init; } = ImmutableDictionary<uint, SchemaInfo>.Empty;
    public ImmutableDictionary<string, uint> SchemaNames { get; init; } = ImmutableDictionary.Create<string, uint>(StringComparer.Ordinal);
    public ImmutableDictionary<uint, RelationInfo> Relations { get; init; } = ImmutableDictionary<uint, RelationInfo>.Empty;
    public ImmutableDictionary<QualifiedKey, uint> RelationNames { get; init; } = ImmutableDictionary<QualifiedKey, uint>.Empty;
    public ImmutableDictionary<uint, UserTypeInfo> Types { get; init; } = ImmutableDictionary<uint, UserTypeInfo>.Empty;
    public ImmutableDictionary<QualifiedKey, uint> TypeNames { get; init; } = ImmutableDictionary<QualifiedKey, uint>.Empty;
    public ImmutableDictionary<ObjectAddress, CommentInfo> Comments { get; init; } = ImmutableDictionary<ObjectAddress, CommentInfo>.Empty;

    /// <summary>Where each row of this database's catalog heaps stands.</summary>
    public ImmutableDictionary<CatalogRowKey, ulong> RowIds { get; init; } = ImmutableDictionary<CatalogRowKey, ulong>.Empty;

    public SchemaInfo? FindSchema(string name) => SchemaNames.TryGetValue(name, out uint oid) ? Schemas[oid] : null;

    public SchemaInfo? FindSchema(uint oid) => Schemas.GetValueOrDefault(oid);

    public RelationInfo? FindRelation(uint oid) =>
        oid < CatalogOids.FirstUser ? BuiltinRelations.Find(oid) : Relations.GetValueOrDefault(oid);

    public RelationInfo? FindRelation(uint schemaOid, string name)
    {
        if (schemaOid is CatalogOids.CatalogSchema or CatalogOids.InformationSchema && BuiltinRelations.Find(schemaOid, name) is { } builtin)
            return builtin;
        return RelationNames.TryGetValue(new QualifiedKey(schemaOid, name), out uint oid) ? Relations[oid] : null;
    }
}
