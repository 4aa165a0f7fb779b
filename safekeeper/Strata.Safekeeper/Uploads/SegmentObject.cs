using System.Buffers.Binary;
using System.Globalization;
using Strata.Format;
using Strata.Platform;

namespace Strata.Safekeeper.Uploads;

/// <summary>
/// A sealed WAL segment in the object store, <c>projects/P/timelines/T/wal/SEGMENT-TERM</c> (segment number and term of its last byte, 16 hex digits each, so
/// names sort by position). Only committed bytes are sealed, so whoever uploads a segment uploads the same bytes. Layout, little-endian; the header is outside of LSN space:
/// <code>
/// 0   4   magic "SWAL"
/// 4   2   format version
/// 6   1   codec: 0 stored as is
/// 7   1   zero
/// 8   4   key id: 0 not encrypted
/// 12  12  nonce, random
/// 24  16  timeline id (big-endian)
/// 40  8   begin LSN: the segment's start, or the timeline's when it begins inside
/// 48  8   end LSN
/// 56  8   term of the last byte
/// 64  4   CRC32C of the payload
/// 68  4   CRC32C of bytes 0..68
/// 72      payload: end - begin bytes
/// </code>
/// </summary>
internal static class SegmentObject
{
    public const int HeaderBytes = 72;
    private const uint Magic = 0x4C415753; // "SWAL"
    private const ushort FormatVersion = 1;

    /// <summary>What a valid header says.</summary>
    public readonly record struct Header(Lsn BeginLsn, Lsn EndLsn, ulong Term, uint PayloadChecksum)
    {
        public int PayloadBytes => (int)(EndLsn - BeginLsn);
    }

    /// <summary>Prefix of all WAL objects of a timeline.</summary>
    public static string Prefix(ProjectId project, TimelineId timeline) => $"projects/{project}/timelines/{timeline}/wal/";

    /// <summary>Prefix of the objects of one segment; the term follows.</summary>
    public static string SegmentPrefix(ProjectId project, TimelineId timeline, ulong segment) =>
        Prefix(project, timeline) + segment.ToString("x16", CultureInfo.InvariantCulture) + "-";

    public static string Key(ProjectId project, TimelineId timeline, ulong segment, ulong term) =>
        SegmentPrefix(project, timeline, segment) + term.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The segment number in a key; false when the key is not one of these.</summary>
    public static bool TryParseSegment(string key, out ulong segment)
    {
        segment = 0;
        int slash = key.LastIndexOf('/');
        return key.Length == slash + 1 + 33 && key[slash + 17] == '-' &&
            ulong.TryParse(key.AsSpan(slash + 1, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out segment);
    }

    /// <summary>Completes an object whose payload stands at <see cref="HeaderBytes"/> already.</summary>
    public static void WriteHeader(Span<byte> bytes, TimelineId timeline, Lsn begin, ulong term, IRandom random)
    {
        ReadOnlySpan<byte> payload = bytes[HeaderBytes..];
        Span<byte> header = bytes[..HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], FormatVersion);
        random.Fill(header[12..24]);
        BinaryPrimitives.WriteUInt128BigEndian(header[24..], timeline.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], begin.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], begin.Value + (ulong)payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], term);
        BinaryPrimitives.WriteUInt32LittleEndian(header[64..], Crc32C.Compute(payload));
        BinaryPrimitives.WriteUInt32LittleEndian(header[68..], Crc32C.Compute(header[..68]));
    }

    /// <summary>Checks a header; false when it is damaged, of a newer format, or another timeline's.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, TimelineId timeline, out Header header)
    {
        header = default;
        if (bytes.Length < HeaderBytes ||
            BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic ||
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[68..]) != Crc32C.Compute(bytes[..68]) ||
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) != FormatVersion || bytes[6] != 0 ||
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != 0 ||
            BinaryPrimitives.ReadUInt128BigEndian(bytes[24..]) != timeline.Value)
        {
            return false;
        }
        header = new Header(
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..])),
            new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..])),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[64..]));
        return header.EndLsn >= header.BeginLsn && header.EndLsn - header.BeginLsn <= int.MaxValue - HeaderBytes;
    }

    /// <summary>Checks a whole object.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, TimelineId timeline, out Header header, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!TryReadHeader(bytes.Span, timeline, out header) || bytes.Length != HeaderBytes + header.PayloadBytes)
            return false;
        payload = bytes[HeaderBytes..];
        return Crc32C.Compute(payload.Span) == header.PayloadChecksum;
    }
}
