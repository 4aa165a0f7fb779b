using System.Buffers.Binary;

namespace Strata.Format.Messages;

/// <summary>
/// WAL from the leader, or with no bytes news of its commit LSN. Layout of a frame: this header, then the bytes.
/// <code>
/// 0   1  kind
/// 1   8  term
/// 9   8  begin LSN
/// 17  8  commit LSN
/// 25  8  remote consistent LSN: what page servers reported durable
/// 33  8  ingested LSN: what page servers reported applied
/// 41     WAL bytes up to the end of the frame, whole records
/// </code>
/// </summary>
public readonly record struct SafekeeperAppendRequest(
    ulong Term, Lsn BeginLsn, Lsn CommitLsn, Lsn RemoteConsistentLsn, Lsn IngestedLsn)
{
    public const int HeaderBytes = 41;

    public void WriteTo(Span<byte> head)
    {
        head[0] = (byte)SafekeeperMessageKind.AppendRequest;
        BinaryPrimitives.WriteUInt64LittleEndian(head[1..], Term);
        BinaryPrimitives.WriteUInt64LittleEndian(head[9..], BeginLsn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[17..], CommitLsn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[25..], RemoteConsistentLsn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[33..], IngestedLsn.Value);
    }

    /// <summary>Splits a frame; false when it is no append request or too long.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> frame, out SafekeeperAppendRequest request, out ReadOnlyMemory<byte> wal)
    {
        ReadOnlySpan<byte> head = frame.Span;
        if (head.Length is < HeaderBytes or > HeaderBytes + SafekeeperProtocol.MaxWalBytes ||
            head[0] != (byte)SafekeeperMessageKind.AppendRequest)
        {
            request = default;
            wal = default;
            return false;
        }
        request = new SafekeeperAppendRequest(
            BinaryPrimitives.ReadUInt64LittleEndian(head[1..]),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(head[9..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(head[17..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(head[25..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(head[33..])));
        wal = frame[HeaderBytes..];
        return request.BeginLsn.Value <= ulong.MaxValue - (ulong)wal.Length;
    }
}
