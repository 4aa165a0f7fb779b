using System.Diagnostics.CodeAnalysis;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// The heap access method: row versions of one storage. Holds no state of its own, so an instance may be shared by sessions and kept with a plan. Thread-safe; allocates nothing in the
/// steady state.
/// </summary>
/// <remarks>
/// A writer works on one version at a time: pin and make sure of WAL room, latch exclusively, decide from xmin, xmax and row locks, log and apply, unlatch. It waits for others only with
/// nothing latched, then looks again from the start. Above READ COMMITTED, a version that somebody else changed after the snapshot raises 40001.
/// </remarks>
public sealed unsafe class HeapRelation
{
    private const int RecordOverheadBytes = 256;

    private readonly StorageContext _context;
    private readonly BufferPool _pool;
    private readonly WalInserter _wal;
    private readonly TransactionManager _transactions;
    private ulong _rewrittenBy;
    private ToastStore? _toast; // two threads may both make it: it only remembers that its storage exists

    public HeapRelation(StorageContext context, uint database, ulong storage)
    {
        _context = context;
        _pool = context.Pool;
        _wal = context.Wal;
        _transactions = context.Transactions;
        Database = database;
        Storage = storage;
        Activity = context.ActivityOf(database, storage);
    }

    public uint Database { get; }

    public ulong Storage { get; }

    /// <summary>Serializable transactions watch what they read here: true of users' tables, not of system catalogs.</summary>
    public bool IsWatched { get; init; }

    internal StorageContext Context => _context;

    /// <summary>What happened to the heap in this compute's life.</summary>
    public HeapActivity Activity { get; }

    /// <summary>The transaction in the conflict graph of SERIALIZABLE, if it is one whose accesses to this heap count.</summary>
    internal SerializableTransaction? Watch(Transaction? transaction) => IsWatched ? transaction?.Serializable : null;

    /// <summary>The heap's large values.</summary>
    internal ToastStore Toast => _toast ??= new ToastStore(_context, Database, Storage);

    // Looked up every time: after a truncation the old one is forgotten, and its hints would lead beyond the end.
    private HeapSpace Space => _context.SpaceOf(Database, Storage);

    /// <summary>Makes an empty storage for a heap or an index: its metadata page. It goes away if the transaction aborts.</summary>
    public static void CreateStorage(StorageContext context, Transaction transaction, uint database, ulong storage, CancellationToken cancellation = default)
    {
        transaction.DropStorageAtAbort(database, storage);
        ulong xid = transaction.EnsureXid(cancellation);
        PageHandle meta = context.Pool.PinNew(RelationMetaPage.KeyOf(database, storage), cancellation);
        try
        {
            context.Wal.EnsureRoom(RecordOverheadBytes, cancellation);
            meta.LatchExclusive();
            Invariant.Check(PageFormat.IsNew(meta.Bytes));
            WalRecordBuilder record = context.Wal.Begin(WalRecordKind.Change, xid);
            ByteWriter change = record.BeginChange(meta);
            RelationMetaSet.Begin(ref change, init: true);
            RelationMetaSet.Add(ref change, Fork.Main, 0);
            record.EndChange(in change);
            record.Insert();
            meta.UnlatchExclusive();
        }
        finally
        {
            meta.Unpin();
        }
    }

    /// <summary>
    /// Makes an empty storage unless it is there: one that belongs to no transaction, because others may use it before the first one ends.
    /// </summary>
    internal static void EnsureStorage(StorageContext context, uint database, ulong storage, CancellationToken cancellation)
    {
        PageHandle meta = context.Pool.Pin(RelationMetaPage.KeyOf(database, storage), ReadPoint.Live, cancellation);
        try
        {
            context.Wal.EnsureRoom(RecordOverheadBytes, cancellation);
            meta.LatchExclusive();
            if (PageFormat.IsNew(meta.Bytes))
            {
                WalRecordBuilder record = context.Wal.Begin(WalRecordKind.Change, 0);
                ByteWriter change = record.BeginChange(meta);
                RelationMetaSet.Begin(ref change, init: true);
                RelationMetaSet.Add(ref change, Fork.Main, 0);
                record.EndChange(in change);
                record.Insert();
            }
            meta.UnlatchExclusive();
        }
        finally
        {
            meta.Unpin();
        }
    }

    /// <summary>Size of a storage's main fork in blocks; 0 for a storage that does not exist at the read point.</summary>
    public static uint CountBlocks(StorageContext context, uint database, ulong storage, ReadPoint readPoint, CancellationToken cancellation = default)
    {
        PageHandle meta = context.Pool.Pin(RelationMetaPage.KeyOf(database, storage), readPoint, cancellation);
        meta.LatchShared();
        uint blocks = PageFormat.IsNew(meta.Bytes) ? 0 : RelationMetaPage.GetBlocks(meta.Bytes, Fork.Main);
        meta.UnlatchShared();
        meta.Unpin();
        return blocks;
    }

    /// <summary>Size in blocks at a read point.</summary>
    public uint CountBlocks(ReadPoint readPoint, CancellationToken cancellation = default) =>
        CountBlocks(_context, Database, Storage, readPoint, cancellation);

    /// <summary>Pages of the visibility map.</summary>
    internal uint CountMapBlocks(CancellationToken cancellation)
    {
        PageHandle meta = _context.Pool.Pin(RelationMetaPage.KeyOf(Database, Storage), ReadPoint.Live, cancellation);
        meta.LatchShared();
        uint blocks = PageFormat.IsNew(meta.Bytes) ? 0 : RelationMetaPage.GetBlocks(meta.Bytes, Fork.Visibility);
        meta.UnlatchShared();
        meta.Unpin();
        return blocks;
    }

    /// <summary>The key of a block of the main fork.</summary>
    public PageKey KeyOf(uint block) => new(Database, Storage, Fork.Main, block);

    /// <summary>Inserts a row as of the current command. Throws 54000 when it does not fit on a page.</summary>
    public Tid Insert(Transaction transaction, in RowImage row, CancellationToken cancellation = default)
    {
        CheckSize(row.RowBytes);
        ulong xid = transaction.EnsureXid(cancellation);
        int seed = transaction.Owner.Seed;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            PageHandle page = Space.PinCandidate(seed, row.RowBytes, cancellation);
            PageHandle map = default;
            bool latched = false;
            try
            {
                _wal.EnsureRoom(row.RowBytes + RecordOverheadBytes, cancellation);
                page.LatchExclusive();
                latched = true;
                if (!HasRoom(page, row.RowBytes))
                {
                    Space.Full(seed, page.Key.Block, HeapPage.UsableBytes(page.Bytes));
                    continue;
                }
                if (!TryLatchMap(page, ref map, ref latched, cancellation))
                    continue;
                Watch(transaction)?.Write(Storage);
                Tid tid = LogInsert(transaction, xid, page, map, row);
                transaction.UseCommand();
                transaction.Activity.NoteInserted(Activity, 1);
                return tid;
            }
            finally
            {
                Release(page, latched, map);
            }
        }
    }

    /// <summary>
    /// Throws 40001 when the table was written anew (VACUUM FULL, CLUSTER, a rewriting ALTER TABLE) by a transaction that the snapshot does not see: all rows carry that transaction's id, so that the
    /// snapshot would see none. PostgreSQL keeps the old ids when it clusters, and shows an empty table after ALTER TABLE.
    /// </summary>
    internal void CheckReadable(in Snapshot snapshot)
    {
        ulong rewriter = Volatile.Read(ref _rewrittenBy);
        if (rewriter == 0 || !snapshot.ReadPoint.IsLive || snapshot.Owner?.IsOwn(rewriter) == true)
            return;
        if (_transactions.IsCommittedForAll(rewriter))
            Volatile.Write(ref _rewrittenBy, 0);
        else if (!_transactions.IsCommittedAt(rewriter, snapshot.VisibleLsn, out _))
            throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to a concurrent rewrite of the table");
    }

    /// <summary>A transaction fills this heap with all rows that the table had in another: see <see cref="CheckReadable"/>. For the one object that all sessions share.</summary>
    internal void NoteRewrite(ulong xid) => Volatile.Write(ref _rewrittenBy, xid);

    /// <summary>
    /// Inserts the rows of a batch as of the current command, a page per record (COPY, INSERT of many rows). <paramref name="tids"/> gets their places, in order.
    /// </summary>
    public void InsertMany(Transaction transaction, RowBatch rows, Span<Tid> tids, CancellationToken cancellation = default)
    {
        for (int i = 0; i < rows.Count; i++)
            CheckSize(HeapRow.HeaderBytes + rows.BodyBytes(i));
        ulong xid = transaction.EnsureXid(cancellation);
        int seed = transaction.Owner.Seed;
        int done = 0;
        while (done < rows.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            int first = HeapRow.HeaderBytes + rows.BodyBytes(done);
            PageHandle page = Space.PinCandidate(seed, first, cancellation);
            PageHandle map = default;
            bool latched = false;
            try
            {
                _wal.EnsureRoom(PageFormat.PageSizeBytes + HeapPage.MaxSlots * HeapMultiInsert.MaxRowOverheadBytes + RecordOverheadBytes, cancellation);
                page.LatchExclusive();
                latched = true;
                // Rows of a batch get line pointers in sequence, past the last.
                bool room = HasRoom(page, first) && (PageFormat.IsNew(page.Bytes) || HeapPage.SlotCount(page.Bytes) < HeapPage.MaxSlots);
                if (room && !TryLatchMap(page, ref map, ref latched, cancellation))
                    continue;
                if (room)
                    Watch(transaction)?.Write(Storage);
                if (room)
                    done += LogInsertMany(xid, transaction.CommandId, page, map, rows, done, tids);
                if (done < rows.Count)
                    Space.Full(seed, page.Key.Block, HeapPage.SlotCount(page.Bytes) < HeapPage.MaxSlots ? HeapPage.FreeBytes(page.Bytes) : 0);
            }
            finally
            {
                Release(page, latched, map);
            }
        }
        transaction.UseCommand();
        transaction.Activity.NoteInserted(Activity, rows.Count);
    }

    /// <summary>
    /// Replaces a row version that the snapshot sees. On <see cref="HeapResult.Ok"/> the outcome names the new version. <paramref name="hotAllowed"/>: no indexed column changes;
    /// <paramref name="keyChanged"/>: a column of a unique key does. Waits for other writers of the row. Errors: 40001, 40P01, 55P03, cancellation.
    /// </summary>
    public HeapResult Update(
        Transaction transaction, in Snapshot snapshot, Tid tid, in RowImage row, bool hotAllowed, bool keyChanged, out HeapUpdateOutcome outcome,
        CancellationToken cancellation = default)
    {
        CheckSize(row.RowBytes);
        ulong xid = transaction.EnsureXid(cancellation);
        RowLockMode mode = keyChanged ? RowLockMode.Update : RowLockMode.NoKeyUpdate;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            PageHandle page = _pool.Pin(KeyOf(tid.Block), ReadPoint.Live, cancellation);
            PageHandle map = default;
            bool latched = false, lockedHere = false;
            try
            {
                _wal.EnsureRoom(row.RowBytes + HeapPruner.RecordBytes + RecordOverheadBytes, cancellation);
                page.LatchExclusive();
                latched = true;
                if (TryGetWritable(transaction, snapshot, page, tid, mode, out HeapResult result, out ulong waitFor, out outcome))
                {
                    if (!HeapPage.CanFit(page.Bytes, row.RowBytes) && HeapPruner.HasDead(page, _transactions) && page.MayCleanUp)
                        HeapPruner.Prune(page, _wal, _transactions);
                    if (HeapPage.CanFit(page.Bytes, row.RowBytes))
                    {
                        if (!TryLatchMap(page, ref map, ref latched, cancellation))
                            continue;
                        Watch(transaction)?.Write(Storage, tid);
                        outcome = LogUpdate(transaction, xid, page, map, tid, row, hotAllowed, keyChanged);
                        transaction.UseCommand();
                        transaction.Activity.NoteUpdated(Activity, isHot: hotAllowed);
                        return HeapResult.Ok;
                    }
                    // Nobody may change the row while we look for another page with nothing latched: hold it by a row lock. Nobody else has one now.
                    _transactions.Locks.TryLockRow(transaction.Owner, LockTag.Row(Database, Storage, tid), mode, out lockedHere);
                }
                else
                {
                    page.UnlatchExclusive();
                    latched = false;
                    if (result != HeapResult.Ok)
                    {
                        ThrowIfSerializationFailure(transaction, result);
                        return result;
                    }
                    Wait(transaction, tid, mode, waitFor, cancellation);
                    continue;
                }
            }
            finally
            {
                Release(page, latched, map);
            }
            try
            {
                if (TryUpdateToOtherPage(transaction, snapshot, xid, tid, row, mode, keyChanged, out outcome, cancellation))
                    return HeapResult.Ok;
            }
            finally
            {
                if (lockedHere)
                    _transactions.Locks.UnlockRow(transaction.Owner, LockTag.Row(Database, Storage, tid), mode);
            }
        }
    }

    /// <summary>
    /// Deletes a row version that the snapshot sees. Results, waits and errors as <see cref="Update"/>; the outcome has meaning unless the result is Ok. <paramref name="isMove"/>: the row goes
    /// to another partition, where those who wait for it can't follow.
    /// </summary>
    public HeapResult Delete(
        Transaction transaction, in Snapshot snapshot, Tid tid, out HeapUpdateOutcome outcome, CancellationToken cancellation = default, bool isMove = false)
    {
        ulong xid = transaction.EnsureXid(cancellation);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            PageHandle page = _pool.Pin(KeyOf(tid.Block), ReadPoint.Live, cancellation);
            PageHandle map = default;
            bool latched = false;
            try
            {
                _wal.EnsureRoom(RecordOverheadBytes, cancellation);
                page.LatchExclusive();
                latched = true;
                if (!TryGetWritable(transaction, snapshot, page, tid, RowLockMode.Update, out HeapResult result, out ulong waitFor, out outcome))
                {
                    page.UnlatchExclusive();
                    latched = false;
                    if (result != HeapResult.Ok)
                    {
                        ThrowIfSerializationFailure(transaction, result);
                        return result;
                    }
                    Wait(transaction, tid, RowLockMode.Update, waitFor, cancellation);
                    continue;
                }
                if (!TryLatchMap(page, ref map, ref latched, cancellation))
                    continue;
                Watch(transaction)?.Write(Storage, tid);
                WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, xid);
                ByteWriter change = record.BeginChange(page);
                if (isMove)
                    HeapDelete.EncodeMove(ref change, tid.Slot, xid, transaction.CommandId);
                else
                    HeapDelete.Encode(ref change, tid.Slot, xid, transaction.CommandId);
                record.EndChange(in change);
                AddMapChange(ref record, map, tid.Block);
                outcome = outcome with { HadOutOfLine = HasOutOfLine(page, tid) };
                record.Insert();
                transaction.UseCommand();
                transaction.Activity.NoteDeleted(Activity);
                return HeapResult.Ok;
            }
            finally
            {
                Release(page, latched, map);
            }
        }
    }

    /// <summary>
    /// Locks a row version that the snapshot sees until the end of the transaction. After <see cref="HeapResult.Updated"/> the outcome names the newer version, which the caller
    /// checks and locks instead. <see cref="HeapResult.WouldBlock"/> only if <paramref name="policy"/> is not to wait.
    /// </summary>
    public HeapResult LockRow(
        Transaction transaction, in Snapshot snapshot, Tid tid, RowLockMode mode, WaitPolicy policy, out HeapUpdateOutcome outcome,
        CancellationToken cancellation = default)
    {
        LockTag tag = LockTag.Row(Database, Storage, tid);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            PageHandle page = _pool.Pin(KeyOf(tid.Block), ReadPoint.Live, cancellation);
            ulong waitFor;
            Tid alsoLock = default;
            bool latched = true;
            page.LatchShared();
            try
            {
                HeapResult result = CheckSlot(page, tid, snapshot, out waitFor, out outcome);
                if (result == HeapResult.Ok && waitFor != 0 && mode == RowLockMode.KeyShare && !ChangesKey(page, tid))
                {
                    // An update in progress that leaves the key alone: its new version is locked as well.
                    waitFor = 0;
                    alsoLock = outcome.Tid;
                }
                else if (result == HeapResult.Updated && mode == RowLockMode.KeyShare && !ChangesKey(page, tid))
                {
                    // The key is still what the snapshot says: the version that it sees is good enough, as long as the newer ones keep it.
                    result = HeapResult.Ok;
                    alsoLock = outcome.Tid;
                }
                bool locked = result == HeapResult.Ok && waitFor == 0 && _transactions.Locks.TryLockRow(transaction.Owner, tag, mode, out _);
                page.UnlatchShared();
                latched = false;
                if (result != HeapResult.Ok)
                {
                    ThrowIfSerializationFailure(transaction, result == HeapResult.Deleted ? HeapResult.Updated : result); // of a lock PostgreSQL says no more
                    return result;
                }
                if (locked && alsoLock.IsNone)
                    return HeapResult.Ok;
                if (!locked && policy != WaitPolicy.Block)
                    return HeapResult.WouldBlock;
                if (!locked)
                {
                    Wait(transaction, tid, mode, waitFor, cancellation);
                    continue;
                }
            }
            finally
            {
                if (latched)
                    page.UnlatchShared();
                page.Unpin();
            }
            return LockNewerVersions(transaction, snapshot, alsoLock, mode, policy, ref outcome, cancellation);
        }
    }

    /// <summary>Reads the key-changing flag under the latch that the caller holds.</summary>
    private static bool ChangesKey(PageHandle page, Tid tid) =>
        (HeapVisibility.FlagsOf(RowAt(page, tid.Slot)) & RowFlags.KeysUpdated) != 0;

    /// <summary>KEY SHARE on a row that is being updated: the versions to come must not lose the key either.</summary>
    private HeapResult LockNewerVersions(
        Transaction transaction, in Snapshot snapshot, Tid tid, RowLockMode mode, WaitPolicy policy, ref HeapUpdateOutcome outcome, CancellationToken cancellation)
    {
        while (!tid.IsNone)
        {
            PageHandle page = _pool.Pin(KeyOf(tid.Block), ReadPoint.Live, cancellation);
            ulong waitFor = 0;
            Tid next = default;
            bool locked = false, changed = false;
            page.LatchShared();
            try
            {
                if (!TryGetRow(page, tid, out byte* row) || _transactions.IsAborted(HeapVisibility.XminOf(row)))
                    locked = true;
                else
                {
                    ulong xmax = HeapVisibility.XmaxOf(row);
                    if (xmax != 0 && !transaction.IsOwn(xmax))
                    {
                        bool keepsKey = (HeapVisibility.FlagsOf(row) & RowFlags.KeysUpdated) == 0;
                        TransactionStatus status = _transactions.StatusOf(xmax, out _);
                        if (status != TransactionStatus.Aborted && keepsKey)
                            next = HeapVisibility.NextOf(row);
                        else if (status == TransactionStatus.InProgress)
                            waitFor = xmax;
                        else if (status == TransactionStatus.Committed)
                            changed = true;
                    }
                    if (changed)
                        outcome = new HeapUpdateOutcome(HeapVisibility.NextOf(row), IsHeapOnly: false, HeapVisibility.XmaxOf(row));
                    locked = !changed && waitFor == 0 && _transactions.Locks.TryLockRow(transaction.Owner, LockTag.Row(Database, Storage, tid), mode, out _);
                }
            }
            finally
            {
                page.UnlatchShared();
                page.Unpin();
            }
            if (locked)
            {
                tid = next;
                continue;
            }
            if (changed)
            {
                HeapResult result = outcome.Tid.IsNone ? HeapResult.Deleted : outcome.Tid == Tid.Moved ? HeapResult.Moved : HeapResult.Updated;
                ThrowIfSerializationFailure(transaction, result == HeapResult.Deleted ? HeapResult.Updated : result);
                return result;
            }
            if (policy != WaitPolicy.Block)
                return HeapResult.WouldBlock;
            Wait(transaction, tid, mode, waitFor, cancellation);
        }
        return HeapResult.Ok;
    }

    private bool TryUpdateToOtherPage(
        Transaction transaction, in Snapshot snapshot, ulong xid, Tid tid, in RowImage row, RowLockMode mode, bool keyChanged, out HeapUpdateOutcome outcome,
        CancellationToken cancellation)
    {
        int seed = transaction.Owner.Seed;
        PageHandle oldPage = _pool.Pin(KeyOf(tid.Block), ReadPoint.Live, cancellation);
        PageHandle newPage = default, oldMap = default, newMap = default;
        outcome = default;
        try
        {
            newPage = Space.PinCandidate(seed, row.RowBytes, cancellation);
            uint newBlock = newPage.Key.Block;
            if (newBlock == tid.Block)
            {
                // The page has no room; that is why we are here.
                Space.Full(seed, newBlock, 0);
                return false;
            }
            // Both map pages are pinned in any case: it is too late for that once two pages are latched.
            oldMap = PinMap(tid.Block, cancellation);
            newMap = PinMap(newBlock, cancellation);
            _wal.EnsureRoom(row.RowBytes + RecordOverheadBytes, cancellation);
            (PageHandle first, PageHandle second) = newBlock > tid.Block ? (oldPage, newPage) : (newPage, oldPage);
            first.LatchExclusive();
            second.LatchExclusive();
            try
            {
                if (!HasRoom(newPage, row.RowBytes))
                {
                    Space.Full(seed, newBlock, HeapPage.UsableBytes(newPage.Bytes));
                    return false;
                }
                if (!TryGetWritable(transaction, snapshot, oldPage, tid, mode, out _, out _, out outcome))
                    return false;
                Watch(transaction)?.Write(Storage, tid);
                outcome = LogUpdateToOtherPage(
                    transaction, xid, oldPage, newPage, IsAllVisible(oldPage) ? oldMap : default, IsAllVisible(newPage) ? newMap : default, tid, row, keyChanged);
            }
            finally
            {
                second.UnlatchExclusive();
                first.UnlatchExclusive();
            }
            transaction.UseCommand();
            transaction.Activity.NoteUpdated(Activity, isHot: false);
            return true;
        }
        finally
        {
            if (newMap.IsValid)
                newMap.Unpin();
            if (oldMap.IsValid)
                oldMap.Unpin();
            if (newPage.IsValid)
                newPage.Unpin();
            oldPage.Unpin();
        }
    }

    private HeapUpdateOutcome LogUpdateToOtherPage(
        Transaction transaction, ulong xid, PageHandle oldPage, PageHandle newPage, PageHandle oldMap, PageHandle newMap, Tid tid, in RowImage row, bool keyChanged)
    {
        uint cid = transaction.CommandId;
        bool isNew = PageFormat.IsNew(newPage.Bytes), hadOutOfLine = HasOutOfLine(oldPage, tid);
        var newTid = new Tid(newPage.Key.Block, isNew ? (ushort)1 : HeapPage.FindSlotForInsert(newPage.Bytes));
        bool sameMap = oldMap.IsValid && newMap.IsValid && oldMap.Key == newMap.Key;
        if (oldMap.IsValid)
            oldMap.LatchExclusive();
        if (newMap.IsValid && !sameMap)
            newMap.LatchExclusive();

        WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(oldPage);
        HeapDelete.EncodeUpdate(ref change, tid.Slot, xid, cid, keyChanged, newTid);
        record.EndChange(in change);
        change = record.BeginChange(newPage);
        EncodeInsert(ref change, isNew, newTid, xid, cid, row);
        record.EndChange(in change);
        if (sameMap)
        {
            change = record.BeginChange(oldMap);
            VisibilitySet.Begin(ref change);
            VisibilitySet.Add(ref change, tid.Block, VisibilityBits.None);
            VisibilitySet.Add(ref change, newTid.Block, VisibilityBits.None);
            record.EndChange(in change);
        }
        else
        {
            AddMapChange(ref record, oldMap, tid.Block);
            AddMapChange(ref record, newMap, newTid.Block);
        }
        record.Insert();

        if (newMap.IsValid && !sameMap)
            newMap.UnlatchExclusive();
        if (oldMap.IsValid)
            oldMap.UnlatchExclusive();
        InheritLocks(tid, newTid);
        return new HeapUpdateOutcome(newTid, IsHeapOnly: false, OtherXid: 0, HadOutOfLine: hadOutOfLine);
    }

    private HeapUpdateOutcome LogUpdate(
        Transaction transaction, ulong xid, PageHandle page, PageHandle map, Tid tid, in RowImage row, bool hot, bool keyChanged)
    {
        ushort newSlot = HeapPage.FindSlotForInsert(page.Bytes);
        bool hadOutOfLine = HasOutOfLine(page, tid);
        WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(page);
        HeapUpdate.Encode(
            ref change, page.Bytes, tid.Slot, newSlot, xid, transaction.CommandId, hot, keyChanged, row.Flags, row.LayoutVersion, row.ColumnCount, row.Body);
        record.EndChange(in change);
        AddMapChange(ref record, map, tid.Block);
        record.Insert();
        var newTid = new Tid(tid.Block, newSlot);
        InheritLocks(tid, newTid);
        return new HeapUpdateOutcome(newTid, hot, OtherXid: 0, HadOutOfLine: hadOutOfLine);
    }

    private Tid LogInsert(Transaction transaction, ulong xid, PageHandle page, PageHandle map, in RowImage row)
    {
        bool isNew = PageFormat.IsNew(page.Bytes);
        uint block = page.Key.Block;
        var tid = new Tid(block, isNew ? (ushort)1 : HeapPage.FindSlotForInsert(page.Bytes));
        WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(page);
        EncodeInsert(ref change, isNew, tid, xid, transaction.CommandId, row);
        record.EndChange(in change);
        AddMapChange(ref record, map, block);
        record.Insert();
        return tid;
    }

    private static void EncodeInsert(ref ByteWriter change, bool isNew, Tid tid, ulong xid, uint cid, in RowImage row)
    {
        if (isNew)
            HeapInsert.EncodeInit(ref change, tid.Block, xid, cid, row.Flags, row.LayoutVersion, row.ColumnCount, row.Body);
        else
            HeapInsert.Encode(ref change, tid.Slot, xid, cid, row.Flags, row.LayoutVersion, row.ColumnCount, row.Body);
    }

    /// <summary>Logs as many rows from <paramref name="first"/> on as the page takes; at least one fits. Returns their number.</summary>
    private int LogInsertMany(ulong xid, uint cid, PageHandle page, PageHandle map, RowBatch rows, int first, Span<Tid> tids)
    {
        bool isNew = PageFormat.IsNew(page.Bytes);
        uint block = page.Key.Block;
        int slot = isNew ? 1 : HeapPage.SlotCount(page.Bytes) + 1;
        int free = isNew ? PageFormat.PageSizeBytes - HeapPage.HeaderBytes : HeapPage.FreeBytes(page.Bytes);
        WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(page);
        if (isNew)
            HeapMultiInsert.BeginInit(ref change, block, xid, cid, rows.LayoutVersion, rows.ColumnCount);
        else
            HeapMultiInsert.Begin(ref change, slot, xid, cid, rows.LayoutVersion, rows.ColumnCount);
        int count = 0;
        while (first + count < rows.Count && slot <= HeapPage.MaxSlots)
        {
            ReadOnlySpan<byte> body = rows.Body(first + count);
            int need = HeapPage.Aligned(HeapRow.HeaderBytes + body.Length) + HeapPage.SlotBytes;
            if (need > free)
                break;
            free -= need;
            HeapMultiInsert.AddRow(ref change, rows.FlagsOf(first + count), body);
            tids[first + count] = new Tid(block, (ushort)slot++);
            count++;
        }
        Invariant.Check(count > 0);
        record.EndChange(in change);
        AddMapChange(ref record, map, block);
        record.Insert();
        return count;
    }

    /// <summary>
    /// Decides, under the exclusive latch, whether the version may be changed now. False with <paramref name="result"/> Ok means: wait for <paramref name="waitFor"/>, or when that is
    /// zero for a row lock, and try again.
    /// </summary>
    private bool TryGetWritable(
        Transaction transaction, in Snapshot snapshot, PageHandle page, Tid tid, RowLockMode mode, out HeapResult result, out ulong waitFor, out HeapUpdateOutcome outcome)
    {
        result = CheckSlot(page, tid, snapshot, out waitFor, out outcome);
        if (result != HeapResult.Ok || waitFor != 0)
            return false;
        LockManager locks = _transactions.Locks;
        return !locks.AnyRowLocks || !locks.RowIsLocked(transaction.Owner, LockTag.Row(Database, Storage, tid), mode);
    }

    private HeapResult CheckSlot(PageHandle page, Tid tid, in Snapshot snapshot, out ulong waitFor, out HeapUpdateOutcome outcome)
    {
        waitFor = 0;
        outcome = default;
        if (!TryGetRow(page, tid, out byte* row))
            return HeapResult.Deleted;
        HeapResult result = HeapVisibility.CheckWritable(row, snapshot, _transactions, out waitFor);
        outcome = new HeapUpdateOutcome(HeapVisibility.NextOf(row), IsHeapOnly: false, HeapVisibility.XmaxOf(row));
        return result;
    }

    private static bool TryGetRow(PageHandle page, Tid tid, out byte* row)
    {
        ReadOnlySpan<byte> bytes = page.Bytes;
        bool present = PageFormat.GetKind(bytes) == PageKind.Heap && tid.Slot >= 1 && tid.Slot <= HeapPage.SlotCount(bytes) &&
            HeapPage.SlotState(bytes, tid.Slot) == HeapSlotState.Normal;
        row = present ? RowAt(page, tid.Slot) : null;
        return present;
    }

    private static bool HasOutOfLine(PageHandle page, Tid tid) => (HeapVisibility.FlagsOf(RowAt(page, tid.Slot)) & RowFlags.HasOutOfLine) != 0;

    private static byte* RowAt(PageHandle page, int slot) => page.Page + HeapPage.RowOffset(page.Bytes, slot);

    private void Wait(Transaction transaction, Tid tid, RowLockMode mode, ulong xid, CancellationToken cancellation)
    {
        if (xid != 0)
            _transactions.Locks.WaitForXid(transaction.Owner, xid, cancellation);
        else
            _transactions.Locks.WaitForRow(transaction.Owner, LockTag.Row(Database, Storage, tid), mode, cancellation);
    }

    private static void ThrowIfSerializationFailure(Transaction transaction, HeapResult result)
    {
        bool mayLookAgain = transaction.Isolation < IsolationLevel.RepeatableRead;
        if (mayLookAgain && result == HeapResult.Moved)
            throw new SqlException(SqlState.SerializationFailure, "tuple to be locked was already moved to another partition due to concurrent update");
        if (mayLookAgain)
            return;
        if (result is HeapResult.Updated or HeapResult.Moved)
            throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to concurrent update");
        if (result == HeapResult.Deleted)
            throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to concurrent delete");
    }

    private void InheritLocks(Tid oldTid, Tid newTid)
    {
        if (_transactions.Locks.AnyRowLocks)
            _transactions.Locks.InheritRowLocks(LockTag.Row(Database, Storage, oldTid), LockTag.Row(Database, Storage, newTid));
    }

    private static bool HasRoom(PageHandle page, int rowBytes) => PageFormat.IsNew(page.Bytes) || HeapPage.CanFit(page.Bytes, rowBytes);

    private static bool IsAllVisible(PageHandle page) => (PageFormat.GetFlags(page.Bytes) & PageFlags.HeapAllVisible) != 0;

    /// <summary>
    /// With the heap page latched: if its rows are marked visible to all, the mark in the visibility map goes with the change, so its page is pinned and latched too. When that page must be read
    /// first, which may not happen under a latch, the heap page is unlatched and the result false: decide anew.
    /// </summary>
    private bool TryLatchMap(PageHandle page, ref PageHandle map, ref bool latched, CancellationToken cancellation)
    {
        if (!IsAllVisible(page))
            return true;
        PageKey key = MapKeyOf(page.Key.Block);
        if (_pool.TryPinCached(key, ReadPoint.Live, out map))
        {
            map.LatchExclusive();
            return true;
        }
        page.UnlatchExclusive();
        latched = false;
        _pool.Pin(key, ReadPoint.Live, cancellation).Unpin();
        return false;
    }

    /// <summary>Lets go of a page and, if there is one, of the latched map page.</summary>
    private static void Release(PageHandle page, bool latched, PageHandle map)
    {
        if (map.IsValid)
        {
            map.UnlatchExclusive();
            map.Unpin();
        }
        if (latched)
            page.UnlatchExclusive();
        page.Unpin();
    }

    private PageKey MapKeyOf(uint block) => new(Database, Storage, Fork.Visibility, block / VisibilityPage.BlocksPerPage);

    /// <summary>Pins the page of the visibility map that has the bits of a block; it exists (<see cref="CountMapBlocks"/>).</summary>
    internal PageHandle PinMap(uint block, CancellationToken cancellation) => _pool.Pin(MapKeyOf(block), ReadPoint.Live, cancellation);

    private static void AddMapChange(ref WalRecordBuilder record, PageHandle map, uint block)
    {
        if (!map.IsValid)
            return;
        ByteWriter change = record.BeginChange(map);
        VisibilitySet.Begin(ref change);
        VisibilitySet.Add(ref change, block, VisibilityBits.None);
        record.EndChange(in change);
    }

    private static void CheckSize(int rowBytes)
    {
        if (rowBytes > HeapPage.MaxRowBytes)
            ThrowTooBig(rowBytes);
    }

    [DoesNotReturn]
    private static void ThrowTooBig(int rowBytes) =>
        throw new SqlException(SqlState.ProgramLimitExceeded, $"row is too big: size {rowBytes}, maximum size {HeapPage.MaxRowBytes}");
}
