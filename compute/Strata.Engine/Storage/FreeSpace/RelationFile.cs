using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.FreeSpace;

/// <summary>
/// The forks of one storage: how many blocks they have, new blocks, truncation. One live instance per storage, shared by all sessions
/// (<see cref="RelationFiles"/>). Thread-safe; no method may be called with a page latched, as all of them may wait.
/// </summary>
/// <remarks>
/// A fork grows in batches: one record raises its size, then its blocks are handed out from memory. A block's first change initializes it, so a block that
/// was never used is all zeroes (<see cref="PageFormat.IsNew"/>); scans skip it and vacuum finds it after a crash.
/// </remarks>
public sealed class RelationFile
{
    private const int RecordBytes = 256;
    private const uint MaxBatchBlocks = 128;

    private readonly BufferPool _pool;
    private readonly WalInserter _wal;
    private readonly Lock _growth = new();
    private readonly Stack<uint>[] _spares = [new(), new(), new()];
    private readonly HashSet<uint> _recycled = [];
    private uint? _mainBlocksAtStart;

    public RelationFile(BufferPool pool, WalInserter wal, uint database, ulong storage)
    {
        _pool = pool;
        _wal = wal;
        Database = database;
        Storage = storage;
    }

    /// <summary>The database's OID, 0 for a shared storage.</summary>
    public uint Database { get; }

    public ulong Storage { get; }

    /// <summary>Makes the metadata page of a new storage, empty in all forks. Logged under <paramref name="xid"/>.</summary>
    public static void Create(BufferPool pool, WalInserter wal, uint database, ulong storage, ulong xid, CancellationToken cancellation = default)
    {
        wal.EnsureRoom(RecordBytes, cancellation);
        PageHandle page = pool.PinNew(RelationMetaPage.KeyOf(database, storage), cancellation);
        page.LatchExclusive();
        WalRecordBuilder record = wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(page);
        RelationMetaSet.Begin(ref change, init: true);
        record.EndChange(in change);
        record.Insert();
        page.UnlatchExclusive();
        page.Unpin();
    }

    /// <summary>The address of a block.</summary>
    public PageKey KeyOf(Fork fork, uint block) => new(Database, Storage, fork, block);

    /// <summary>Size of a fork in blocks at a read point, those included that are not used yet.</summary>
    public uint Blocks(Fork fork, ReadPoint readPoint = default, CancellationToken cancellation = default)
    {
        PageHandle page = _pool.Pin(RelationMetaPage.KeyOf(Database, Storage), readPoint, cancellation);
        page.LatchShared();
        uint blocks = BlocksOf(page, fork);
        page.UnlatchShared();
        page.Unpin();
        return blocks;
    }

    /// <summary>
    /// Hands out a block that nobody else uses: to be pinned with <c>PinNew</c> and initialized by its first change. If the caller does not
    /// use it, it gives it back with <see cref="Release"/>.
    /// </summary>
    public uint Allocate(Fork fork, CancellationToken cancellation = default)
    {
        lock (_growth)
        {
            Stack<uint> spares = _spares[(int)fork];
            if (spares.Count == 0)
            {
                (uint blocks, uint grown) = Grow(fork, 0, cancellation);
                for (uint block = grown; block > blocks; block--)
                    spares.Push(block - 1);
            }
            return spares.Pop();
        }
    }

    /// <summary>Gives back a block that <see cref="Allocate"/> handed out and that was not used.</summary>
    public void Release(Fork fork, uint block)
    {
        lock (_growth)
            _spares[(int)fork].Push(block);
    }

    /// <summary>
    /// Vacuum found a page of the main fork that is out of use. It is handed out again, unless it is already spare or on its way to be
    /// used: that, until <see cref="NoteInUse"/>, the page itself does not show.
    /// </summary>
    public bool Recycle(uint block)
    {
        lock (_growth)
        {
            if (!_recycled.Add(block))
                return false;
            _spares[(int)Fork.Main].Push(block);
            return true;
        }
    }

    /// <summary>Vacuum found a page in use: should it go out of use again, it can be recycled again.</summary>
    public void NoteInUse(uint block)
    {
        lock (_growth)
            _recycled.Remove(block);
    }

    /// <summary>
    /// True for a block that existed before this life of the compute: if it still is all zeroes nobody is about to use it, unless it was recycled.
    /// </summary>
    public bool IsFromEarlierLife(uint block, CancellationToken cancellation = default)
    {
        lock (_growth)
        {
            _mainBlocksAtStart ??= Blocks(Fork.Main, ReadPoint.Live, cancellation);
            return block < _mainBlocksAtStart;
        }
    }

    /// <summary>Number of blocks to be handed out without growing the fork.</summary>
    public int SpareCount(Fork fork)
    {
        lock (_growth)
            return _spares[(int)fork].Count;
    }

    /// <summary>Makes a fork at least this long (maps, whose pages are addressed by number and initialized on first use).</summary>
    public void GrowTo(Fork fork, uint blocks, CancellationToken cancellation = default)
    {
        if (Blocks(fork, ReadPoint.Live, cancellation) < blocks)
        {
            lock (_growth)
                Grow(fork, blocks, cancellation);
        }
    }

    /// <summary>
    /// Cuts a fork to <paramref name="blocks"/>. The caller holds an access-exclusive lock on the relation, so nobody uses the pages that go.
    /// </summary>
    public void Truncate(Fork fork, uint blocks, ulong xid, CancellationToken cancellation = default)
    {
        lock (_growth)
        {
            _wal.EnsureRoom(RecordBytes, cancellation);
            PageHandle page = _pool.Pin(RelationMetaPage.KeyOf(Database, Storage), ReadPoint.Live, cancellation);
            page.LatchExclusive();
            if (blocks >= BlocksOf(page, fork))
            {
                page.UnlatchExclusive();
                page.Unpin();
                return;
            }
            WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, xid);
            AddSize(ref record, page, fork, blocks);
            record.AddTruncate(KeyOf(fork, blocks));
            Lsn lsn = record.Insert();
            page.UnlatchExclusive();
            page.Unpin();
            _recycled.RemoveWhere(block => block >= blocks);
            if (_mainBlocksAtStart > blocks)
                _mainBlocksAtStart = blocks;
            uint[] kept = [.. _spares[(int)fork].Where(block => block < blocks).Reverse()];
            _spares[(int)fork].Clear();
            foreach (uint block in kept)
                _spares[(int)fork].Push(block);
            _pool.Discard(Database, Storage, fork, blocks, lsn);
        }
    }

    /// <summary>Makes a fork longer: by a batch, or at least to <paramref name="least"/> blocks. Returns its size before and after.</summary>
    private (uint Before, uint After) Grow(Fork fork, uint least, CancellationToken cancellation)
    {
        PageHandle page = _pool.Pin(RelationMetaPage.KeyOf(Database, Storage), ReadPoint.Live, cancellation);
        try
        {
            _wal.EnsureRoom(RecordBytes, cancellation);
            page.LatchExclusive();
            uint before = BlocksOf(page, fork);
            if (fork == Fork.Main)
                _mainBlocksAtStart ??= before;
            uint after = least == 0 ? checked(before + Math.Clamp(before / 8, 1, MaxBatchBlocks)) : Math.Max(before, least);
            if (after > before)
            {
                WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, 0);
                AddSize(ref record, page, fork, after);
                record.Insert();
            }
            page.UnlatchExclusive();
            return (before, after);
        }
        finally
        {
            page.Unpin();
        }
    }

    private static uint BlocksOf(PageHandle page, Fork fork) =>
        PageFormat.IsNew(page.Bytes) ? 0 : RelationMetaPage.GetBlocks(page.Bytes, fork);

    private static void AddSize(ref WalRecordBuilder record, PageHandle page, Fork fork, uint blocks)
    {
        ByteWriter change = record.BeginChange(page);
        RelationMetaSet.Begin(ref change);
        RelationMetaSet.Add(ref change, fork, blocks);
        record.EndChange(in change);
    }
}
