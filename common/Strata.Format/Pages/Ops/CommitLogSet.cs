using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// CommitLogSet 1:
//
//   1  status   CommitStatus
//   v  index    of the first transaction within the page
//   v  gap      of each further one, relative to the one before; to the end of the change

/// <summary>Sets the status of a transaction and its sub-transactions on one commit log page.</summary>
public static class CommitLogSet
{
    /// <summary>Encodes transactions (ascending, all of one page).</summary>
    public static void Encode(ref ByteWriter writer, CommitStatus status, scoped ReadOnlySpan<ulong> xids)
    {
        PageOps.WriteOp(ref writer, PageOp.CommitLogSet);
        writer.WriteByte((byte)status);
        writer.WriteVarint(xids[0] % CommitLogPage.XidsPerPage);
        for (int i = 1; i < xids.Length; i++)
        {
            Invariant.Check(xids[i] > xids[i - 1] && xids[i] / CommitLogPage.XidsPerPage == xids[0] / CommitLogPage.XidsPerPage);
            writer.WriteVarint(xids[i] - xids[i - 1]);
        }
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.CommitLog);
        var status = (CommitStatus)reader.ReadByte();
        CorruptPageException.Unless(status is CommitStatus.Committed or CommitStatus.Aborted or CommitStatus.Child);
        int index = 0;
        do
        {
            index += reader.ReadVarint(CommitLogPage.XidsPerPage);
            reader.EnsureValid("commit log set");
            CorruptPageException.Unless(index < CommitLogPage.XidsPerPage);
            CommitLogPage.Set(page, index, status);
        }
        while (reader.Remaining > 0);
    }
}
