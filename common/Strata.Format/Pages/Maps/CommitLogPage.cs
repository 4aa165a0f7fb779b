namespace Strata.Format.Pages.Maps;

// A commit log page: common header, then 2 bits per transaction, the lowest id in the lowest bits of the first byte.

/// <summary>Commit status of <see cref="XidsPerPage"/> transactions. Pure functions over a page's bytes.</summary>
public static class CommitLogPage
{
    /// <summary>Transactions per page: xid / XidsPerPage is the block.</summary>
    public const int XidsPerPage = (PageFormat.PageSizeBytes - PageFormat.HeaderBytes) * 4;

    /// <summary>The page that holds a transaction's status.</summary>
    public static PageKey KeyOf(ulong xid) =>
        new(0, SystemStorage.CommitLog, Fork.Main, checked((uint)(xid / XidsPerPage)));

    /// <summary>The status of a transaction whose page this is.</summary>
    public static CommitStatus Get(ReadOnlySpan<byte> page, ulong xid)
    {
        int index = (int)(xid % XidsPerPage);
        return (CommitStatus)((page[PageFormat.HeaderBytes + (index >> 2)] >> ((index & 3) * 2)) & 3);
    }

    internal static void Set(Span<byte> page, int index, CommitStatus status)
    {
        int shift = (index & 3) * 2;
        ref byte cell = ref page[PageFormat.HeaderBytes + (index >> 2)];
        cell = (byte)((cell & ~(3 << shift)) | ((byte)status << shift));
    }
}
