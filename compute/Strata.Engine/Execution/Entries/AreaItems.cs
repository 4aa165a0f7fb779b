using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Types.Geometry;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

// An area's part, 33 bytes, big-endian:
//
//   0    1    number of bits of the longer side
//   1    16   the lower left corner: bits of x and y in turn, x first
//   17   8    x of the upper right corner
//   25   8    y of it
//
// Coordinates are doubles as 64-bit numbers in the same order. As with spans, areas of about the same size stand together; within a class they follow the Z-order curve of their lower left corner.

/// <summary>box_ops, point_ops, poly_ops, circle_ops of GiST and their kin of SP-GiST: a value is its bounding box.</summary>
internal sealed class AreaItems : ItemClass
{
    /// <summary>Bytes of a part.</summary>
    public const int PartBytes = 33;

    /// <summary>Geometric comparisons tolerate 1e-6; a little more makes up for rounding.</summary>
    private const double Tolerance = 1.1e-6;

    /// <summary>The shared instance.</summary>
    public static AreaItems Instance { get; } = new();

    public override void Extract(Vector vector, int row, EntryList entries)
    {
        GeoBox box = BoundsOf(vector.Type.Plain.Oid, vector.GetStored(row));
        if (HasNaN(box))
        {
            entries.Add(EntryCategory.Anywhere);
            return;
        }

        ulong x = Ordered(box.Low.X), y = Ordered(box.Low.Y), right = Ordered(box.High.X), top = Ordered(box.High.Y);
        KeyBuffer entry = entries.Begin();
        Span<byte> part = entry.Reserve(PartBytes);
        part[0] = (byte)Math.Max(SpanItems.LengthClass(x, right), SpanItems.LengthClass(y, top));
        BinaryPrimitives.WriteUInt128BigEndian(part[1..], ZOrder.Combine(x, y));
        BinaryPrimitives.WriteUInt64BigEndian(part[17..], right);
        BinaryPrimitives.WriteUInt64BigEndian(part[25..], top);
        entry.Advance(PartBytes);
        entries.End();
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        int column = scratch.Column;
        return TryConstrain(operatorName, value.Type.Plain.Oid, value.GetStored(row), out SpanConstraint horizontal, out SpanConstraint vertical)
            ? new AreaQuery(column, horizontal, vertical)
            : EntryQuery.AllOf(column);
    }

    /// <summary>Where the bounding box of a value must lie for <c>value operator constant</c>; false when nothing can be said.</summary>
    public static bool TryConstrain(string operatorName, uint typeOid, ReadOnlySpan<byte> stored, out SpanConstraint horizontal, out SpanConstraint vertical)
    {
        horizontal = vertical = SpanConstraint.Any;
        GeoBox box = BoundsOf(typeOid, stored);
        if (HasNaN(box))
            return false;
        ulong left = Ordered(Less(box.Low.X)), bottom = Ordered(Less(box.Low.Y)), right = Ordered(More(box.High.X)), top = Ordered(More(box.High.Y));
        ulong leftMore = Ordered(More(box.Low.X)), bottomMore = Ordered(More(box.Low.Y)), rightLess = Ordered(Less(box.High.X)), topLess = Ordered(Less(box.High.Y));
        switch (operatorName)
        {
            case "<<":
                horizontal = SpanConstraint.EndsBy(leftMore);
                return true;
            case "&<":
                horizontal = SpanConstraint.EndsBy(right);
                return true;
            case ">>":
                horizontal = SpanConstraint.BeginsFrom(rightLess);
                return true;
            case "&>":
                horizontal = SpanConstraint.BeginsFrom(left);
                return true;
            case "<<|" or "<^":
                vertical = SpanConstraint.EndsBy(bottomMore);
                return true;
            case "&<|":
                vertical = SpanConstraint.EndsBy(top);
                return true;
            case "|>>" or ">^":
                vertical = SpanConstraint.BeginsFrom(topLess);
                return true;
            case "|&>":
                vertical = SpanConstraint.BeginsFrom(bottom);
                return true;
            case "&&" or "~=" or "=":
                (horizontal, vertical) = (SpanConstraint.Overlaps(left, right), SpanConstraint.Overlaps(bottom, top));
                return true;
            case "<@":
                (horizontal, vertical) = (SpanConstraint.Within(left, right), SpanConstraint.Within(bottom, top));
                return true;
            case "@>":
                (horizontal, vertical) = (Holds(leftMore, rightLess), Holds(bottomMore, topLess));
                return true;
            default:
                return false;
        }
    }

    // A point is contained with its tolerance on both sides.
    private static SpanConstraint Holds(ulong low, ulong high) => new(0, low, high, ulong.MaxValue);

    /// <summary>The bounding box of a value in its stored form.</summary>
    public static GeoBox BoundsOf(uint typeOid, ReadOnlySpan<byte> stored)
    {
        switch (typeOid)
        {
            case TypeOid.Point:
                GeoPoint point = MemoryMarshal.Read<GeoPoint>(stored);
                return new GeoBox(point, point);
            case TypeOid.Circle:
                GeoCircle circle = MemoryMarshal.Read<GeoCircle>(stored);
                return new GeoBox(
                    new GeoPoint(circle.Center.X + circle.Radius, circle.Center.Y + circle.Radius), new GeoPoint(circle.Center.X - circle.Radius, circle.Center.Y - circle.Radius));
            case TypeOid.Polygon:
                return GeoBox.Around(GeometryCodec.Corners(stored));
            default:
                return MemoryMarshal.Read<GeoBox>(stored);
        }
    }

    public static bool HasNaN(in GeoBox box) => double.IsNaN(box.Low.X) || double.IsNaN(box.Low.Y) || double.IsNaN(box.High.X) || double.IsNaN(box.High.Y);

    /// <summary>A double as a number in the same order; not for NaN.</summary>
    public static ulong Ordered(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value == 0 ? 0d : value);
        return (bits & (1UL << 63)) != 0 ? ~bits : bits | (1UL << 63);
    }

    /// <summary>The double of such a number.</summary>
    public static double Unordered(ulong number) =>
        BitConverter.UInt64BitsToDouble((number & (1UL << 63)) != 0 ? number & ~(1UL << 63) : ~number);

    private static double Less(double value) => Math.BitDecrement(value - Tolerance);

    private static double More(double value) => Math.BitIncrement(value + Tolerance);
}
