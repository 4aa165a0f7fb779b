namespace Strata.Engine.Extensions;

/// <summary>The extensions that databases can have. Thread-safe.</summary>
internal static class AvailableExtensions
{
    /// <summary>PL/pgSQL's name: every database has this extension from its beginning.</summary>
    public const string PlPgSql = "plpgsql";

    /// <summary>All, by name.</summary>
    public static IReadOnlyList<ExtensionDefinition> All { get; } =
    [
        new() { Name = "btree_gin", Version = "1.3", Comment = "support for indexing common datatypes in GIN" },
        new() { Name = "btree_gist", Version = "1.7", Comment = "support for indexing common datatypes in GiST" },
        new() { Name = "citext", Version = "1.6", Comment = "data type for case-insensitive character strings" },
        new() { Name = "fuzzystrmatch", Version = "1.1", Comment = "determine similarities and distance between strings" },
        new() { Name = "hstore", Version = "1.8", Comment = "data type for storing sets of (key, value) pairs" },
        new() { Name = "pg_trgm", Version = "1.6", Comment = "text similarity measurement and index searching based on trigrams" },
        new() { Name = "pgcrypto", Version = "1.3", Comment = "cryptographic functions" },
        new() { Name = PlPgSql, Version = "1.0", Comment = "PL/pgSQL procedural language", IsRelocatable = false, Schema = "pg_catalog" },
        new() { Name = "unaccent", Version = "1.1", Comment = "text search dictionary that removes accents" },
        new() { Name = "uuid-ossp", Version = "1.1", Comment = "generate universally unique identifiers (UUIDs)" },
    ];

    /// <summary>An extension by name, or null.</summary>
    public static ExtensionDefinition? Find(string name)
    {
        foreach (ExtensionDefinition definition in All)
            if (definition.Name == name)
                return definition;
        return null;
    }
}
