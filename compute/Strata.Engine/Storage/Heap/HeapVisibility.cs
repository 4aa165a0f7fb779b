using System.Runtime.CompilerServices;
using Strata.Engine.Transactions;
using Strata.Engine.Transactions.Serializable;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// Decides who sees a row version. The page must be latched, shared at least. On live pages it leaves hints on rows whose transactions are final; hints are not logged and
/// not part of a page's comparison.
/// </summary>
internal static unsafe class HeapVisibility
{
    // Flags stand in the upper half of the aligned 32-bit word at offset 28, so that a hint can be added atomically beside other readers.
    private const int FlagsWordOffset = 28;
    private const int FlagsShift = 16;

    /// <summary>Whether a snapshot sees the version.</summary>
    public static bool IsVisible(byte* row, in Snapshot snapshot, TransactionManager transactions)
    {
        if (!snapshot.ReadPoint.IsLive)
            return IsVisibleInHistory(row, snapshot, transactions);
        RowFlags flags = FlagsOf(row);
        if ((flags & RowFlags.XminCommitted) == 0)
        {
            if ((flags & RowFlags.XminAborted) != 0)
                return false;
            ulong xmin = XminOf(row);
            if (snapshot.Owner!.IsOwn(xmin))
            {
                if (CminOf(row) >= snapshot.CommandId)
                    return false;
            }
            else if (!IsInserted(row, xmin, snapshot.VisibleLsn, transactions))
                return false;
        }
        ulong xmax = XmaxOf(row);
        if (xmax == 0)
            return true;
        return !IsDeleted(row, xmax, flags, snapshot, transactions);
    }

    /// <summary>
    /// Whether and how a version may be changed or locked by a command of the snapshot's transaction. <paramref name="inProgress"/> is the id to wait for, or zero; if
    /// it is not zero the result means nothing.
    /// </summary>
    public static HeapResult CheckWritable(byte* row, in Snapshot snapshot, TransactionManager transactions, out ulong inProgress)
    {
        inProgress = 0;
        RowFlags flags = FlagsOf(row);
        if ((flags & RowFlags.XminCommitted) == 0)
        {
            ulong xmin = XminOf(row);
            if (snapshot.Owner!.IsOwn(xmin))
            {
                if (CminOf(row) >= snapshot.CommandId)
                    return HeapResult.Invisible;
            }
            else if (transactions.StatusOf(xmin, out _) != TransactionStatus.Committed)
                return HeapResult.Invisible;
        }
        ulong xmax = XmaxOf(row);
        if (xmax == 0 || (flags & RowFlags.XmaxAborted) != 0)
            return HeapResult.Ok;
        if (snapshot.Owner!.IsOwn(xmax))
            return CmaxOf(row) >= snapshot.CommandId ? HeapResult.SelfModified : HeapResult.Invisible;
        switch (transactions.StatusOf(xmax, out _))
        {
            case TransactionStatus.InProgress:
                inProgress = xmax;
                return HeapResult.Ok;
            case TransactionStatus.Aborted:
                SetHint(row, RowFlags.XmaxAborted);
                return HeapResult.Ok;
            default:
                Tid next = NextOf(row);
                return next.IsNone ? HeapResult.Deleted : next == Tid.Moved ? HeapResult.Moved : HeapResult.Updated;
        }
    }

    /// <summary>True when no snapshot sees the version, now or later: its space may be taken.</summary>
    public static bool IsDeadToAll(byte* row, TransactionManager transactions)
    {
        RowFlags flags = FlagsOf(row);
        if ((flags & RowFlags.XminCommitted) == 0)
        {
            if ((flags & RowFlags.XminAborted) != 0)
                return true;
            ulong xmin = XminOf(row);
            bool committed = transactions.IsCommittedAt(xmin, transactions.VisibleLsn, out bool isFinal);
            if (isFinal)
                SetHint(row, committed ? RowFlags.XminCommitted : RowFlags.XminAborted);
            if (!committed)
                return isFinal;
        }
        ulong xmax = XmaxOf(row);
        if (xmax == 0 || (flags & RowFlags.XmaxAborted) != 0)
            return false;
        return (flags & RowFlags.XmaxCommitted) != 0 || transactions.IsCommittedForAll(xmax);
    }

    /// <summary>True when the version never came to be: its transaction, or the savepoint, was rolled back.</summary>
    public static bool IsInsertionAborted(byte* row, TransactionManager transactions)
    {
        RowFlags flags = FlagsOf(row);
        return (flags & RowFlags.XminAborted) != 0 || ((flags & RowFlags.XminCommitted) == 0 && transactions.IsAborted(XminOf(row)));
    }

    /// <summary>True when every snapshot sees the version, now and later, as far as no transaction deletes it.</summary>
    public static bool IsVisibleToAll(byte* row, TransactionManager transactions)
    {
        RowFlags flags = FlagsOf(row);
        if ((flags & RowFlags.XminCommitted) == 0 && !transactions.IsCommittedForAll(XminOf(row)))
            return false;
        ulong xmax = XmaxOf(row);
        return xmax == 0 || (flags & RowFlags.XmaxAborted) != 0 || transactions.IsAborted(xmax);
    }

    /// <summary>
    /// SERIALIZABLE: a reader has met a version; whoever wrote what it may not see comes after it. Throws 40001. The page must be latched.
    /// </summary>
    public static void NoteRead(byte* row, bool isVisible, SerializableTransaction reader)
    {
        RowFlags flags = FlagsOf(row);
        ulong xid = !isVisible ? XminOf(row) : (flags & RowFlags.XmaxAborted) == 0 ? XmaxOf(row) : 0;
        if (xid != 0)
            reader.MeetWriter(xid);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong XminOf(byte* row) => *(ulong*)row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong XmaxOf(byte* row) => *(ulong*)(row + 8);

    public static uint CminOf(byte* row) => *(uint*)(row + 16);

    public static uint CmaxOf(byte* row) => *(uint*)(row + 20);

    public static Tid NextOf(byte* row) => new(*(uint*)(row + 24), *(ushort*)(row + 28));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowFlags FlagsOf(byte* row) => (RowFlags)(Volatile.Read(ref *(uint*)(row + FlagsWordOffset)) >> FlagsShift);

    private static void SetHint(byte* row, RowFlags hint) =>
        Interlocked.Or(ref *(uint*)(row + FlagsWordOffset), (uint)hint << FlagsShift);

    private static bool IsInserted(byte* row, ulong xmin, Lsn snapshot, TransactionManager transactions)
    {
        bool committed = transactions.IsCommittedAt(xmin, snapshot, out bool isFinal);
        if (isFinal)
            SetHint(row, committed ? RowFlags.XminCommitted : RowFlags.XminAborted);
        return committed;
    }

    private static bool IsDeleted(byte* row, ulong xmax, RowFlags flags, in Snapshot snapshot, TransactionManager transactions)
    {
        if ((flags & RowFlags.XmaxCommitted) != 0)
            return true;
        if ((flags & RowFlags.XmaxAborted) != 0)
            return false;
        if (snapshot.Owner!.IsOwn(xmax))
            return CmaxOf(row) < snapshot.CommandId;
        bool committed = transactions.IsCommittedAt(xmax, snapshot.VisibleLsn, out bool isFinal);
        if (isFinal)
            SetHint(row, committed ? RowFlags.XmaxCommitted : RowFlags.XmaxAborted);
        return committed;
    }

    private static bool IsVisibleInHistory(byte* row, in Snapshot snapshot, TransactionManager transactions)
    {
        if (!transactions.IsCommittedInHistory(XminOf(row), snapshot.ReadPoint))
            return false;
        ulong xmax = XmaxOf(row);
        return xmax == 0 || !transactions.IsCommittedInHistory(xmax, snapshot.ReadPoint);
    }
}
