namespace Strata.Format.Wal;

// Body of TermStart, version 1:
//
//   8  time       int64, microseconds since 2000-01-01 00:00 UTC
//   v  term       the term that this compute won
//   v  first xid  of this life: a lower one that the log does not show as committed is aborted
//
// The reserved counter ranges are a CountersSet change of the same record.

/// <summary>The body of the first record of a compute's life.</summary>
/// <param name="TimeMicroseconds">Microseconds since 2000-01-01 UTC.</param>
/// <param name="Term">The term that the compute won from the safekeepers.</param>
/// <param name="FirstXid">The first transaction id of this life.</param>
public readonly record struct TermStartBody(long TimeMicroseconds, ulong Term, ulong FirstXid)
{
    public void Encode(ref ByteWriter writer)
    {
        writer.WriteInt64(TimeMicroseconds);
        writer.WriteVarint(Term);
        writer.WriteVarint(FirstXid);
    }

    /// <summary>Decodes the body of a checked record; throws <see cref="CorruptPageException"/> when it is not one.</summary>
    public static TermStartBody Decode(WalRecordReader record)
    {
        CorruptPageException.Unless(record.Kind == WalRecordKind.TermStart && record.Version == 1);
        var reader = new ByteReader(record.Body);
        var body = new TermStartBody(reader.ReadInt64(), reader.ReadVarint(), reader.ReadVarint());
        reader.EnsureComplete("term start body");
        return body;
    }
}
