namespace Strata.Engine.Catalog;

/// <summary>The access methods of indexes.</summary>
public enum IndexMethod : byte
{
    /// <summary>Ordered keys, one entry for a row.</summary>
    BTree,

    /// <summary>Keys for equality; kept as a B-tree.</summary>
    Hash,

    /// <summary>Inverted: an entry for each part of a value.</summary>
    Gin,

    /// <summary>Values with an extent: an entry for each column of a row.</summary>
    Gist,

    /// <summary>As <see cref="Gist"/>, and text by its prefix.</summary>
    SpGist,

    /// <summary>Summaries of block ranges.</summary>
    Brin,
}
