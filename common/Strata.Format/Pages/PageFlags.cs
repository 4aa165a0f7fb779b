namespace Strata.Format.Pages;

/// <summary>Flags of a page header; each bit belongs to one page kind.</summary>
[Flags]
public enum PageFlags : ushort
{
    None = 0,

    /// <summary>Heap: some line pointer is unused and may be taken again.</summary>
    HeapHasUnusedSlots = 1,

    /// <summary>Heap: every row is visible to all; mirrors the visibility map. Any change of a row clears it.</summary>
    HeapAllVisible = 2,

    /// <summary>B-tree: the page was split and its new right sibling has no downlink yet.</summary>
    BTreeIncompleteSplit = 1,

    /// <summary>B-tree: the page is out of the tree; follow its right link.</summary>
    BTreeDeleted = 2,

    /// <summary>B-tree: the page has a high key (it is not the rightmost of its level).</summary>
    BTreeHasHighKey = 4,

    /// <summary>B-tree: some items carry a dead hint. A hint: never logged, masked in comparison.</summary>
    BTreeHasDeadHints = 0x8000,
}
