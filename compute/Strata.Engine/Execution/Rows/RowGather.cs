using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Rows;

/// <summary>
/// Visible rows of several pages, kept pinned until <see cref="Release"/>, so that a scan can look at the columns of its filter in place and copy
/// the others only for rows that pass. Reused; not thread-safe.
/// </summary>
internal sealed unsafe class RowGather
{
    // A pool serves many scans at once: one of them takes no more than this share of its frames.
    private const int PagesMax = 32;
    private const int FramesPerPin = 64;

    private readonly PageHandle[] _pages = new PageHandle[PagesMax];
    private HeapRowPointer[] _rows = new HeapRowPointer[HeapPage.MaxSlots];
    private int _pageCount;

    /// <summary>Some of the rows name large values. Then they are of one page, so that not too much memory is needed at a time.</summary>
    public bool HasOutOfLine { get; private set; }

    /// <summary>Rows gathered.</summary>
    public int Count { get; private set; }

    /// <summary>The rows; valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<HeapRowPointer> Rows => _rows.AsSpan(0, Count);

    /// <summary>
    /// Adds the rows of the scan's next page that has any; <paramref name="first"/> is the place of the first of them. False at the end of the scan, and when there are pages already and enough rows, too
    /// many pages, or no room (which is a page's rows at least) for whatever the next page has.
    /// </summary>
    public bool TryAdd(HeapScan scan, BufferPool pool, int rowsWanted, int room, CancellationToken cancellation, out int first)
    {
        first = Count;
        if (_pageCount > 0 && (_pageCount >= Math.Clamp(pool.FrameCount / FramesPerPin, 1, PagesMax) || HasOutOfLine || Count >= rowsWanted
            || Count + HeapPage.MaxSlots > room))
            return false;
        if (!scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, cancellation))
            return false;
        if (Count + rows.Length > _rows.Length)
            Array.Resize(ref _rows, Math.Min(Math.Max(_rows.Length * 2, Count + rows.Length), Batch.RowsMax));
        rows.CopyTo(_rows.AsSpan(Count));
        int flags = 0;
        foreach (ref readonly HeapRowPointer row in rows)
            flags |= *(ushort*)(row.Address + HeapRow.FlagsOffset);
        HasOutOfLine = (flags & (int)RowFlags.HasOutOfLine) != 0;
        Count += rows.Length;
        _pages[_pageCount++] = scan.TakePage();
        return true;
    }

    /// <summary>Lets go of the pages.</summary>
    public void Release()
    {
        for (int i = 0; i < _pageCount; i++)
        {
            _pages[i].Unpin();
            _pages[i] = default;
        }

        _pageCount = 0;
        Count = 0;
        HasOutOfLine = false;
    }
}
