using Strata.Engine.Storage.Buffers;
using Strata.Engine.Transactions.Serializable;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;

namespace Strata.Engine.Storage.BTree;

/// <summary>Equality lookups: straight from the leaf into the caller's span.</summary>
internal static class BTreeLookup
{
    /// <summary>
    /// Copies TIDs of entries that begin with <paramref name="prefix"/> and are at or above <paramref name="from"/>, until the span is full.
    /// </summary>
    public static int Run(
        BTreeIndex index, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> from, Span<Tid> tids, out BTreeLeafPosition position, ReadPoint readPoint,
        CancellationToken cancellation, SerializableTransaction? reader = null)
    {
        PageHandle leaf = BTreeDescent.ToKey(index, from, 0, LatchMode.Shared, readPoint, default, cancellation);
        int found = 0;
        bool first = true;
        position = readPoint.IsLive ? new BTreeLeafPosition(leaf.Key.Block, PageFormat.GetLsn(leaf.Bytes)) : default;
        while (true)
        {
            reader?.ReadPage(leaf.Key.Storage, leaf.Key.Block);
            ReadOnlySpan<byte> page = leaf.Bytes;
            int count = BTreePage.Count(page);
            int slot = first ? BTreePage.LowerBound(page, from) : 0;
            first = false;
            for (; slot < count && found < tids.Length; slot++)
            {
                ReadOnlySpan<byte> item = BTreePage.Item(page, slot);
                if (!item.StartsWith(prefix))
                    break;
                if (BTreePage.IsDeadHint(page, slot))
                    continue;
                tids[found++] = Tid.Read(item[^Tid.SizeBytes..]);
            }
            // More to the right only if the page's whole end has the prefix, and then so has its high key.
            if (slot < count || found == tids.Length || !BTreePage.HasHighKey(page) || !BTreePage.HighKey(page).StartsWith(prefix))
                break;
            position = default;
            uint block = leaf.Key.Block, right = BTreePage.GetRight(page);
            leaf.UnlatchShared();
            leaf.Unpin();
            leaf = index.Pin(right, readPoint, cancellation);
            leaf.LatchShared();
            if (BTreePage.IsDeleted(leaf.Bytes) || BTreePage.GetLeft(leaf.Bytes) != block)
            {
                // The neighbour changed between the latches: begin again, from scratch.
                leaf.UnlatchShared();
                leaf.Unpin();
                leaf = BTreeDescent.ToKey(index, from, 0, LatchMode.Shared, readPoint, default, cancellation);
                found = 0;
                first = true;
            }
        }
        leaf.UnlatchShared();
        leaf.Unpin();
        return found;
    }
}
