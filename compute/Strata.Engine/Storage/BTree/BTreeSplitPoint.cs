using Strata.Format.Pages;
using Strata.Format.Pages.BTree;

namespace Strata.Engine.Storage.BTree;

/// <summary>
/// A page and one item more, seen as one sequence, and where to cut it. Leaves prefer a cut whose separator is short: everything above the leaves
/// gets smaller.
/// </summary>
internal readonly ref struct BTreeSplitPoint
{
    private const int CapacityBytes = PageFormat.PageSizeBytes - BTreePage.HeaderBytes;

    private readonly ReadOnlySpan<byte> _page;
    private readonly ReadOnlySpan<byte> _sortKey;
    private readonly int _slot;
    private readonly bool _leaf;

    /// <param name="page">The full page.</param>
    /// <param name="slot">Where the new item belongs.</param>
    /// <param name="sortKey">Its sort key.</param>
    public BTreeSplitPoint(ReadOnlySpan<byte> page, int slot, ReadOnlySpan<byte> sortKey)
    {
        _page = page;
        _slot = slot;
        _sortKey = sortKey;
        _leaf = BTreePage.IsLeaf(page);
        Count = BTreePage.Count(page) + 1;
    }

    /// <summary>Items of the sequence.</summary>
    public int Count { get; }

    /// <summary>Sort key of an item of the sequence.</summary>
    public ReadOnlySpan<byte> SortKey(int index) =>
        index == _slot ? _sortKey : BTreePage.SortKey(_page, index < _slot ? index : index - 1);

    /// <summary>Child of an item of the sequence, on an internal page.</summary>
    public uint Child(int index, uint newChild) =>
        index == _slot ? newChild : BTreePage.Child(_page, index < _slot ? index : index - 1);

    /// <summary>The separator of a cut before item <paramref name="first"/>: the shortest string above the left and not above the right.</summary>
    public ReadOnlySpan<byte> Separator(int first)
    {
        ReadOnlySpan<byte> right = SortKey(first);
        return _leaf ? right[..(SortKey(first - 1).CommonPrefixLength(right) + 1)] : right;
    }

    /// <summary>Number of items that stay on the left.</summary>
    public int Choose()
    {
        int total = 0;
        for (int i = 0; i < Count; i++)
            total += ItemBytes(i);
        bool append = _slot == Count - 1 && !BTreePage.HasHighKey(_page);
        int target = append ? CapacityBytes * 9 / 10 : total / 2;
        int window = append ? 0 : CapacityBytes / 16;
        int highKeyBytes = BTreePage.HasHighKey(_page) ? BTreePage.HighKey(_page).Length : 0;

        int best = 0, bestDistance = int.MaxValue, bestSeparator = int.MaxValue;
        int left = 0;
        for (int first = 1; first < Count; first++)
        {
            left += ItemBytes(first - 1);
            int separator = Separator(first).Length;
            int right = total - left + highKeyBytes;
            if (left + separator > CapacityBytes || right > CapacityBytes)
                continue;
            int distance = Math.Abs(left - target);
            bool near = distance <= window && bestDistance <= window;
            if (near ? separator < bestSeparator || (separator == bestSeparator && distance < bestDistance) : distance < bestDistance)
                (best, bestDistance, bestSeparator) = (first, distance, separator);
        }
        Format.Invariant.Check(best != 0);
        return best;
    }

    private int ItemBytes(int index) =>
        SortKey(index).Length + BTreePage.SlotBytes + (_leaf ? 0 : BTreePage.ChildBytes);
}
