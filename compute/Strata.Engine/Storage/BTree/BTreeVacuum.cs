using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.BTree;

/// <summary>
/// Removes entries of dead rows from an index, takes empty leaves out of the tree and gives pages that went out of use back. Runs beside
/// readers and writers; one vacuum of an index at a time.
/// </summary>
/// <remarks>
/// Leaves are visited from left to right: a concurrent split moves entries only to the right, so every entry that was there at the beginning is visited. A leaf
/// leaves the tree in one record with its neighbours and its parent, and only if it is neither the rightmost of its level nor the last child of its parent.
/// An unlinked page is used again when every snapshot is younger than its unlinking: nobody is on the way to it then.
/// </remarks>
public sealed class BTreeVacuum(BTreeIndex index, TransactionManager transactions)
{
    private const int DeleteRecordBytes = 4 * 1024;

    private readonly ushort[] _slots = new ushort[BTreePage.MaxItems];
    private readonly byte[] _highKey = new byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
    private long _removed;
    private long _entries;
    private int _unlinked;
    private int _recycled;

    /// <summary>Removes the entries of <paramref name="dead"/> (which may be empty: then it only tidies up).</summary>
    public BTreeVacuumResult Run(DeadTids dead, CancellationToken cancellation = default)
    {
        _removed = _entries = 0;
        _unlinked = _recycled = 0;
        Lsn horizon = transactions.RefreshHorizon();
        PageHandle first = BTreeDescent.ToKey(index, default, 0, LatchMode.Shared, ReadPoint.Live, default, cancellation);
        uint block = first.Key.Block;
        first.UnlatchShared();
        first.Unpin();
        while (block != 0)
        {
            cancellation.ThrowIfCancellationRequested();
            block = CleanLeaf(block, dead, cancellation);
        }
        FindUnusedPages(horizon, cancellation);
        return new BTreeVacuumResult(_removed, _entries, _unlinked, _recycled);
    }

    /// <summary>Cleans one leaf and returns its right sibling.</summary>
    private uint CleanLeaf(uint block, DeadTids dead, CancellationToken cancellation)
    {
        index.Wal.EnsureRoom(DeleteRecordBytes, cancellation);
        PageHandle leaf = index.Pin(block, ReadPoint.Live, cancellation);
        leaf.LatchShared();
        bool dirty = (dead.Count > 0 || BTreePage.HasDeadHints(leaf.Bytes)) && FindDead(leaf.Bytes, dead) > 0;
        if (dirty)
        {
            leaf.UnlatchShared();
            leaf.LatchExclusive();
            int count = FindDead(leaf.Bytes, dead);
            if (count > 0)
            {
                WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, 0);
                ByteWriter change = record.BeginChange(leaf);
                BTreeDeleteItems.Encode(ref change, _slots.AsSpan(0, count));
                record.EndChange(in change);
                record.Insert();
                _removed += count;
            }
        }
        ReadOnlySpan<byte> page = leaf.Bytes;
        int left = BTreePage.Count(page);
        uint right = BTreePage.GetRight(page);
        bool empty = left == 0 && right != 0 && !BTreePage.IsDeleted(page);
        leaf.Unlatch(dirty ? LatchMode.Exclusive : LatchMode.Shared);
        leaf.Unpin();
        _entries += left;
        if (empty)
            Unlink(block, cancellation);
        return right;
    }

    private int FindDead(ReadOnlySpan<byte> page, DeadTids dead)
    {
        int found = 0;
        for (int slot = 0, count = BTreePage.Count(page); slot < count; slot++)
        {
            if (BTreePage.IsDeadHint(page, slot) || dead.Contains(BTreePage.LeafTid(page, slot)))
                _slots[found++] = (ushort)slot;
        }
        return found;
    }

    /// <summary>Takes an empty leaf out of the tree, if nothing stands in the way; the next vacuum tries again.</summary>
    private void Unlink(uint block, CancellationToken cancellation)
    {
        index.Wal.EnsureRoom(DeleteRecordBytes, cancellation);
        PageHandle target = index.Pin(block, ReadPoint.Live, cancellation);
        PageHandle left = default, right = default, parent = default;
        try
        {
            target.LatchShared();
            uint leftBlock = BTreePage.GetLeft(target.Bytes), rightBlock = BTreePage.GetRight(target.Bytes);
            ReadOnlySpan<byte> highKey = BTreePage.HighKey(target.Bytes);
            highKey.CopyTo(_highKey);
            int highKeyBytes = highKey.Length;
            target.UnlatchShared();
            if (rightBlock == 0 || index.ReadRoot(ReadPoint.Live, cancellation).Level == 0)
                return;
            parent = BTreeDescent.ToParentBelow(index, _highKey.AsSpan(0, highKeyBytes), cancellation);
            right = index.Pin(rightBlock, ReadPoint.Live, cancellation);
            if (leftBlock != 0)
                left = index.Pin(leftBlock, ReadPoint.Live, cancellation);
            int before = _unlinked;
            UnlinkPinned(left, target, right, parent);
            // It may have been recycled, used and emptied since the last vacuum, which then never saw it in use.
            if (_unlinked > before)
                index.File.NoteInUse(block);
        }
        finally
        {
            if (left.IsValid)
                left.Unpin();
            if (right.IsValid)
                right.Unpin();
            if (parent.IsValid)
                parent.Unpin();
            target.Unpin();
        }
    }

    private void UnlinkPinned(PageHandle left, PageHandle target, PageHandle right, PageHandle parent)
    {
        if (left.IsValid)
            left.LatchExclusive();
        target.LatchExclusive();
        right.LatchExclusive();
        parent.LatchExclusive();
        int slot = FindChild(parent.Bytes, target.Key.Block);
        if (MayUnlink(left, target.Bytes, right, parent.Bytes, slot))
        {
            index.Serializable?.CombinePages(target.Key.Storage, target.Key.Block, right.Key.Block);
            uint leftBlock = left.IsValid ? left.Key.Block : 0;
            WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, 0);
            ByteWriter change;
            if (left.IsValid)
            {
                change = record.BeginChange(left);
                BTreeSetLinks.EncodeRight(ref change, right.Key.Block);
                record.EndChange(in change);
            }
            change = record.BeginChange(target);
            BTreeMarkDeleted.Encode(ref change, transactions.NextXid);
            record.EndChange(in change);
            change = record.BeginChange(right);
            BTreeSetLinks.EncodeLeft(ref change, leftBlock);
            record.EndChange(in change);
            change = record.BeginChange(parent);
            BTreeRemoveChild.Encode(ref change, slot);
            record.EndChange(in change);
            record.Insert();
            _unlinked++;
        }
        parent.UnlatchExclusive();
        right.UnlatchExclusive();
        target.UnlatchExclusive();
        if (left.IsValid)
            left.UnlatchExclusive();
    }

    private static bool MayUnlink(PageHandle left, ReadOnlySpan<byte> target, PageHandle right, ReadOnlySpan<byte> parent, int slot)
    {
        uint leftBlock = left.IsValid ? left.Key.Block : 0;
        bool still = BTreePage.Count(target) == 0 && !BTreePage.IsDeleted(target) && !BTreePage.IsIncompleteSplit(target) &&
            BTreePage.GetLeft(target) == leftBlock && BTreePage.GetRight(target) == right.Key.Block;
        bool leftFits = !left.IsValid || (BTreePage.GetRight(left.Bytes) == PageFormat.GetBlock(target) &&
            !BTreePage.IsDeleted(left.Bytes) && !BTreePage.IsIncompleteSplit(left.Bytes));
        return still && leftFits && slot >= 0 && slot + 1 < BTreePage.Count(parent) && BTreePage.Child(parent, slot + 1) == right.Key.Block;
    }

    private static int FindChild(ReadOnlySpan<byte> parent, uint child)
    {
        for (int slot = BTreePage.Count(parent) - 1; slot >= 0; slot--)
        {
            if (BTreePage.Child(parent, slot) == child)
                return slot;
        }
        return -1;
    }

    /// <summary>Looks at every block for pages out of use: unlinked long enough ago, or left over by a life that ended before it used them.</summary>
    private void FindUnusedPages(Lsn horizon, CancellationToken cancellation)
    {
        uint blocks = index.File.Blocks(Fork.Main, ReadPoint.Live, cancellation);
        for (uint block = BTreeIndex.FirstLeafBlock; block < blocks; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            PageHandle page = index.Pin(block, ReadPoint.Live, cancellation);
            page.LatchShared();
            ReadOnlySpan<byte> bytes = page.Bytes;
            bool isNew = PageFormat.IsNew(bytes);
            bool isDeleted = !isNew && BTreePage.IsDeleted(bytes);
            Lsn lsn = PageFormat.GetLsn(bytes);
            page.UnlatchShared();
            page.Unpin();
            if (!isNew && !isDeleted)
                index.File.NoteInUse(block);
            else if (isDeleted ? lsn <= horizon : index.File.IsFromEarlierLife(block, cancellation))
                _recycled += index.File.Recycle(block) ? 1 : 0;
        }
    }
}
