using System.Diagnostics.CodeAnalysis;
using Strata.Engine.Storage.Buffers;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;

namespace Strata.Engine.Storage.BTree;

/// <summary>Finds pages from the root: one latch at a time, right links make up for splits seen halfway.</summary>
internal static class BTreeDescent
{
    private const int MaxSteps = 4;

    /// <summary>
    /// Descends to the page of a level that holds <paramref name="key"/> and returns it pinned and latched. <paramref name="path"/>, if not empty, receives
    /// the block visited on each level above.
    /// </summary>
    public static PageHandle ToKey(
        BTreeIndex index, ReadOnlySpan<byte> key, int level, LatchMode mode, ReadPoint readPoint, scoped Span<uint> path, CancellationToken cancellation)
    {
        (uint block, int at) = index.Root(readPoint, cancellation);
        index.Activity.NoteBlocks(at - level + 1);
        while (true)
        {
            PageHandle page = index.Pin(block, readPoint, cancellation);
            LatchMode latch = at == level ? mode : LatchMode.Shared;
            page.Latch(latch);
            int steps = 0;
            for (; !Covers(page.Bytes, key); steps++)
                page = StepRight(index, page, latch, readPoint, cancellation);
            Check(page, latch, at);
            // So far to the right only if the root that we remember has been split many times.
            if (steps > MaxSteps)
                index.ForgetRoot();
            if (at == level)
                return page;
            if (!path.IsEmpty)
                path[at] = page.Key.Block;
            block = BTreePage.Child(page.Bytes, BTreePage.ChildSlot(page.Bytes, key));
            page.UnlatchShared();
            page.Unpin();
            at--;
        }
    }

    /// <summary>
    /// Descends to the leaf that holds the greatest keys below <paramref name="key"/>, or with <paramref name="hasKey"/> false the greatest of all, and returns it pinned and latched shared.
    /// </summary>
    public static PageHandle ToLeafBelow(
        BTreeIndex index, ReadOnlySpan<byte> key, bool hasKey, ReadPoint readPoint, CancellationToken cancellation)
    {
        (uint block, int at) = index.Root(readPoint, cancellation);
        index.Activity.NoteBlocks(at + 1);
        while (true)
        {
            PageHandle page = index.Pin(block, readPoint, cancellation);
            page.LatchShared();
            while (!CoversBelow(page.Bytes, key, hasKey))
                page = StepRight(index, page, LatchMode.Shared, readPoint, cancellation);
            Check(page, LatchMode.Shared, at);
            if (at == 0)
                return page;
            int slot = hasKey ? BTreePage.ChildSlotBelow(page.Bytes, key) : BTreePage.Count(page.Bytes) - 1;
            block = BTreePage.Child(page.Bytes, slot);
            page.UnlatchShared();
            page.Unpin();
            at--;
        }
    }

    /// <summary>The page above the leaves that holds the child with the greatest keys below <paramref name="key"/>, pinned. The root is not a leaf.</summary>
    public static PageHandle ToParentBelow(BTreeIndex index, ReadOnlySpan<byte> key, CancellationToken cancellation)
    {
        (uint block, int at) = index.Root(ReadPoint.Live, cancellation);
        while (true)
        {
            PageHandle page = index.Pin(block, ReadPoint.Live, cancellation);
            page.LatchShared();
            while (!CoversBelow(page.Bytes, key, hasKey: true))
                page = StepRight(index, page, LatchMode.Shared, ReadPoint.Live, cancellation);
            Check(page, LatchMode.Shared, at);
            block = BTreePage.Child(page.Bytes, BTreePage.ChildSlotBelow(page.Bytes, key));
            page.UnlatchShared();
            if (at == 1)
                return page;
            page.Unpin();
            at--;
        }
    }

    /// <summary>Whether a key belongs on this page and not to its right.</summary>
    public static bool Covers(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key) =>
        !BTreePage.IsDeleted(page) && (!BTreePage.HasHighKey(page) || key.SequenceCompareTo(BTreePage.HighKey(page)) < 0);

    /// <summary>Whether the greatest keys below a key belong on this page and not to its right.</summary>
    public static bool CoversBelow(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key, bool hasKey) =>
        !BTreePage.IsDeleted(page) &&
        (!BTreePage.HasHighKey(page) || (hasKey && key.SequenceCompareTo(BTreePage.HighKey(page)) <= 0));

    /// <summary>Lets go of a latched page and pins and latches its right sibling.</summary>
    public static PageHandle StepRight(BTreeIndex index, PageHandle page, LatchMode mode, ReadPoint readPoint, CancellationToken cancellation)
    {
        uint right = BTreePage.GetRight(page.Bytes);
        page.Unlatch(mode);
        page.Unpin();
        if (right == 0)
            Corrupt("a B-tree level ends before its key");
        PageHandle next = index.Pin(right, readPoint, cancellation);
        next.Latch(mode);
        return next;
    }

    /// <summary>Throws, after letting go of the page, when it is not what its parent says.</summary>
    private static void Check(PageHandle page, LatchMode mode, int level)
    {
        if (PageFormat.GetKind(page.Bytes) == PageKind.BTree && BTreePage.GetLevel(page.Bytes) == level)
            return;
        page.Unlatch(mode);
        page.Unpin();
        Corrupt($"a page that should be a B-tree's of level {level} is not");
    }

    [DoesNotReturn]
    private static void Corrupt(string what) => throw new CorruptPageException($"corrupt index: {what}");
}
