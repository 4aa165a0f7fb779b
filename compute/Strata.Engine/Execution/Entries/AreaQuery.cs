using System.Buffers.Binary;
using Strata.Engine.Storage.BTree;

namespace Strata.Engine.Execution.Entries;

/// <summary>The rows whose bounding boxes meet a constraint in both directions.</summary>
internal sealed class AreaQuery(int column, SpanConstraint horizontal, SpanConstraint vertical) : EntryQuery
{
    private const int PrefixBytes = 2;
    private const int PlaceBytes = PrefixBytes + 17;
    private const int KeyBytes = PrefixBytes + AreaItems.PartBytes;
    private const int ClassMax = 64;

    public override TidStream Open(EntryScan scan) => Collected(scan);

    public override void Collect(EntryScan scan, TidBitmap bitmap)
    {
        BTreeScan cursor = scan.NewCursor();
        for (int bits = NextClass(scan, cursor, 0); bits <= ClassMax; bits = NextClass(scan, cursor, bits + 1))
        {
            if (horizontal.TryBegins(bits, out ulong left, out ulong right) && vertical.TryBegins(bits, out ulong bottom, out ulong top))
                CollectClass(scan, cursor, bits, ZOrder.Combine(left, bottom), ZOrder.Combine(right, top), bitmap);
        }

        Of(column, EntryCategory.Anywhere).Collect(scan, bitmap);
    }

    // Along the curve from corner to corner; where it leaves the rectangle, on to where it comes back.
    private void CollectClass(EntryScan scan, BTreeScan cursor, int bits, UInt128 from, UInt128 to, TidBitmap bitmap)
    {
        (ulong left, ulong bottom) = ZOrder.Split(from);
        (ulong right, ulong top) = ZOrder.Split(to);
        Span<byte> lower = stackalloc byte[PlaceBytes];
        Span<byte> upper = stackalloc byte[PlaceBytes];
        WritePlace(upper, bits, to);
        UInt128 begin = from;
        while (true)
        {
            WritePlace(lower, bits, begin);
            scan.Open(cursor, new BTreeRange { HasLower = true, Lower = lower, LowerInclusive = true, HasUpper = true, Upper = upper, UpperInclusive = true }, withKeys: true);
            bool leaps = false;
            while (!leaps && cursor.NextBatch(scan.Cancellation))
            {
                for (int i = 0; i < cursor.Tids.Length; i++)
                {
                    ReadOnlySpan<byte> key = cursor.Key(i);
                    EntryProbe.CheckLength(key, KeyBytes);
                    UInt128 place = BinaryPrimitives.ReadUInt128BigEndian(key[(PrefixBytes + 1)..]);
                    if (place < begin)
                        continue;
                    (ulong x, ulong y) = ZOrder.Split(place);
                    if (x >= left && x <= right && y >= bottom && y <= top)
                    {
                        if (horizontal.IsMetBy(x, BinaryPrimitives.ReadUInt64BigEndian(key[PlaceBytes..])) && vertical.IsMetBy(y, BinaryPrimitives.ReadUInt64BigEndian(key[(PlaceBytes + 8)..])))
                            bitmap.Add(cursor.Tids[i]);
                        continue;
                    }

                    if (ZOrder.NextInside(place, from, to) is not { } next)
                        return;
                    begin = next;
                    // Beyond this leaf it is quicker to go down again.
                    leaps = BinaryPrimitives.ReadUInt128BigEndian(cursor.Key(cursor.Tids.Length - 1)[(PrefixBytes + 1)..]) < begin;
                    if (leaps)
                        break;
                }
            }

            if (!leaps)
                return;
        }
    }

    private void WritePlace(Span<byte> key, int bits, UInt128 place)
    {
        key[0] = (byte)column;
        key[1] = (byte)EntryCategory.Part;
        key[2] = (byte)bits;
        BinaryPrimitives.WriteUInt128BigEndian(key[3..], place);
    }

    private int NextClass(EntryScan scan, BTreeScan cursor, int from)
    {
        if (from > ClassMax)
            return from;
        ReadOnlySpan<byte> lower = [(byte)column, (byte)EntryCategory.Part, (byte)from], prefix = [(byte)column, (byte)EntryCategory.Part];
        return EntryProbe.FirstByte(scan, cursor, lower, prefix, ClassMax + 1);
    }
}
