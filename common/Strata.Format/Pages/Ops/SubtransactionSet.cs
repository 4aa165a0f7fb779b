using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// SubtransactionSet 1:
//
//   v  distance   of the first id from its top-level transaction's, at least 1
//   v  index      of the first id within the page
//   v  length     ids in a row from there, at least 1
//   then, to the end of the change, further runs:
//   v  gap        from the last id of the run before to the first of this one, at least 2
//   v  length

/// <summary>Notes on one page of sub-transactions to which top-level transaction ids belong.</summary>
public static class SubtransactionSet
{
    /// <summary>Encodes sub-transactions (ascending, all of one page) of the transaction <paramref name="top"/>, which is below all of them.</summary>
    public static void Encode(ref ByteWriter writer, ulong top, scoped ReadOnlySpan<ulong> xids)
    {
        Invariant.Check(xids[0] > top && xids[^1] - top <= SubtransactionPage.DistanceMax && xids[^1] / SubtransactionPage.XidsPerPage == xids[0] / SubtransactionPage.XidsPerPage);
        PageOps.WriteOp(ref writer, PageOp.SubtransactionSet);
        writer.WriteVarint(xids[0] - top);
        writer.WriteVarint(xids[0] % SubtransactionPage.XidsPerPage);
        for (int begin = 0; begin < xids.Length;)
        {
            int end = begin + 1;
            while (end < xids.Length && xids[end] == xids[end - 1] + 1)
                end++;
            if (begin > 0)
                writer.WriteVarint(xids[begin] - xids[begin - 1]);
            writer.WriteVarint((ulong)(end - begin));
            begin = end;
        }
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.Subtransactions);
        uint distance = reader.ReadVarint32();
        int index = reader.ReadVarint(SubtransactionPage.XidsPerPage);
        CorruptPageException.Unless(distance > 0);
        while (true)
        {
            int length = reader.ReadVarint(SubtransactionPage.XidsPerPage);
            reader.EnsureValid("subtransaction set");
            CorruptPageException.Unless(length > 0 && index + length <= SubtransactionPage.XidsPerPage && distance <= uint.MaxValue - (uint)length);
            for (; length > 0; length--)
                SubtransactionPage.Set(page, index++, distance++);
            if (reader.Remaining == 0)
                return;
            int gap = reader.ReadVarint(SubtransactionPage.XidsPerPage);
            CorruptPageException.Unless(gap >= 2);
            index += gap - 1;
            distance += (uint)gap - 1;
        }
    }
}
