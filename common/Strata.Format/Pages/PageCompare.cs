using System.Runtime.CompilerServices;
using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Heap;

namespace Strata.Format.Pages;

/// <summary>Compares two copies of a page: what is not logged (hint bits, the checksum field) does not count.</summary>
public static class PageCompare
{
    /// <summary>Clears, in a private copy of a page, everything that is not logged.</summary>
    public static void MaskHints(Span<byte> page)
    {
        page.Slice(PageFormat.ChecksumOffset, sizeof(uint)).Clear();
        switch (PageFormat.GetKind(page))
        {
            case PageKind.Heap:
                for (int slot = 1, count = HeapPage.SlotCount(page); slot <= count; slot++)
                {
                    if (HeapPage.SlotState(page, slot) != HeapSlotState.Normal)
                        continue;
                    Span<byte> row = page.Slice(HeapPage.RowOffset(page, slot), HeapPage.RowLength(page, slot));
                    HeapRow.SetFlags(row, HeapRow.GetFlags(row) & ~RowFlags.Hints);
                }
                break;
            case PageKind.BTree:
                if ((PageFormat.GetFlags(page) & PageFlags.BTreeHasDeadHints) == 0)
                    break;
                for (int slot = 0, count = BTreePage.Count(page); slot < count; slot++)
                    BTreePage.ClearDeadHint(page, slot);
                PageFormat.SetFlags(page, PageFormat.GetFlags(page) & ~PageFlags.BTreeHasDeadHints);
                break;
        }
    }

    /// <summary>Whether two pages are the same but for what is not logged.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => FirstDifference(left, right) < 0;

    /// <summary>Offset of the first byte in which two pages differ but for what is not logged; -1 when there is none.</summary>
    [SkipLocalsInit]
    public static int FirstDifference(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> maskedLeft = stackalloc byte[PageFormat.PageSizeBytes];
        Span<byte> maskedRight = stackalloc byte[PageFormat.PageSizeBytes];
        left.CopyTo(maskedLeft);
        right.CopyTo(maskedRight);
        MaskHints(maskedLeft);
        MaskHints(maskedRight);
        int same = maskedLeft.CommonPrefixLength(maskedRight);
        return same == PageFormat.PageSizeBytes ? -1 : same;
    }
}
