using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Entries;

/// <summary>What the parts of a query share while it runs: the index, how it is read, and the memory of what is collected. Disposed at the end; not thread-safe.</summary>
internal sealed class EntryScan(BTreeIndex index, ReadPoint readPoint, SerializableTransaction? reader, MemoryAccount? account, CancellationToken cancellation) : IDisposable
{
    private readonly List<TidBitmap> _bitmaps = [];
    private readonly List<BTreeScan> _scans = [];
    private BTreeScan? _own;

    public CancellationToken Cancellation => cancellation;

    /// <summary>A set that goes with the scan.</summary>
    public TidBitmap NewBitmap()
    {
        var bitmap = new TidBitmap(account);
        _bitmaps.Add(bitmap);
        return bitmap;
    }

    /// <summary>A cursor that goes with the scan.</summary>
    public BTreeScan NewCursor()
    {
        var scan = new BTreeScan();
        _scans.Add(scan);
        return scan;
    }

    /// <summary>Puts a cursor on a range.</summary>
    public void Open(BTreeScan cursor, in BTreeRange range, bool withKeys = false) =>
        cursor.Open(index, range, ScanDirection.Forward, withKeys, readPoint, reader);

    /// <summary>Copies rows of an entry, from the key and TID <paramref name="from"/> on; there are no more when the span is not full.</summary>
    public int Lookup(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> from, Span<Tid> tids) =>
        BTreeLookup.Run(index, entry, from, tids, out _, readPoint, cancellation, reader);

    /// <summary>Adds the rows of a range of entries to a set.</summary>
    public void Collect(in BTreeRange range, TidBitmap bitmap)
    {
        _own ??= NewCursor();
        Open(_own, range);
        while (_own.NextBatch(cancellation))
        {
            foreach (Tid tid in _own.Tids)
                bitmap.Add(tid);
        }
    }

    public void Dispose()
    {
        foreach (BTreeScan scan in _scans)
            scan.Close();
        foreach (TidBitmap bitmap in _bitmaps)
            bitmap.Dispose();
    }
}
