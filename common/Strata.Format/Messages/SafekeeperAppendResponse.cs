using System.Buffers.Binary;

namespace Strata.Format.Messages;

/// <summary>
/// How far a safekeeper's durable log reaches; answers appends and <see cref="SafekeeperElected"/>. A flush LSN means something only together with its term.
/// <code>
/// 0   1  kind
/// 1   8  term: highest that it has seen, may be above the leader's (then the leader is fenced)
/// 9   8  flush LSN
/// 17  8  commit LSN
/// 25  8  remote consistent LSN from page servers
/// 33  8  ingested LSN from page servers
/// 41  1  flags: 1 may vote, 2 has adopted the term's history
/// 42  4  round: newest list of members of this term that is durable here
/// </code>
/// </summary>
public readonly record struct SafekeeperAppendResponse(
    ulong Term, Lsn FlushLsn, Lsn CommitLsn, Lsn RemoteConsistentLsn, Lsn IngestedLsn, bool MayVote, bool Adopted, uint Round)
{
    public const int SizeBytes = 46;

    public void WriteTo(Span<byte> frame)
    {
        frame[0] = (byte)SafekeeperMessageKind.AppendResponse;
        BinaryPrimitives.WriteUInt64LittleEndian(frame[1..], Term);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[9..], FlushLsn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[17..], CommitLsn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[25..], RemoteConsistentLsn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[33..], IngestedLsn.Value);
        frame[41] = (byte)((MayVote ? 1 : 0) | (Adopted ? 2 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[42..], Round);
    }

    public static bool TryRead(ReadOnlySpan<byte> frame, out SafekeeperAppendResponse response)
    {
        response = default;
        if (frame.Length != SizeBytes || frame[0] != (byte)SafekeeperMessageKind.AppendResponse || frame[41] > 3)
            return false;
        response = new SafekeeperAppendResponse(
            BinaryPrimitives.ReadUInt64LittleEndian(frame[1..]),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(frame[9..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(frame[17..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(frame[25..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(frame[33..])),
            (frame[41] & 1) != 0,
            (frame[41] & 2) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(frame[42..]));
        return true;
    }
}
