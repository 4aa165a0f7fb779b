using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Toast;

/// <summary>
/// The large values of one heap, in a heap beside it (<see cref="ToastStorage"/>). A value is a tree of rows (<see cref="ToastedValue"/>), so that it is found without an index and its pages can be
/// read ahead. Its rows are inserted and deleted by the transaction that inserts and deletes the row that names it; so they are there for as long as somebody may see that row, and reading
/// them needs no visibility check. Thread-safe.
/// </summary>
public sealed class ToastStore
{
    /// <summary>Most bytes in one row: two rows fill a page.</summary>
    public const int ChunkBytes =
        ((((PageFormat.PageSizeBytes - HeapPage.HeaderBytes) / 2) - HeapPage.SlotBytes) & ~7) - HeapRow.HeaderBytes - sizeof(ushort);

    private const int TidsPerRow = ChunkBytes / Tid.SizeBytes;
    private const int RowsAtOnce = 16;
    private const int ReadAheadBlocks = 32;

    private static readonly RowLayout s_layout = new(1, [RowLayout.Variable]);

    private readonly StorageContext _context;
    private readonly HeapRelation _heap;
    private volatile bool _exists;

    internal ToastStore(StorageContext context, uint database, ulong heapStorage)
    {
        _context = context;
        _heap = new HeapRelation(context, database, ToastStorage.Of(heapStorage));
    }

    /// <summary>Stores bytes that somebody names by the result.</summary>
    public ToastedValue Write(Transaction transaction, byte compression, int rawBytes, ReadOnlySpan<byte> stored, CancellationToken cancellation)
    {
        Invariant.Check(!stored.IsEmpty && rawBytes <= ToastedValue.RawBytesMax);
        if (!_exists)
        {
            HeapRelation.EnsureStorage(_context, _heap.Database, _heap.Storage, cancellation);
            _exists = true;
        }
        byte height = 0;
        Tid[] tids = WriteLevel(transaction, stored, ChunkBytes, cancellation);
        for (; tids.Length > 1; height++)
        {
            var children = new byte[tids.Length * Tid.SizeBytes];
            for (int i = 0; i < tids.Length; i++)
                tids[i].Write(children.AsSpan(i * Tid.SizeBytes));
            tids = WriteLevel(transaction, children, TidsPerRow * Tid.SizeBytes, cancellation);
        }
        return new ToastedValue(compression, rawBytes, stored.Length, height, tids[0]);
    }

    /// <summary>Reads what is stored of a value out of line into exactly that many bytes. Throws XX001 when it is not there.</summary>
    public void Read(in ToastedValue value, ReadPoint readPoint, Span<byte> destination, CancellationToken cancellation)
    {
        Invariant.Check(destination.Length == value.StoredBytes);
        int read = 0;
        ReadNode(value.Root, value.Height, readPoint, destination, ref read, cancellation);
        if (read != destination.Length)
            throw Missing(value.Root);
    }

    /// <summary>Deletes the rows of a value out of line. The transaction has deleted, or is replacing, the row that names it.</summary>
    public void Delete(Transaction transaction, in ToastedValue value, CancellationToken cancellation)
    {
        // Rows of the command itself count too: an insertion is taken back when another one has its key.
        Snapshot snapshot = transaction.TakeFreshSnapshot().WithCommand(transaction.CommandId + 1);
        DeleteNode(transaction, snapshot, value.Root, value.Height, cancellation);
    }

    private Tid[] WriteLevel(Transaction transaction, ReadOnlySpan<byte> bytes, int bytesPerRow, CancellationToken cancellation)
    {
        var tids = new Tid[(bytes.Length + bytesPerRow - 1) / bytesPerRow];
        var rows = new RowBatch();
        for (int done = 0; done < tids.Length; done += rows.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Reset(s_layout);
            while (rows.Count < RowsAtOnce && done + rows.Count < tids.Length)
            {
                ReadOnlySpan<byte> chunk = bytes[((done + rows.Count) * bytesPerRow)..];
                chunk = chunk[..Math.Min(chunk.Length, bytesPerRow)];
                var writer = new RowBodyWriter(s_layout, rows.Begin(s_layout.BodyBytes(false, chunk.Length)), hasNulls: false);
                writer.AddVariable(chunk);
                rows.Add(writer.Finish(), RowFlags.None);
            }
            _heap.InsertMany(transaction, rows, tids.AsSpan(done, rows.Count), cancellation);
        }
        return tids;
    }

    private void ReadNode(Tid tid, int height, ReadPoint readPoint, Span<byte> destination, ref int read, CancellationToken cancellation)
    {
        if (height == 0)
        {
            read += ReadRow(tid, readPoint, destination[read..], cancellation);
            return;
        }
        Span<byte> children = stackalloc byte[ChunkBytes];
        children = children[..ReadRow(tid, readPoint, children, cancellation)];
        Span<PageKey> ahead = stackalloc PageKey[ReadAheadBlocks];
        int announced = 0;
        for (int i = 0; i * Tid.SizeBytes < children.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (i == announced && children.Length > Tid.SizeBytes)
                announced += Announce(children[(i * Tid.SizeBytes)..], readPoint, ahead, cancellation);
            ReadNode(Tid.Read(children[(i * Tid.SizeBytes)..]), height - 1, readPoint, destination, ref read, cancellation);
        }
    }

    /// <summary>Has the pages of the next children read in one request. Returns the number of children.</summary>
    private int Announce(ReadOnlySpan<byte> children, ReadPoint readPoint, Span<PageKey> ahead, CancellationToken cancellation)
    {
        int keys = 0, count = 0;
        for (; count * Tid.SizeBytes < children.Length; count++)
        {
            PageKey key = _heap.KeyOf(Tid.Read(children[(count * Tid.SizeBytes)..]).Block);
            if (keys > 0 && ahead[keys - 1] == key)
                continue;
            if (keys == ahead.Length)
                break;
            ahead[keys++] = key;
        }
        _context.Pool.ReadAhead(ahead[..keys], readPoint, cancellation);
        return count;
    }

    private int ReadRow(Tid tid, ReadPoint readPoint, Span<byte> destination, CancellationToken cancellation)
    {
        PageHandle page = _context.Pool.Pin(_heap.KeyOf(tid.Block), readPoint, cancellation);
        page.LatchShared();
        try
        {
            ReadOnlySpan<byte> bytes = page.Bytes;
            if (PageFormat.GetKind(bytes) != PageKind.Heap || tid.Slot > HeapPage.SlotCount(bytes) || HeapPage.SlotState(bytes, tid.Slot) != HeapSlotState.Normal)
                throw Missing(tid);
            ReadOnlySpan<byte> chunk = s_layout.Column(HeapPage.Row(bytes, tid.Slot), 0);
            if (chunk.Length > destination.Length)
                throw Missing(tid);
            chunk.CopyTo(destination);
            return chunk.Length;
        }
        finally
        {
            page.UnlatchShared();
            page.Unpin();
        }
    }

    private void DeleteNode(Transaction transaction, in Snapshot snapshot, Tid tid, int height, CancellationToken cancellation)
    {
        if (height > 0)
        {
            Span<byte> children = stackalloc byte[ChunkBytes];
            children = children[..ReadRow(tid, ReadPoint.Live, children, cancellation)];
            for (int i = 0; i < children.Length; i += Tid.SizeBytes)
                DeleteNode(transaction, snapshot, Tid.Read(children[i..]), height - 1, cancellation);
        }
        if (_heap.Delete(transaction, snapshot, tid, out _, cancellation) != HeapResult.Ok)
            throw Missing(tid);
    }

    private SqlException Missing(Tid tid) =>
        new(SqlState.DataCorrupted, $"part {tid} of a large value is missing or damaged in storage {_heap.Storage}");
}
