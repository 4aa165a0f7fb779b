using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// TimeIndexAppend 1:
//
//   v  time   signed, microseconds since 2000-01-01 00:00 UTC
//   v  lsn

/// <summary>Appends an entry to a time index page.</summary>
public static class TimeIndexAppend
{
    public static void Encode(ref ByteWriter writer, long timeMicroseconds, Lsn lsn)
    {
        PageOps.WriteOp(ref writer, PageOp.TimeIndexAppend);
        writer.WriteSignedVarint(timeMicroseconds);
        writer.WriteVarint(lsn.Value);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.TimeIndex);
        long time = reader.ReadSignedVarint();
        ulong lsn = reader.ReadVarint();
        reader.EnsureComplete("time index");
        TimeIndexPage.Append(page, time, new Lsn(lsn));
    }
}
