using System.Runtime.CompilerServices;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// Frees what nobody can see on one heap page: dead heads of heap-only chains become redirects to the first live version, wholly dead chains and deleted rows become dead line
/// pointers (an index may still name them; vacuum frees those), and dead heap-only versions vanish.
/// </summary>
public static unsafe class HeapPruner
{
    /// <summary>Bytes of WAL room that a prune needs.</summary>
    public const int RecordBytes = HeapPrune.MaxBytes + 128;

    /// <summary>
    /// Cheap test, without a latch: something was deleted by a transaction that all see as committed, and space is short. A wrong answer costs only a useless look.
    /// </summary>
    public static bool IsWorthwhile(PageHandle page, TransactionManager transactions)
    {
        ReadOnlySpan<byte> bytes = page.Bytes;
        if (PageFormat.GetKind(bytes) != PageKind.Heap)
            return false;
        // Short of space means: less than two rows of the page's usual size. Pruning earlier would cost a compaction per update on a page that is always nearly full.
        int free = HeapPage.FreeBytes(bytes);
        int used = PageFormat.PageSizeBytes - HeapPage.HeaderBytes - free;
        if (free >= 2 * used / Math.Max(1, HeapPage.SlotCount(bytes)))
            return false;
        return HasDead(page, transactions);
    }

    /// <summary>The oldest deletion on the page that was not pruned is of a transaction that all see as ended: there is something to prune. A wrong answer costs only a useless look, or one that comes later.</summary>
    public static bool HasDead(PageHandle page, TransactionManager transactions)
    {
        ulong pruneXid = HeapPage.GetPruneXid(page.Bytes);
        return pruneXid != 0 && (transactions.IsCommittedForAll(pruneXid) || transactions.IsAborted(pruneXid));
    }

    /// <summary>
    /// Prunes a page. The caller holds the exclusive latch, had the only pin after it got that (whoever pinned since then waits for the latch), and ensured <see cref="RecordBytes"/> of room. Returns false when there was nothing to do.
    /// </summary>
    [SkipLocalsInit]
    public static bool Prune(PageHandle page, WalInserter wal, TransactionManager transactions)
    {
        Span<ushort> redirects = stackalloc ushort[HeapPage.MaxSlots * 2];
        Span<ushort> dead = stackalloc ushort[HeapPage.MaxSlots];
        Span<ushort> unused = stackalloc ushort[HeapPage.MaxSlots];
        var plan = new Plan { Redirects = redirects, Dead = dead, Unused = unused, Seen = stackalloc bool[HeapPage.MaxSlots + 1] };
        plan.Seen.Clear();
        byte* bytes = page.Page;
        int slots = HeapPage.SlotCount(page.Bytes);
        for (int slot = 1; slot <= slots; slot++)
            PlanChain(bytes, slot, transactions, ref plan);
        for (int slot = 1; slot <= slots; slot++)
            PlanRest(bytes, slot, transactions, ref plan);
        if (plan.RedirectCount + plan.DeadCount + plan.UnusedCount == 0)
            return false;

        WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
        ByteWriter change = record.BeginChange(page);
        HeapPrune.Encode(
            ref change, plan.OldestDeleter, redirects[..(plan.RedirectCount * 2)], dead[..plan.DeadCount], unused[..plan.UnusedCount], truncateSlots: false);
        record.EndChange(in change);
        record.Insert();
        return true;
    }

    /// <summary>
    /// True when all that is on a latched page are rows that were inserted for good, as their hints say, and never deleted: nothing to prune, and everybody sees all of it. The usual page of a table that
    /// was just loaded, told in one look.
    /// </summary>
    public static bool IsPlainlyLive(PageHandle page)
    {
        byte* bytes = page.Page;
        int slots = HeapPage.SlotCount(page.Bytes);
        if (PageFormat.GetKind(page.Bytes) != PageKind.Heap)
            return false;
        for (int slot = 1; slot <= slots; slot++)
        {
            if (!HeapPage.TryReadNormal(bytes, slot, out int offset, out _) || !IsPlainlyLive(bytes + offset))
                return false;
        }
        return slots > 0;
    }

    private ref struct Plan
    {
        public Span<ushort> Redirects;
        public Span<ushort> Dead;
        public Span<ushort> Unused;
        public Span<bool> Seen;
        public int RedirectCount;
        public int DeadCount;
        public int UnusedCount;
        public ulong OldestDeleter;
    }

    /// <summary>The common case: inserted for good, never deleted.</summary>
    private static bool IsPlainlyLive(byte* row) =>
        HeapVisibility.XmaxOf(row) == 0 && (HeapVisibility.FlagsOf(row) & (RowFlags.XminCommitted | RowFlags.HeapOnly)) == RowFlags.XminCommitted;

    private static ReadOnlySpan<byte> PageOf(byte* bytes) => new(bytes, PageFormat.PageSizeBytes);

    /// <summary>Plans for the chain that begins at a line pointer which an index may name.</summary>
    [SkipLocalsInit]
    private static void PlanChain(byte* bytes, int root, TransactionManager transactions, ref Plan plan)
    {
        ReadOnlySpan<byte> page = PageOf(bytes);
        HeapSlotState state = HeapPage.SlotState(page, root);
        int slot;
        if (state == HeapSlotState.Redirect)
            slot = HeapPage.RedirectTarget(page, root);
        else if (state == HeapSlotState.Normal && IsPlainlyLive(bytes + HeapPage.RowOffset(page, root)))
        {
            plan.Seen[root] = true;
            return;
        }
        else if (state == HeapSlotState.Normal && (HeapVisibility.FlagsOf(bytes + HeapPage.RowOffset(page, root)) & RowFlags.HeapOnly) == 0)
            slot = root;
        else
            return;

        Span<ushort> chain = stackalloc ushort[HeapPage.MaxSlots];
        int length = 0, deadLength = 0;
        ulong previousXmax = 0;
        while (slot >= 1 && slot <= HeapPage.SlotCount(page) && HeapPage.SlotState(page, slot) == HeapSlotState.Normal && !plan.Seen[slot])
        {
            byte* row = bytes + HeapPage.RowOffset(page, slot);
            // A link left by an aborted update may lead to a slot that has another row by now.
            if (length > 0 && (HeapVisibility.XminOf(row) != previousXmax || (HeapVisibility.FlagsOf(row) & RowFlags.HeapOnly) == 0))
                break;
            plan.Seen[slot] = true;
            chain[length++] = (ushort)slot;
            if (!HeapVisibility.IsDeadToAll(row, transactions))
            {
                // What follows is newer. It can be dead only if its update was rolled back, and then it is an orphan.
                NoteDeleter(row, transactions, ref plan);
                break;
            }
            deadLength = length;
            if ((HeapVisibility.FlagsOf(row) & RowFlags.HotUpdated) == 0)
                break;
            previousXmax = HeapVisibility.XmaxOf(row);
            slot = HeapVisibility.NextOf(row).Slot;
        }
        if (deadLength == 0)
            return;

        int firstFreed = chain[0] == root ? 1 : 0;
        for (int i = firstFreed; i < deadLength; i++)
            plan.Unused[plan.UnusedCount++] = chain[i];
        if (deadLength == length)
            plan.Dead[plan.DeadCount++] = (ushort)root;
        else
        {
            plan.Redirects[plan.RedirectCount * 2] = (ushort)root;
            plan.Redirects[plan.RedirectCount * 2 + 1] = chain[deadLength];
            plan.RedirectCount++;
        }
    }

    /// <summary>
    /// Plans for a version that its chain's walk did not reach. It may go only if its insertion was rolled back: another one that is dead by now, because the horizon moved since the walk, is
    /// still named by its predecessor and leads to the live one.
    /// </summary>
    private static void PlanRest(byte* bytes, int slot, TransactionManager transactions, ref Plan plan)
    {
        ReadOnlySpan<byte> page = PageOf(bytes);
        if (plan.Seen[slot] || HeapPage.SlotState(page, slot) != HeapSlotState.Normal)
            return;
        byte* row = bytes + HeapPage.RowOffset(page, slot);
        if (HeapVisibility.IsInsertionAborted(row, transactions))
            plan.Unused[plan.UnusedCount++] = (ushort)slot;
        else
            NoteDeleter(row, transactions, ref plan);
    }

    private static void NoteDeleter(byte* row, TransactionManager transactions, ref Plan plan)
    {
        ulong deleter = HeapVisibility.XmaxOf(row);
        if (deleter == 0)
            deleter = (HeapVisibility.FlagsOf(row) & RowFlags.XminCommitted) == 0 && transactions.StatusOf(HeapVisibility.XminOf(row), out _) == TransactionStatus.InProgress
                ? HeapVisibility.XminOf(row)
                : 0;
        else if (transactions.IsAborted(deleter))
            deleter = 0;
        if (deleter != 0 && (plan.OldestDeleter == 0 || deleter < plan.OldestDeleter))
            plan.OldestDeleter = deleter;
    }
}
