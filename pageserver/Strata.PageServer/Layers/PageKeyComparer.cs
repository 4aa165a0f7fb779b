using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>Hashes page keys the same way in every process, unlike the default of records.</summary>
internal sealed class PageKeyComparer : IEqualityComparer<PageKey>
{
    public static readonly PageKeyComparer Instance = new();

    public bool Equals(PageKey left, PageKey right) => left == right;

    public int GetHashCode(PageKey key) => (int)BloomFilter.Hash(key);
}
