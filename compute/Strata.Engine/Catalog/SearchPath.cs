namespace Strata.Engine.Catalog;

/// <summary>
/// Schemas that unqualified names are looked up in, in order, as <c>search_path</c> resolves for a role in a database: <c>pg_temp</c> and <c>pg_catalog</c> come first unless they are listed.
/// Immutable.
/// </summary>
public sealed class SearchPath : IEquatable<SearchPath>
{
    private readonly int _hash;

    public SearchPath(uint[] schemas, uint creationSchema)
    {
        Schemas = schemas;
        CreationSchema = creationSchema;
        var hash = new HashCode();
        foreach (uint schema in schemas)
            hash.Add(schema);
        hash.Add(creationSchema);
        _hash = hash.ToHashCode();
    }

    /// <summary>OIDs in lookup order.</summary>
    public uint[] Schemas { get; }

    /// <summary>Where objects without a schema are created; 0 when no schema of the path exists.</summary>
    public uint CreationSchema { get; }

    /// <summary>The session's temporary schema, which <c>pg_temp</c> means; 0 while it has none.</summary>
    public uint TemporarySchema { get; init; }

    /// <summary><c>pg_temp</c> is listed first: objects without a schema are created there.</summary>
    public bool CreatesTemporary { get; init; }

    public bool Contains(uint schemaOid) => Array.IndexOf(Schemas, schemaOid) >= 0;

    public bool Equals(SearchPath? other) =>
        other is not null && (ReferenceEquals(this, other) || (CreationSchema == other.CreationSchema && TemporarySchema == other.TemporarySchema && CreatesTemporary == other.CreatesTemporary && Schemas.AsSpan().SequenceEqual(other.Schemas)));

    public override bool Equals(object? obj) => Equals(obj as SearchPath);

    public override int GetHashCode() => _hash;
}
