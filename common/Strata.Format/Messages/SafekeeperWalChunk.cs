using System.Buffers.Binary;

namespace Strata.Format.Messages;

/// <summary>
/// Consecutive WAL bytes from a safekeeper to a reader. A stream of chunks may cut records anywhere; <see cref="CommitLsn"/> is a record boundary.
/// With no bytes it only brings a newer commit LSN. Frames and records carry their own checksums.
/// <code>
/// 0   1  kind
/// 1   8  begin LSN
/// 9   8  commit LSN known to the safekeeper
/// 17     WAL bytes up to the end of the frame
/// </code>
/// </summary>
public readonly record struct SafekeeperWalChunk(Lsn BeginLsn, Lsn CommitLsn)
{
    public const int HeaderBytes = 17;

    public void WriteTo(Span<byte> head)
    {
        head[0] = (byte)SafekeeperMessageKind.WalChunk;
        BinaryPrimitives.WriteUInt64LittleEndian(head[1..], BeginLsn.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[9..], CommitLsn.Value);
    }

    /// <summary>Splits a frame; false when it is no chunk or too long.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> frame, out SafekeeperWalChunk chunk, out ReadOnlyMemory<byte> wal)
    {
        ReadOnlySpan<byte> head = frame.Span;
        if (head.Length is < HeaderBytes or > HeaderBytes + SafekeeperProtocol.MaxWalBytes ||
            head[0] != (byte)SafekeeperMessageKind.WalChunk)
        {
            chunk = default;
            wal = default;
            return false;
        }
        chunk = new SafekeeperWalChunk(
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(head[1..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(head[9..])));
        wal = frame[HeaderBytes..];
        return chunk.BeginLsn.Value <= ulong.MaxValue - (ulong)wal.Length;
    }
}
