using System.Runtime.CompilerServices;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions.Serializable;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.BTree;

/// <summary>
/// Insertion. The common case is one descent and one record on one leaf; when the page is full, the item goes through <see cref="InsertAt"/>, level by level.
/// </summary>
/// <remarks>
/// A split needs a fresh block and its right neighbour in memory, which may wait, so they are got with nothing latched; then everything is looked at again.
/// </remarks>
internal sealed class BTreeInserter(BTreeIndex index)
{
    private const int SplitRecordBytes = 24 * 1024;

    /// <summary>Most entries that go to a leaf in one record.</summary>
    private const int RunItemsMax = 512;

    /// <summary>Header of such a record, and what the change has besides its items.</summary>
    private const int RunOverheadBytes = 512;

    private enum Step
    {
        /// <summary>The item is in.</summary>
        Inserted,

        /// <summary>Somebody else did it.</summary>
        AlreadyDone,

        /// <summary>The page no longer covers the key.</summary>
        Moved,

        /// <summary>The page's own last split must be completed first.</summary>
        IncompletePage,

        /// <summary>The page is full, and fresh page or right neighbour are missing.</summary>
        NeedsPages,

        /// <summary>The page was split, with the item; the parent has to learn it.</summary>
        Split,
    }

    private ref struct Work
    {
        public ulong Xid;

        /// <summary>Under SERIALIZABLE, who inserts.</summary>
        public SerializableTransaction? Writer;
        public int Level;
        public uint Block;
        public ReadOnlySpan<byte> SortKey;
        public uint Child;

        /// <summary>Left page, one level below, whose split this item completes; 0 on the leaf level.</summary>
        public uint Completes;
        public PageHandle Fresh;
        public PageHandle Neighbour;
        public uint WantedNeighbour;

        /// <summary>After a split: bytes of the separator that the parent has to learn.</summary>
        public int SeparatorLength;
    }

    private uint _rightmostLeaf;

    /// <summary>Inserts an entry: key and TID as one string.</summary>
    public void Insert(ulong xid, ReadOnlySpan<byte> item, SerializableTransaction? writer, CancellationToken cancellation)
    {
        Span<uint> path = stackalloc uint[BTreeIndex.MaxLevels];
        path.Clear();
        index.Wal.EnsureRoom(BTreeIndex.ItemRecordBytes, cancellation);
        if (!TryLatchRightmost(item, out PageHandle leaf))
            leaf = BTreeDescent.ToKey(index, item, 0, LatchMode.Exclusive, ReadPoint.Live, path, cancellation);
        InsertIntoLatched(xid, leaf, item, path, writer, cancellation);
    }

    /// <summary>Inserts an entry if no entry has its key; false when one has, or when that can't be told from one leaf.</summary>
    public bool TryInsertIfKeyIsNew(ulong xid, ReadOnlySpan<byte> key, ReadOnlySpan<byte> item, SerializableTransaction? writer, CancellationToken cancellation)
    {
        Span<uint> path = stackalloc uint[BTreeIndex.MaxLevels];
        path.Clear();
        index.Wal.EnsureRoom(BTreeIndex.ItemRecordBytes, cancellation);
        if (!TryLatchRightmost(key, out PageHandle leaf))
            leaf = BTreeDescent.ToKey(index, key, 0, LatchMode.Exclusive, ReadPoint.Live, path, cancellation);
        ReadOnlySpan<byte> page = leaf.Bytes;
        int slot = BTreePage.LowerBound(page, key);
        // Entries with the key would follow here; beyond the page's end only if the high key begins with it.
        bool isNew = slot < BTreePage.Count(page)
            ? !BTreePage.Item(page, slot).StartsWith(key)
            : !BTreePage.HasHighKey(page) || !BTreePage.HighKey(page).StartsWith(key);
        if (isNew)
        {
            InsertIntoLatched(xid, leaf, item, path, writer, cancellation);
            return true;
        }
        writer?.WriteLatched(leaf.Key.Storage, leaf.Key.Block);
        leaf.UnlatchExclusive();
        leaf.Unpin();
        return false;
    }

    /// <summary>
    /// Inserts entries from <paramref name="first"/> on into the leaf of the first, as many as go there and fit; returns how many. With <paramref name="isUnique"/> it stops before a key that is there
    /// already, and inserts none while somebody judges entries of the index.
    /// </summary>
    [SkipLocalsInit]
    public int InsertRun(ulong xid, BTreeEntryBatch entries, int first, bool isUnique, ref int judging, SerializableTransaction? writer, CancellationToken cancellation)
    {
        ReadOnlySpan<byte> wanted = isUnique ? entries.Key(first) : entries.Item(first);
        index.Wal.EnsureRoom(BTreeIndex.RunRecordBytes, cancellation);
        if (!TryLatchRightmost(wanted, out PageHandle leaf))
            leaf = BTreeDescent.ToKey(index, wanted, 0, LatchMode.Exclusive, ReadPoint.Live, default, cancellation);
        int taken = 0;
        // Looked at with the leaf latched: who judges later sees what is inserted now.
        if (!isUnique || Volatile.Read(ref judging) == 0)
        {
            Span<ushort> slots = stackalloc ushort[RunItemsMax];
            taken = FindSlots(leaf.Bytes, entries, first, isUnique, slots);
            if (taken > 0)
            {
                writer?.WriteLatched(leaf.Key.Storage, leaf.Key.Block);
                LogRun(xid, leaf, entries, first, slots[..taken]);
            }
        }

        leaf.UnlatchExclusive();
        leaf.Unpin();
        return taken;
    }

    // Slots of the page as it is now; each item moves those behind it by one.
    private static int FindSlots(ReadOnlySpan<byte> page, BTreeEntryBatch entries, int first, bool isUnique, Span<ushort> slots)
    {
        int taken = 0, count = BTreePage.Count(page), free = BTreePage.FreeBytes(page), payload = 0;
        bool hasHighKey = BTreePage.HasHighKey(page);
        while (taken < slots.Length && first + taken < entries.Count)
        {
            ReadOnlySpan<byte> item = entries.Item(first + taken);
            free -= item.Length + BTreePage.SlotBytes;
            payload += item.Length + BTreeInsertMany.MaxItemOverheadBytes;
            if (free < 0 || payload > BTreeIndex.RunRecordBytes - RunOverheadBytes || (taken > 0 && !BTreeDescent.Covers(page, item)))
                break;
            ReadOnlySpan<byte> key = isUnique ? entries.Key(first + taken) : item;
            int slot = BTreePage.LowerBound(page, key);
            bool isPresent = slot < count ? BTreePage.Item(page, slot).StartsWith(key) : isUnique && hasHighKey && BTreePage.HighKey(page).StartsWith(key);
            if (isPresent || (isUnique && taken > 0 && entries.Key(first + taken - 1).SequenceEqual(key)))
                break;
            slots[taken++] = (ushort)slot;
        }

        return taken;
    }

    private void LogRun(ulong xid, PageHandle leaf, BTreeEntryBatch entries, int first, ReadOnlySpan<ushort> slots)
    {
        ReadOnlySpan<byte> page = leaf.Bytes;
        bool isAtEnd = slots[^1] == BTreePage.Count(page) && !BTreePage.HasHighKey(page);
        WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(leaf);
        BTreeInsertMany.Begin(ref change, slots.Length);
        for (int i = 0; i < slots.Length; i++)
        {
            ReadOnlySpan<byte> before = i > 0 && slots[i] == slots[i - 1] ? entries.Item(first + i - 1) : slots[i] > 0 ? BTreePage.Item(page, slots[i] - 1) : default;
            BTreeInsertMany.Add(ref change, slots[i] + i, before, entries.Item(first + i));
        }

        record.EndChange(in change);
        record.Insert();
        Volatile.Write(ref _rightmostLeaf, isAtEnd ? leaf.Key.Block : 0);
    }

    /// <summary>Completes the split of a page, if it is incomplete.</summary>
    public void CompleteSplit(ulong xid, uint leftBlock, int level, ReadOnlySpan<uint> path, CancellationToken cancellation)
    {
        Span<byte> separator = stackalloc byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        PageHandle left = index.Pin(leftBlock, ReadPoint.Live, cancellation);
        left.LatchShared();
        bool incomplete = BTreePage.IsIncompleteSplit(left.Bytes);
        uint right = BTreePage.GetRight(left.Bytes);
        ReadOnlySpan<byte> highKey = BTreePage.HighKey(left.Bytes);
        highKey.CopyTo(separator);
        separator = separator[..highKey.Length];
        left.UnlatchShared();
        left.Unpin();
        if (!incomplete)
            return;
        var work = new Work { Xid = xid, Level = level + 1, SortKey = separator, Child = right, Completes = leftBlock };
        InsertAt(ref work, path, cancellation);
    }

    private void InsertIntoLatched(ulong xid, PageHandle leaf, ReadOnlySpan<byte> item, ReadOnlySpan<uint> path, SerializableTransaction? writer, CancellationToken cancellation)
    {
        writer?.WriteLatched(leaf.Key.Storage, leaf.Key.Block);
        ReadOnlySpan<byte> page = leaf.Bytes;
        int slot = BTreePage.LowerBound(page, item), count = BTreePage.Count(page);
        bool present = slot < count && BTreePage.Item(page, slot).SequenceEqual(item);
        bool fits = BTreePage.CanFit(page, item.Length);
        if (!fits && !present && BTreePage.HasDeadHints(page))
        {
            RemoveHintedDead(xid, leaf);
            slot = BTreePage.LowerBound(page, item);
            count = BTreePage.Count(page);
            fits = BTreePage.CanFit(page, item.Length);
        }
        uint block = leaf.Key.Block;
        if (fits && !present)
        {
            WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, xid);
            ByteWriter change = record.BeginChange(leaf);
            BTreeInsert.EncodeLeaf(ref change, page, slot, item);
            record.EndChange(in change);
            record.Insert();
            Volatile.Write(ref _rightmostLeaf, slot == count && !BTreePage.HasHighKey(page) ? block : 0);
        }
        leaf.UnlatchExclusive();
        leaf.Unpin();
        if (fits || present)
            return;
        var work = new Work { Xid = xid, Level = 0, Block = block, SortKey = item, Writer = writer };
        InsertAt(ref work, path, cancellation);
    }

    /// <summary>Removes entries that carry the dead hint from a full leaf: cheaper than a split, and the space is theirs who caused it.</summary>
    private void RemoveHintedDead(ulong xid, PageHandle leaf)
    {
        ReadOnlySpan<byte> page = leaf.Bytes;
        Span<ushort> slots = stackalloc ushort[BTreePage.MaxItems];
        int dead = 0;
        for (int slot = 0, count = BTreePage.Count(page); slot < count; slot++)
        {
            if (BTreePage.IsDeadHint(page, slot))
                slots[dead++] = (ushort)slot;
        }
        if (dead == 0)
            return;
        WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(leaf);
        BTreeDeleteItems.Encode(ref change, slots[..dead]);
        record.EndChange(in change);
        record.Insert();
    }

    /// <summary>
    /// The fast path of ascending keys: the rightmost leaf, remembered from the last insertion, if the key is above all that it has.
    /// </summary>
    private bool TryLatchRightmost(ReadOnlySpan<byte> key, out PageHandle leaf)
    {
        leaf = default;
        uint block = Volatile.Read(ref _rightmostLeaf);
        if (block == 0 || !index.Pool.TryPinCached(index.File.KeyOf(Fork.Main, block), ReadPoint.Live, out leaf))
            return false;
        leaf.LatchExclusive();
        ReadOnlySpan<byte> page = leaf.Bytes;
        if (PageFormat.GetKind(page) == PageKind.BTree && BTreePage.IsLeaf(page) && !BTreePage.IsDeleted(page) && !BTreePage.HasHighKey(page))
        {
            int count = BTreePage.Count(page);
            if (count > 0 && BTreePage.Item(page, count - 1).SequenceCompareTo(key) < 0 && !BTreePage.Item(page, count - 1).StartsWith(key))
                return true;
        }
        leaf.UnlatchExclusive();
        leaf.Unpin();
        return false;
    }

    private void InsertAt(ref Work work, ReadOnlySpan<uint> path, CancellationToken cancellation)
    {
        // Splits are rare enough to allocate.
        var separator = new byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        try
        {
            while (true)
            {
                index.Wal.EnsureRoom(SplitRecordBytes, cancellation);
                if (work.Block == 0)
                    work.Block = FindParent(work.SortKey, work.Level, path, cancellation);
                Step step = work.Block == 0 ? TryNewRoot(ref work, cancellation) : TryInsert(ref work, separator, cancellation);
                switch (step)
                {
                    case Step.Inserted or Step.AlreadyDone:
                        return;
                    case Step.IncompletePage:
                        CompleteSplit(work.Xid, work.Block, work.Level, path, cancellation);
                        break;
                    case Step.NeedsPages:
                        GetPages(ref work, cancellation);
                        break;
                    case Step.Split:
                        work.Completes = work.Block;
                        work.Child = work.Fresh.Key.Block;
                        work.SortKey = separator.AsSpan(0, work.SeparatorLength);
                        work.Level++;
                        work.Block = 0;
                        work.Fresh.Unpin();
                        work.Fresh = default;
                        break;
                }
            }
        }
        finally
        {
            if (work.Fresh.IsValid)
            {
                uint unused = work.Fresh.Key.Block;
                work.Fresh.Unpin();
                index.File.Release(Fork.Main, unused);
            }
            if (work.Neighbour.IsValid)
                work.Neighbour.Unpin();
        }
    }

    /// <summary>Pins what a split needs. Nothing is latched.</summary>
    private void GetPages(ref Work work, CancellationToken cancellation)
    {
        if (!work.Fresh.IsValid)
        {
            uint block = index.File.Allocate(Fork.Main, cancellation);
            try
            {
                work.Fresh = index.Pool.PinNew(index.File.KeyOf(Fork.Main, block), cancellation);
            }
            catch
            {
                index.File.Release(Fork.Main, block);
                throw;
            }
        }
        if (work.Neighbour.IsValid)
            work.Neighbour.Unpin();
        work.Neighbour = default;
        if (work.WantedNeighbour != 0)
            work.Neighbour = index.Pin(work.WantedNeighbour, ReadPoint.Live, cancellation);
    }

    /// <summary>The page of a level that should hold a separator; 0 when the level below is the root's.</summary>
    private uint FindParent(ReadOnlySpan<byte> separator, int level, ReadOnlySpan<uint> path, CancellationToken cancellation)
    {
        if (path[level] != 0)
            return path[level];
        (_, int rootLevel) = index.ReadRoot(ReadPoint.Live, cancellation);
        if (rootLevel < level)
            return 0;
        PageHandle page = BTreeDescent.ToKey(index, separator, level, LatchMode.Shared, ReadPoint.Live, default, cancellation);
        uint block = page.Key.Block;
        page.UnlatchShared();
        page.Unpin();
        return block;
    }

    private Step TryInsert(ref Work work, scoped Span<byte> separator, CancellationToken cancellation)
    {
        PageHandle page = index.Pin(work.Block, ReadPoint.Live, cancellation);
        page.LatchShared();
        while (!BTreeDescent.Covers(page.Bytes, work.SortKey))
            page = BTreeDescent.StepRight(index, page, LatchMode.Shared, ReadPoint.Live, cancellation);
        page.UnlatchShared();
        work.Block = page.Key.Block;
        PageHandle below = default;
        if (work.Completes != 0)
        {
            try
            {
                below = index.Pin(work.Completes, ReadPoint.Live, cancellation);
            }
            catch
            {
                page.Unpin();
                throw;
            }
            below.LatchExclusive();
        }
        page.LatchExclusive();
        Step step = InsertLatched(ref work, page, below, separator);
        page.UnlatchExclusive();
        page.Unpin();
        if (below.IsValid)
        {
            below.UnlatchExclusive();
            below.Unpin();
        }
        return step;
    }

    /// <summary>One record, if it can be done now: page (and page below) are latched exclusively.</summary>
    private Step InsertLatched(ref Work work, PageHandle target, PageHandle below, scoped Span<byte> separator)
    {
        ReadOnlySpan<byte> page = target.Bytes;
        if (below.IsValid && !BTreePage.IsIncompleteSplit(below.Bytes))
            return Step.AlreadyDone;
        if (!BTreeDescent.Covers(page, work.SortKey))
            return Step.Moved;
        int slot = BTreePage.LowerBound(page, work.SortKey);
        if (work.Level == 0 && slot < BTreePage.Count(page) && BTreePage.Item(page, slot).SequenceEqual(work.SortKey))
            return Step.AlreadyDone;
        if (work.Level == 0)
            work.Writer?.WriteLatched(target.Key.Storage, target.Key.Block);
        int itemBytes = work.SortKey.Length + (work.Level == 0 ? 0 : BTreePage.ChildBytes);
        if (BTreePage.CanFit(page, itemBytes))
        {
            WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, work.Xid);
            ByteWriter change = record.BeginChange(target);
            if (work.Level == 0)
                BTreeInsert.EncodeLeaf(ref change, page, slot, work.SortKey);
            else
                BTreeInsert.EncodeChild(ref change, page, slot, work.Child, work.SortKey);
            record.EndChange(in change);
            AddSplitComplete(ref record, below);
            record.Insert();
            return Step.Inserted;
        }
        if (BTreePage.IsIncompleteSplit(page))
            return Step.IncompletePage;
        work.WantedNeighbour = BTreePage.GetRight(page);
        bool hasNeighbour = work.WantedNeighbour == 0 || (work.Neighbour.IsValid && work.Neighbour.Key.Block == work.WantedNeighbour);
        if (!work.Fresh.IsValid || !hasNeighbour)
            return Step.NeedsPages;
        Split(ref work, target, slot, below, separator);
        return Step.Split;
    }

    private void Split(ref Work work, PageHandle target, int slot, PageHandle below, scoped Span<byte> separator)
    {
        ReadOnlySpan<byte> page = target.Bytes;
        var point = new BTreeSplitPoint(page, slot, work.SortKey);
        int first = point.Choose();
        ReadOnlySpan<byte> cut = point.Separator(first);
        bool itemGoesLeft = slot < first;
        uint freshBlock = work.Fresh.Key.Block, right = BTreePage.GetRight(page);
        work.Fresh.LatchExclusive();
        if (right != 0)
            work.Neighbour.LatchExclusive();

        if (work.Level == 0)
            index.Serializable?.SplitPage(target.Key.Storage, target.Key.Block, freshBlock);
        WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, work.Xid);
        ByteWriter change = record.BeginChange(target);
        BTreeSplitLeft.Encode(ref change, itemGoesLeft ? first - 1 : first, freshBlock, cut);
        if (itemGoesLeft)
            BTreeSplitLeft.AddItem(ref change, page, slot, work.Child, work.SortKey);
        record.EndChange(in change);

        change = record.BeginChange(work.Fresh);
        BTreeInit.Begin(
            ref change, freshBlock, work.Level, incompleteSplit: false, work.Block, right, BTreePage.HasHighKey(page), BTreePage.HighKey(page));
        ReadOnlySpan<byte> before = default;
        for (int i = first; i < point.Count; i++)
        {
            if (work.Level == 0)
            {
                BTreeInit.AddLeafItem(ref change, before, point.SortKey(i));
                before = point.SortKey(i);
            }
            else
            {
                // The first separator of an internal page is never looked at: it went up.
                ReadOnlySpan<byte> key = i == first ? default : point.SortKey(i);
                BTreeInit.AddChild(ref change, before, point.Child(i, work.Child), key);
                before = key;
            }
        }
        record.EndChange(in change);

        if (right != 0)
        {
            change = record.BeginChange(work.Neighbour);
            BTreeSetLinks.EncodeLeft(ref change, freshBlock);
            record.EndChange(in change);
        }
        AddSplitComplete(ref record, below);
        // The page is about to change under these spans; work.SortKey may itself be in the separator's buffer.
        Span<byte> kept = stackalloc byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        cut.CopyTo(kept);
        int cutLength = cut.Length;
        record.Insert();
        if (work.Level == 0 && right == 0)
            Volatile.Write(ref _rightmostLeaf, itemGoesLeft ? 0 : freshBlock);
        if (right != 0)
            work.Neighbour.UnlatchExclusive();
        work.Fresh.UnlatchExclusive();
        kept[..cutLength].CopyTo(separator);
        work.SeparatorLength = cutLength;
    }

    /// <summary>The root was split: makes a new one above it.</summary>
    private Step TryNewRoot(ref Work work, CancellationToken cancellation)
    {
        if (!work.Fresh.IsValid)
        {
            work.WantedNeighbour = 0;
            return Step.NeedsPages;
        }
        PageHandle meta = index.Pin(BTreeMetaPage.Block, ReadPoint.Live, cancellation);
        PageHandle left;
        try
        {
            left = index.Pin(work.Completes, ReadPoint.Live, cancellation);
        }
        catch
        {
            meta.Unpin();
            throw;
        }
        left.LatchExclusive();
        work.Fresh.LatchExclusive();
        meta.LatchExclusive();
        Step step = Step.Moved;
        if (!BTreePage.IsIncompleteSplit(left.Bytes))
            step = Step.AlreadyDone;
        else if (BTreeMetaPage.GetRoot(meta.Bytes) == work.Completes)
        {
            uint root = work.Fresh.Key.Block;
            WalRecordBuilder record = index.Wal.Begin(WalRecordKind.Change, work.Xid);
            ByteWriter change = record.BeginChange(work.Fresh);
            BTreeInit.Begin(ref change, root, work.Level, incompleteSplit: false, left: 0, right: 0, hasHighKey: false, default);
            BTreeInit.AddChild(ref change, default, work.Completes, default);
            BTreeInit.AddChild(ref change, default, work.Child, work.SortKey);
            record.EndChange(in change);
            AddSplitComplete(ref record, left);
            change = record.BeginChange(meta);
            BTreeMetaSet.Encode(ref change, root, work.Level);
            record.EndChange(in change);
            record.Insert();
            index.NoteRoot(root, work.Level);
            step = Step.Inserted;
        }
        meta.UnlatchExclusive();
        work.Fresh.UnlatchExclusive();
        left.UnlatchExclusive();
        meta.Unpin();
        left.Unpin();
        if (step == Step.Inserted)
        {
            work.Fresh.Unpin();
            work.Fresh = default;
        }
        return step;
    }

    private static void AddSplitComplete(ref WalRecordBuilder record, PageHandle below)
    {
        if (!below.IsValid)
            return;
        ByteWriter change = record.BeginChange(below);
        BTreeSetFlags.EncodeSplitComplete(ref change);
        record.EndChange(in change);
    }
}
