using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// Where the next rows of one heap go: pages that sessions are filling, pages of the last extension that nobody has used, pages that the free-space map offers, a new
/// extension. Only hints in memory; the pages decide. Shared by all sessions; thread-safe.
/// </summary>
internal sealed class HeapSpace(StorageContext context, uint database, ulong storage)
{
    private const int Targets = 8;
    private const int MaxExtensionBlocks = 64;
    private const int RecordBytes = 128;
    private const uint NoBlock = uint.MaxValue;

    private readonly Lock _gate = new();
    private readonly Queue<uint> _fresh = new();
    private readonly uint[] _targets = NewTargets();
    private bool _looked;

    private static uint[] NewTargets()
    {
        uint[] targets = new uint[Targets];
        Array.Fill(targets, NoBlock);
        return targets;
    }

    /// <summary>
    /// Pins a page that seemed to have room for a row of this many bytes when it was looked at. The caller latches it and looks again; if it has no room, it says so with
    /// <see cref="Full"/> and asks again.
    /// </summary>
    public PageHandle PinCandidate(int ownerSeed, int rowBytes, CancellationToken cancellation)
    {
        ref uint target = ref _targets[ownerSeed & (Targets - 1)];
        uint block = Volatile.Read(ref target);
        if (block == NoBlock)
        {
            block = FindBlock(rowBytes, cancellation);
            Volatile.Write(ref target, block);
        }
        return context.Pool.Pin(new PageKey(database, storage, Fork.Main, block), ReadPoint.Live, cancellation);
    }

    /// <summary>A page that <see cref="PinCandidate"/> gave has no room, but only so many bytes.</summary>
    public void Full(int ownerSeed, uint block, int freeBytes)
    {
        if (Interlocked.CompareExchange(ref _targets[ownerSeed & (Targets - 1)], NoBlock, block) == block)
            context.FreeSpace?.Note(database, storage, block, freeBytes);
    }

    /// <summary>Forgets all hints: the relation was truncated.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _fresh.Clear();
            _looked = false;
            Array.Fill(_targets, NoBlock);
        }
    }

    private uint FindBlock(int rowBytes, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_looked)
            {
                _looked = true;
                if (LookAtEnd(cancellation) is { } last)
                    return last;
            }
            if (_fresh.TryDequeue(out uint fresh))
                return fresh;
            if (context.FreeSpace?.FindBlock(database, storage, HeapPage.Aligned(rowBytes) + HeapPage.SlotBytes, cancellation) is { } found)
                return found;
            return Extend(cancellation);
        }
    }

    /// <summary>
    /// After a start: pages of the last extension that were never used lie at the end; before them is the page that was being filled. Returns that page, if there is one.
    /// </summary>
    private uint? LookAtEnd(CancellationToken cancellation)
    {
        uint blocks = HeapRelation.CountBlocks(context, database, storage, ReadPoint.Live, cancellation);
        uint first = blocks > MaxExtensionBlocks ? blocks - MaxExtensionBlocks : 0;
        for (uint block = blocks; block-- > first;)
        {
            PageHandle page = context.Pool.Pin(new PageKey(database, storage, Fork.Main, block), ReadPoint.Live, cancellation);
            page.LatchShared();
            bool isNew = PageFormat.IsNew(page.Bytes);
            page.UnlatchShared();
            page.Unpin();
            if (!isNew)
                return block;
            _fresh.Enqueue(block);
        }
        return null;
    }

    /// <summary>Makes the relation longer by an eighth, at most <see cref="MaxExtensionBlocks"/>; returns the first new block.</summary>
    private uint Extend(CancellationToken cancellation)
    {
        PageHandle meta = context.Pool.Pin(RelationMetaPage.KeyOf(database, storage), ReadPoint.Live, cancellation);
        try
        {
            context.Wal.EnsureRoom(RecordBytes, cancellation);
            uint first, count;
            meta.LatchExclusive();
            try
            {
                first = RelationMetaPage.GetBlocks(meta.Bytes, Fork.Main);
                count = Math.Clamp(first / 8, 1, MaxExtensionBlocks);
                if (first > uint.MaxValue - 1 - count)
                    throw new Types.SqlException(Types.SqlState.ProgramLimitExceeded, "cannot extend relation beyond 4294967294 blocks");
                WalRecordBuilder record = context.Wal.Begin(WalRecordKind.Change, 0);
                ByteWriter change = record.BeginChange(meta);
                // The heaps of the catalog exist without having been created.
                RelationMetaSet.Begin(ref change, init: PageFormat.IsNew(meta.Bytes));
                RelationMetaSet.Add(ref change, Fork.Main, first + count);
                record.EndChange(in change);
                record.Insert();
            }
            finally
            {
                meta.UnlatchExclusive();
            }
            for (uint block = first; block < first + count; block++)
            {
                // Put it into the pool now, as zeroes, or the first to use it would ask the page server for a page that it never had.
                context.Pool.PinNew(new PageKey(database, storage, Fork.Main, block), cancellation).Unpin();
                if (block > first)
                    _fresh.Enqueue(block);
            }
            return first;
        }
        finally
        {
            meta.Unpin();
        }
    }
}
