namespace Strata.Engine.Ddl;

/// <summary>What a storage option may be given to (PostgreSQL's <c>relopt_kind</c>).</summary>
[Flags]
internal enum StorageOptionKinds
{
    /// <summary>Partitioned tables know no option.</summary>
    None = 0,

    /// <summary>Tables and materialized views.</summary>
    Heap = 1,

    /// <summary>The part of a table that holds its large values: <c>toast.</c> before the name.</summary>
    Toast = 2,

    View = 4,

    BTree = 8,

    Hash = 16,

    Gin = 32,

    Gist = 64,

    SpGist = 128,

    Brin = 256,

    /// <summary>Columns.</summary>
    Attribute = 512,
}
