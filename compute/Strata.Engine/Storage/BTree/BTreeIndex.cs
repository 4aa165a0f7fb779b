using System.Runtime.CompilerServices;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.BTree;

/// <summary>
/// A B-tree index: Lehman-Yao, with right links and high keys, over memcomparable keys that are prefix-free within the index (every variable-width column is
/// terminated). Entries are ordered by key bytes, then TID. One instance per index, shared by all sessions; thread-safe.
/// </summary>
/// <remarks>
/// Latch order: left to right within a level, then up, the metadata page last. A search holds one latch at a time. A split is one record for its
/// level; until the parent knows the new page it carries the incomplete-split flag on its left page, and whoever is about to split that page again completes it.
/// Exceptions leave no latch and no pin behind; between two records the tree is always valid.
/// </remarks>
public sealed class BTreeIndex
{
    internal const int MaxLevels = 32;
    internal const int ItemRecordBytes = 6 * 1024;
    internal const int RunRecordBytes = 16 * 1024;
    internal const uint FirstLeafBlock = 1;
    private const int KeyLocks = 64;

    private readonly BTreeInserter _inserter;
    private readonly Lock[] _keyLocks = new Lock[KeyLocks];
    private ulong _root;
    private int _judging;

    public BTreeIndex(BufferPool pool, WalInserter wal, RelationFile file)
    {
        Pool = pool;
        Wal = wal;
        File = file;
        _inserter = new BTreeInserter(this);
        for (int i = 0; i < KeyLocks; i++)
            _keyLocks[i] = new Lock();
    }

    /// <summary>What the index was used for in this compute's life.</summary>
    public IndexActivity Activity { get; } = new();

    /// <summary>Who must learn of splits of leaves that serializable transactions have read; null when nobody watches.</summary>
    internal SerializableManager? Serializable { get; init; }

    /// <summary>Held by who checks an exclusion constraint of the index, from the check to the insertion.</summary>
    internal Lock ExclusionLock { get; } = new();

    internal BufferPool Pool { get; }

    internal WalInserter Wal { get; }

    /// <summary>The forks of the index.</summary>
    public RelationFile File { get; }

    /// <summary>Makes an empty index in a storage that was just created (<see cref="RelationFile.Create"/>): metadata page and an empty root leaf.</summary>
    public static void Create(BufferPool pool, WalInserter wal, RelationFile file, ulong xid, CancellationToken cancellation = default)
    {
        Invariant.Check(file.Allocate(Fork.Main, cancellation) == BTreeMetaPage.Block);
        Invariant.Check(file.Allocate(Fork.Main, cancellation) == FirstLeafBlock);
        wal.EnsureRoom(ItemRecordBytes, cancellation);
        PageHandle meta = pool.PinNew(file.KeyOf(Fork.Main, BTreeMetaPage.Block), cancellation);
        PageHandle leaf;
        try
        {
            leaf = pool.PinNew(file.KeyOf(Fork.Main, FirstLeafBlock), cancellation);
        }
        catch
        {
            meta.Unpin();
            throw;
        }
        leaf.LatchExclusive();
        meta.LatchExclusive();
        WalRecordBuilder record = wal.Begin(WalRecordKind.Change, xid);
        ByteWriter change = record.BeginChange(leaf);
        BTreeInit.Begin(ref change, FirstLeafBlock, level: 0, incompleteSplit: false, left: 0, right: 0, hasHighKey: false, default);
        record.EndChange(in change);
        change = record.BeginChange(meta);
        BTreeMetaSet.Encode(ref change, FirstLeafBlock, level: 0, init: true);
        record.EndChange(in change);
        record.Insert();
        meta.UnlatchExclusive();
        leaf.UnlatchExclusive();
        leaf.Unpin();
        meta.Unpin();
    }

    /// <summary>
    /// Inserts an entry. Throws <see cref="SqlException"/> 54000 when the key is too long. Inserting an entry that is there already does nothing.
    /// </summary>
    [SkipLocalsInit]
    public void Insert(ulong xid, ReadOnlySpan<byte> key, Tid tid, CancellationToken cancellation = default) => Insert(xid, key, tid, null, cancellation);

    /// <summary>As <see cref="Insert(ulong, ReadOnlySpan{byte}, Tid, CancellationToken)"/>, for a transaction under SERIALIZABLE. Throws 40001.</summary>
    [SkipLocalsInit]
    internal void Insert(ulong xid, ReadOnlySpan<byte> key, Tid tid, SerializableTransaction? writer, CancellationToken cancellation)
    {
        Span<byte> buffer = stackalloc byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        _inserter.Insert(xid, MakeItem(buffer, key, tid), writer, cancellation);
        writer?.ThrowIfFailed();
    }

    /// <summary>
    /// Inserts an entry unless another row that counts has the key. Entries with the key are judged one after the other, by
    /// <paramref name="check"/>; no two threads judge or insert the same key at once, so of two that insert it one sees the other.
    /// </summary>
    [SkipLocalsInit]
    public UniqueInsertResult InsertUnique<TCheck>(
        ulong xid, ReadOnlySpan<byte> key, Tid tid, ref TCheck check, CancellationToken cancellation = default)
        where TCheck : IUniqueCheck, allows ref struct => InsertUnique(xid, key, tid, ref check, null, cancellation);

    /// <summary>As the other, for a transaction under SERIALIZABLE. Throws 40001, rather that than to find a conflict.</summary>
    [SkipLocalsInit]
    internal UniqueInsertResult InsertUnique<TCheck>(
        ulong xid, ReadOnlySpan<byte> key, Tid tid, ref TCheck check, SerializableTransaction? writer, CancellationToken cancellation)
        where TCheck : IUniqueCheck, allows ref struct
    {
        Span<byte> buffer = stackalloc byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        ReadOnlySpan<byte> item = MakeItem(buffer, key, tid);
        lock (_keyLocks[(int)(Crc32C.Compute(key) % KeyLocks)])
        {
            bool isNew = _inserter.TryInsertIfKeyIsNew(xid, key, item, writer, cancellation);
            writer?.ThrowIfFailed();
            if (isNew)
                return default;
            // Who inserts many keys at once holds no lock of theirs: it keeps off leaves while anybody judges.
            Interlocked.Increment(ref _judging);
            try
            {
                UniqueInsertResult conflict = FindConflict(key, tid, ref check, cancellation);
                if (conflict.IsInserted)
                    _inserter.Insert(xid, item, writer, cancellation);
                return conflict;
            }
            finally
            {
                Interlocked.Decrement(ref _judging);
            }
        }
    }

    /// <summary>
    /// Inserts sorted entries, as many at a time as go to one leaf. With <paramref name="isUnique"/> those whose key is there already, or stands twice in the batch, are left out; their positions go
    /// to <paramref name="undecided"/>, for <see cref="InsertUnique{TCheck}(ulong, ReadOnlySpan{byte}, Tid, ref TCheck, CancellationToken)"/>. Throws 40001 for a transaction under SERIALIZABLE.
    /// </summary>
    internal void InsertMany(ulong xid, BTreeEntryBatch entries, bool isUnique, List<int> undecided, SerializableTransaction? writer, CancellationToken cancellation)
    {
        int next = 0;
        while (next < entries.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            int inserted = _inserter.InsertRun(xid, entries, next, isUnique, ref _judging, writer, cancellation);
            writer?.ThrowIfFailed();
            next += inserted;
            if (inserted > 0)
                continue;
            if (!InsertOne(xid, entries, next, isUnique, writer, cancellation))
                undecided.Add(entries.Position(next));
            next++;
        }
    }

    // What a run could not begin with: a full leaf, or a key that may be taken.
    private bool InsertOne(ulong xid, BTreeEntryBatch entries, int index, bool isUnique, SerializableTransaction? writer, CancellationToken cancellation)
    {
        ReadOnlySpan<byte> key = entries.Key(index);
        bool isNew = true;
        if (isUnique)
        {
            lock (_keyLocks[(int)(Crc32C.Compute(key) % KeyLocks)])
                isNew = _inserter.TryInsertIfKeyIsNew(xid, key, entries.Item(index), writer, cancellation);
        }
        else
        {
            _inserter.Insert(xid, entries.Item(index), writer, cancellation);
        }

        writer?.ThrowIfFailed();
        return isNew;
    }

    /// <summary>
    /// Copies TIDs of entries that have the key, ascending, and returns how many; when the span is full there may be more
    /// (<see cref="LookupAfter"/>). Allocates nothing.
    /// </summary>
    public int Lookup(ReadOnlySpan<byte> key, Span<Tid> tids, ReadPoint readPoint = default, CancellationToken cancellation = default) =>
        BTreeLookup.Run(this, key, key, tids, out _, readPoint, cancellation);

    /// <summary>As <see cref="Lookup(ReadOnlySpan{byte}, Span{Tid}, ReadPoint, CancellationToken)"/>, and says where: for <see cref="HintDead"/>.</summary>
    public int Lookup(
        ReadOnlySpan<byte> key, Span<Tid> tids, out BTreeLeafPosition position, ReadPoint readPoint = default, CancellationToken cancellation = default) =>
        Lookup(key, tids, out position, readPoint, null, cancellation);

    /// <summary>As the other, for a transaction under SERIALIZABLE, whose reading is noted.</summary>
    internal int Lookup(
        ReadOnlySpan<byte> key, Span<Tid> tids, out BTreeLeafPosition position, ReadPoint readPoint, SerializableTransaction? reader, CancellationToken cancellation) =>
        BTreeLookup.Run(this, key, key, tids, out position, readPoint, cancellation, reader);

    /// <summary>
    /// Marks an entry dead, because its row, judged after the lookup, is dead to every snapshot. Lookups and scans skip it from now on, and it is removed
    /// when its page is full. Only a hint: does nothing if the page has changed or is not in memory.
    /// </summary>
    [SkipLocalsInit]
    public void HintDead(in BTreeLeafPosition position, ReadOnlySpan<byte> key, Tid tid)
    {
        if (position.Block == 0 || !Pool.TryPinCached(File.KeyOf(Fork.Main, position.Block), ReadPoint.Live, out PageHandle leaf))
            return;
        Span<byte> buffer = stackalloc byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        ReadOnlySpan<byte> item = MakeItem(buffer, key, tid);
        leaf.LatchShared();
        // An unchanged page proves that the entry is the one that was looked up, and not a new one for a row that took its place.
        if (PageFormat.GetLsn(leaf.Bytes) == position.Lsn)
        {
            int slot = BTreePage.LowerBound(leaf.Bytes, item);
            if (slot < BTreePage.Count(leaf.Bytes) && BTreePage.Item(leaf.Bytes, slot).SequenceEqual(item))
                BTreePage.SetDeadHint(leaf.Bytes, slot);
        }
        leaf.UnlatchShared();
        leaf.Unpin();
    }

    /// <summary>As <see cref="Lookup(ReadOnlySpan{byte}, Span{Tid}, ReadPoint, CancellationToken)"/>, but only entries after one with the TID <paramref name="last"/>.</summary>
    [SkipLocalsInit]
    public int LookupAfter(ReadOnlySpan<byte> key, Tid last, Span<Tid> tids, ReadPoint readPoint = default, CancellationToken cancellation = default)
    {
        Span<byte> buffer = stackalloc byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        Tid next = last.Slot == ushort.MaxValue ? new Tid(checked(last.Block + 1), 0) : last with { Slot = (ushort)(last.Slot + 1) };
        return BTreeLookup.Run(this, key, MakeItem(buffer, key, next), tids, out _, readPoint, cancellation);
    }

    /// <summary>Whether the entry is in the index now.</summary>
    [SkipLocalsInit]
    public bool Contains(ReadOnlySpan<byte> key, Tid tid, CancellationToken cancellation = default)
    {
        Span<byte> buffer = stackalloc byte[BTreePage.MaxKeyBytes + Tid.SizeBytes];
        ReadOnlySpan<byte> item = MakeItem(buffer, key, tid);
        Span<Tid> found = stackalloc Tid[1];
        return BTreeLookup.Run(this, item, item, found, out _, ReadPoint.Live, cancellation) != 0;
    }

    /// <summary>Block and level of the root, as far as known: a root that was split meanwhile still leads everywhere by right links.</summary>
    internal (uint Block, int Level) Root(ReadPoint readPoint, CancellationToken cancellation)
    {
        ulong root = readPoint.IsLive ? Volatile.Read(ref _root) : 0;
        return root != 0 ? ((uint)root, (int)(root >> 32)) : ReadRoot(readPoint, cancellation);
    }

    /// <summary>Reads the root from the metadata page.</summary>
    internal (uint Block, int Level) ReadRoot(ReadPoint readPoint, CancellationToken cancellation)
    {
        PageHandle meta = Pin(BTreeMetaPage.Block, readPoint, cancellation);
        meta.LatchShared();
        uint block = BTreeMetaPage.GetRoot(meta.Bytes);
        int level = BTreeMetaPage.GetLevel(meta.Bytes);
        meta.UnlatchShared();
        meta.Unpin();
        Invariant.Check(block != 0);
        if (readPoint.IsLive)
            NoteRoot(block, level);
        return (block, level);
    }

    /// <summary>The next search asks the metadata page where the root is.</summary>
    internal void ForgetRoot() => Volatile.Write(ref _root, 0);

    internal void NoteRoot(uint block, int level) => Volatile.Write(ref _root, (ulong)level << 32 | block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal PageHandle Pin(uint block, ReadPoint readPoint, CancellationToken cancellation) =>
        Pool.Pin(File.KeyOf(Fork.Main, block), readPoint, cancellation);

    private UniqueInsertResult FindConflict<TCheck>(ReadOnlySpan<byte> key, Tid own, ref TCheck check, CancellationToken cancellation)
        where TCheck : IUniqueCheck, allows ref struct
    {
        Span<Tid> tids = stackalloc Tid[16];
        int count = Lookup(key, tids, out BTreeLeafPosition position, ReadPoint.Live, cancellation);
        while (true)
        {
            foreach (Tid tid in tids[..count])
            {
                if (tid == own)
                    continue;
                UniqueVerdict verdict = check.Judge(tid, out ulong waitXid);
                if (verdict == UniqueVerdict.DeadToAll)
                    HintDead(position, key, tid);
                // Vacuum may have removed the entry and given its line pointer to another row before the row was judged;
                // an entry that is still there proves that it had not.
                if (verdict is UniqueVerdict.Live or UniqueVerdict.InProgress && Contains(key, tid, cancellation))
                    return new UniqueInsertResult(verdict, tid, waitXid);
            }
            if (count < tids.Length)
                return default;
            count = LookupAfter(key, tids[^1], tids, ReadPoint.Live, cancellation);
            position = default;
        }
    }

    /// <summary>Throws 54000 for a key that no page could hold.</summary>
    internal static void CheckKeyLength(ReadOnlySpan<byte> key)
    {
        if (key.Length <= BTreePage.MaxKeyBytes)
            return;
        throw new SqlException(SqlState.ProgramLimitExceeded, $"index row size {key.Length} exceeds btree maximum {BTreePage.MaxKeyBytes}")
        {
            Hint = "Values larger than 1/4 of a buffer page cannot be indexed.",
        };
    }

    private static ReadOnlySpan<byte> MakeItem(Span<byte> buffer, ReadOnlySpan<byte> key, Tid tid)
    {
        CheckKeyLength(key);
        key.CopyTo(buffer);
        tid.Write(buffer[key.Length..]);
        return buffer[..(key.Length + Tid.SizeBytes)];
    }
}
