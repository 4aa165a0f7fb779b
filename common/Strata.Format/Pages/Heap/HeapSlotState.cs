namespace Strata.Format.Pages.Heap;

/// <summary>State of a heap line pointer.</summary>
public enum HeapSlotState : byte
{
    /// <summary>Free to be taken.</summary>
    Unused = 0,

    /// <summary>Points to a row version.</summary>
    Normal = 1,

    /// <summary>Names another line pointer of the page: the head of a pruned heap-only chain.</summary>
    Redirect = 2,

    /// <summary>The row is gone, index entries may still name the line pointer.</summary>
    Dead = 3,
}
