using System.Buffers.Binary;
using Strata.Engine.Storage.BTree;

namespace Strata.Engine.Execution.Entries;

/// <summary>The rows whose spans meet a constraint.</summary>
internal sealed class SpanQuery(int column, SpanConstraint constraint) : EntryQuery
{
    private const int PrefixBytes = 2;
    private const int KeyBytes = PrefixBytes + SpanItems.PartBytes;
    private const int ClassMax = 64;

    public override TidStream Open(EntryScan scan) => Collected(scan);

    public override void Collect(EntryScan scan, TidBitmap bitmap)
    {
        BTreeScan cursor = scan.NewCursor();
        for (int bits = NextClass(scan, cursor, 0); bits <= ClassMax; bits = NextClass(scan, cursor, bits + 1))
        {
            if (constraint.TryBegins(bits, out ulong from, out ulong to))
                CollectClass(scan, cursor, bits, from, to, bitmap);
        }

        // What has no place may be anywhere.
        Of(column, EntryCategory.Anywhere).Collect(scan, bitmap);
    }

    private void CollectClass(EntryScan scan, BTreeScan cursor, int bits, ulong from, ulong to, TidBitmap bitmap)
    {
        Span<byte> lower = stackalloc byte[PrefixBytes + 9];
        Span<byte> upper = stackalloc byte[PrefixBytes + 9];
        WritePlace(lower, bits, from);
        WritePlace(upper, bits, to);
        scan.Open(cursor, new BTreeRange { HasLower = true, Lower = lower, LowerInclusive = true, HasUpper = true, Upper = upper, UpperInclusive = true }, withKeys: true);
        while (cursor.NextBatch(scan.Cancellation))
        {
            for (int i = 0; i < cursor.Tids.Length; i++)
            {
                ReadOnlySpan<byte> key = cursor.Key(i);
                EntryProbe.CheckLength(key, KeyBytes);
                ulong low = BinaryPrimitives.ReadUInt64BigEndian(key[(PrefixBytes + 1)..]), high = BinaryPrimitives.ReadUInt64BigEndian(key[(PrefixBytes + 9)..]);
                if (constraint.IsMetBy(low, high))
                    bitmap.Add(cursor.Tids[i]);
            }
        }
    }

    private void WritePlace(Span<byte> key, int bits, ulong place)
    {
        key[0] = (byte)column;
        key[1] = (byte)EntryCategory.Part;
        key[2] = (byte)bits;
        BinaryPrimitives.WriteUInt64BigEndian(key[3..], place);
    }

    /// <summary>The next length class that occurs, from one on; more than 64 when there is none.</summary>
    private int NextClass(EntryScan scan, BTreeScan cursor, int from)
    {
        if (from > ClassMax)
            return from;
        ReadOnlySpan<byte> lower = [(byte)column, (byte)EntryCategory.Part, (byte)from], upper = [(byte)column, (byte)EntryCategory.Part];
        return EntryProbe.FirstByte(scan, cursor, lower, upper, ClassMax + 1);
    }
}
