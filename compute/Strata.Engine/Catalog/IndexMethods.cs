using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Names, OIDs and abilities of index access methods. Stateless.</summary>
public static class IndexMethods
{
    /// <summary>The method of a row of <c>pg_am</c>; B-tree for what has none of its own.</summary>
    public static IndexMethod Of(uint oid) => oid switch
    {
        CatalogOids.HashAccessMethod => IndexMethod.Hash,
        CatalogOids.GinAccessMethod => IndexMethod.Gin,
        CatalogOids.GistAccessMethod => IndexMethod.Gist,
        CatalogOids.SpGistAccessMethod => IndexMethod.SpGist,
        CatalogOids.BrinAccessMethod => IndexMethod.Brin,
        _ => IndexMethod.BTree,
    };

    /// <summary>The OID of a method in <c>pg_am</c>.</summary>
    public static uint OidOf(IndexMethod method) => method switch
    {
        IndexMethod.Hash => CatalogOids.HashAccessMethod,
        IndexMethod.Gin => CatalogOids.GinAccessMethod,
        IndexMethod.Gist => CatalogOids.GistAccessMethod,
        IndexMethod.SpGist => CatalogOids.SpGistAccessMethod,
        IndexMethod.Brin => CatalogOids.BrinAccessMethod,
        _ => CatalogOids.BTreeAccessMethod,
    };

    /// <summary>A method's name.</summary>
    public static string NameOf(IndexMethod method) => method switch
    {
        IndexMethod.Hash => "hash",
        IndexMethod.Gin => "gin",
        IndexMethod.Gist => "gist",
        IndexMethod.SpGist => "spgist",
        IndexMethod.Brin => "brin",
        _ => "btree",
    };

    /// <summary>Finds a method by name. Throws 42704.</summary>
    public static IndexMethod Find(string name) => name switch
    {
        "btree" => IndexMethod.BTree,
        "hash" => IndexMethod.Hash,
        "gin" => IndexMethod.Gin,
        "gist" or "rtree" => IndexMethod.Gist,
        "spgist" => IndexMethod.SpGist,
        "brin" => IndexMethod.Brin,
        "heap" => throw new SqlException(SqlState.WrongObjectType, "access method \"heap\" is not of type INDEX"),
        _ => throw new SqlException(SqlState.UndefinedObject, $"access method \"{name}\" does not exist"),
    };

    /// <summary>Its entries are keys in the order of the values.</summary>
    public static bool IsOrdered(this IndexMethod method) => method == IndexMethod.BTree;

    /// <summary>Its entries are whole keys, one for a row.</summary>
    public static bool HasKeys(this IndexMethod method) => method is IndexMethod.BTree or IndexMethod.Hash;

    /// <summary>It takes UNIQUE.</summary>
    public static bool CanBeUnique(this IndexMethod method) => method == IndexMethod.BTree;

    /// <summary>It takes several key columns.</summary>
    public static bool CanHaveSeveralColumns(this IndexMethod method) => method is not (IndexMethod.Hash or IndexMethod.SpGist);

    /// <summary>It takes INCLUDE.</summary>
    public static bool CanInclude(this IndexMethod method) => method is IndexMethod.BTree or IndexMethod.Gist or IndexMethod.SpGist;

    /// <summary>It can carry an exclusion constraint.</summary>
    public static bool CanExclude(this IndexMethod method) => method is IndexMethod.BTree or IndexMethod.Hash or IndexMethod.Gist or IndexMethod.SpGist;
}
