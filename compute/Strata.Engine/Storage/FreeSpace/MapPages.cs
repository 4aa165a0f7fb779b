using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.FreeSpace;

/// <summary>Pages of maps come into being when they are first needed.</summary>
public static class MapPages
{
    private const int RecordBytes = 256;

    /// <summary>
    /// Makes sure that a map page lies within its fork and is initialized. May wait: not to be called with a page latched. Thread-safe.
    /// </summary>
    public static void EnsureInitialized(
        BufferPool pool, WalInserter wal, RelationFile file, Fork fork, PageKind kind, uint block, CancellationToken cancellation = default)
    {
        file.GrowTo(fork, block + 1, cancellation);
        wal.EnsureRoom(RecordBytes, cancellation);
        PageHandle page = pool.Pin(file.KeyOf(fork, block), ReadPoint.Live, cancellation);
        page.LatchExclusive();
        if (PageFormat.IsNew(page.Bytes))
        {
            WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
            ByteWriter change = record.BeginChange(page);
            PageInit.Encode(ref change, kind, block);
            record.EndChange(in change);
            record.Insert();
        }
        page.UnlatchExclusive();
        page.Unpin();
    }
}
