namespace Strata.Format.Wal;

// Body of Commit and Abort, version 1:
//
//   8  time            int64, microseconds since 2000-01-01 00:00 UTC; at offset 0 so that it can be patched at reservation
//   v  sub-xid count
//   v  sub-xid gaps    ascending; the first relative to the record's xid, each next relative to the one before
//   v  length, n       invalidations: opaque here, written and read by the catalog cache
//
// Storages that the transaction dropped are DropStorage changes of the same record.

/// <summary>The body of a commit or abort record.</summary>
public readonly ref struct CommitBody
{
    private readonly ReadOnlySpan<byte> _gaps;
    private readonly ulong _xid;

    private CommitBody(long time, ulong xid, int subXidCount, ReadOnlySpan<byte> gaps, ReadOnlySpan<byte> invalidations)
    {
        TimeMicroseconds = time;
        _xid = xid;
        SubXidCount = subXidCount;
        _gaps = gaps;
        Invalidations = invalidations;
    }

    /// <summary>Commit time in microseconds since 2000-01-01 UTC; never less than that of an earlier commit of the timeline.</summary>
    public long TimeMicroseconds { get; }

    /// <summary>Number of sub-transactions that commit or abort with the record's xid and that it names: none when they are too many for a record, which the log before it links to the xid.</summary>
    public int SubXidCount { get; }

    /// <summary>Catalog invalidations, opaque.</summary>
    public ReadOnlySpan<byte> Invalidations { get; }

    /// <summary>Copies the sub-transaction ids, ascending, to a span of at least <see cref="SubXidCount"/>.</summary>
    public void CopySubXids(Span<ulong> destination)
    {
        var reader = new ByteReader(_gaps);
        ulong previous = _xid;
        for (int i = 0; i < SubXidCount; i++)
            destination[i] = previous += reader.ReadVarint();
    }

    /// <summary>Encodes a body. <paramref name="subXids"/> must ascend and be above <paramref name="xid"/>.</summary>
    public static void Encode(
        ref ByteWriter writer, long timeMicroseconds, ulong xid, scoped ReadOnlySpan<ulong> subXids, scoped ReadOnlySpan<byte> invalidations)
    {
        writer.WriteInt64(timeMicroseconds);
        writer.WriteVarint((ulong)subXids.Length);
        ulong previous = xid;
        foreach (ulong subXid in subXids)
        {
            Invariant.Check(subXid > previous);
            writer.WriteVarint(subXid - previous);
            previous = subXid;
        }
        writer.WriteSized(invalidations);
    }

    /// <summary>Decodes the body of a checked record; throws <see cref="CorruptPageException"/> when it is not one.</summary>
    public static CommitBody Decode(WalRecordReader record)
    {
        CorruptPageException.Unless(record.Kind is WalRecordKind.Commit or WalRecordKind.Abort && record.Version == 1);
        ReadOnlySpan<byte> body = record.Body;
        var reader = new ByteReader(body);
        long time = reader.ReadInt64();
        int count = reader.ReadVarint(WalFormat.MaxRecordBytes);
        int begin = reader.Position;
        for (int i = 0; i < count && !reader.Failed; i++)
            reader.ReadVarint();
        int end = reader.Position;
        ReadOnlySpan<byte> invalidations = reader.ReadSized();
        reader.EnsureComplete("commit body");
        return new CommitBody(time, record.Xid, count, body[begin..end], invalidations);
    }
}
