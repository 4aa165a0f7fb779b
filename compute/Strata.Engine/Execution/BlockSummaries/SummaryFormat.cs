using System.Buffers.Binary;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;

namespace Strata.Engine.Execution.BlockSummaries;

// A BRIN index is a B-tree whose entries name no rows. The key of an entry, big-endian:
//
//   0   4   first block of the range
//   4   1   number of the key column
//   5   1   what it says: 2d the low end of a value in dimension d, 2d + 1 a high end, 254 there is a value without ends, 255 there is a null
//   6   …   the end
//
// Of the low ends of a range the first entry counts, of the high ends the last: whoever stores a row whose value lies beyond them adds an entry, nothing is ever changed in place.
// So two sessions can widen a summary at once, and a scan that began earlier is not disturbed. The number of entries grows with the logarithm of the range's rows.
//
//   FFFFFFFF, pages of a range:4   the only entry of that kind: how the index was built

/// <summary>Keys of BRIN indexes. Stateless.</summary>
internal static class SummaryFormat
{
    public const int PagesDefault = 128;
    public const int PagesMax = 131072;
    public const int HeaderBytes = 6;
    public const byte EmptyKind = 254;
    public const byte NullKind = 255;

    private const uint SettingsBlock = uint.MaxValue;

    /// <summary>Writes a key's beginning.</summary>
    public static void WriteHeader(Span<byte> key, uint firstBlock, int column, int kind)
    {
        BinaryPrimitives.WriteUInt32BigEndian(key, firstBlock);
        key[4] = (byte)column;
        key[5] = (byte)kind;
    }

    public static uint FirstBlock(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt32BigEndian(key);

    /// <summary>False for the entry that has the index's settings.</summary>
    public static bool IsSummary(ReadOnlySpan<byte> key) => FirstBlock(key) != SettingsBlock;

    /// <summary>The key that keeps the number of pages of a range.</summary>
    public static byte[] Settings(int pagesPerRange)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(key, SettingsBlock);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(4), pagesPerRange);
        return key;
    }

    /// <summary>Pages of a range of an index.</summary>
    public static int PagesPerRange(BTreeIndex index, ReadPoint readPoint, CancellationToken cancellation)
    {
        var scan = new BTreeScan();
        ReadOnlySpan<byte> prefix = [0xFF, 0xFF, 0xFF, 0xFF];
        scan.Open(index, new BTreeRange { HasLower = true, Lower = prefix, LowerInclusive = true }, ScanDirection.Forward, withKeys: true, readPoint);
        // An index without the entry has no summaries either.
        int pages = scan.NextBatch(cancellation) ? BinaryPrimitives.ReadInt32BigEndian(scan.Key(0)[4..]) : PagesDefault;
        scan.Close();
        return pages;
    }
}
