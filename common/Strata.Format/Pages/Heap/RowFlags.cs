namespace Strata.Format.Pages.Heap;

/// <summary>Flags of a row version (<see cref="HeapRow"/>).</summary>
[Flags]
public enum RowFlags : ushort
{
    None = 0,

    /// <summary>A null bitmap follows the header.</summary>
    HasNulls = 1,

    /// <summary>Some column's value is compressed or stored out of line: a second bitmap tells which (<see cref="RowLayout"/>).</summary>
    HasOutOfLine = 2,

    /// <summary>Replaced by a heap-only version on the same page.</summary>
    HotUpdated = 4,

    /// <summary>No index entry names this version: reached from its predecessor only.</summary>
    HeapOnly = 8,

    /// <summary>The deleting transaction deletes the row or changes a column of a unique key.</summary>
    KeysUpdated = 16,

    /// <summary>Hint: the inserting transaction is committed for good.</summary>
    XminCommitted = 0x1000,

    /// <summary>Hint: the inserting transaction is aborted for good.</summary>
    XminAborted = 0x2000,

    /// <summary>Hint: the deleting transaction is committed for good.</summary>
    XmaxCommitted = 0x4000,

    /// <summary>Hint: the deleting transaction is aborted for good.</summary>
    XmaxAborted = 0x8000,

    /// <summary>The hints: never logged, masked in comparison.</summary>
    Hints = XminCommitted | XminAborted | XmaxCommitted | XmaxAborted,

    /// <summary>What a change may set on a new row version.</summary>
    Stored = HasNulls | HasOutOfLine | HeapOnly,

    /// <summary>What goes with a deleting transaction id.</summary>
    OfXmax = HotUpdated | KeysUpdated | XmaxCommitted | XmaxAborted,
}
