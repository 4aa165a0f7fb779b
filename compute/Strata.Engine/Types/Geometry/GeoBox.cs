using System.Runtime.InteropServices;
using static Strata.Engine.Types.Geometry.GeoFloat;

namespace Strata.Engine.Types.Geometry;

/// <summary>A box with its upper right and its lower left corner. Its 32 bytes in memory are its stored form.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GeoBox(GeoPoint High, GeoPoint Low)
{
    /// <summary>The box of two opposite corners.</summary>
    public static GeoBox Of(GeoPoint a, GeoPoint b)
    {
        // Of equal coordinates the second point's are the high ones: a zero may have a sign.
        (double highX, double lowX) = ValueComparison.CompareFloats(a.X, b.X) > 0 ? (a.X, b.X) : (b.X, a.X);
        (double highY, double lowY) = ValueComparison.CompareFloats(a.Y, b.Y) > 0 ? (a.Y, b.Y) : (b.Y, a.Y);
        return new GeoBox(new GeoPoint(highX, highY), new GeoPoint(lowX, lowY));
    }

    /// <summary>The box of a text: the corners stay as they were written unless they have to change places.</summary>
    public static GeoBox OfText(GeoPoint high, GeoPoint low) => Of(low, high);

    public static GeoBox Around(ReadOnlySpan<GeoPoint> points)
    {
        GeoPoint high = points[0], low = points[0];
        foreach (GeoPoint point in points)
        {
            high = new GeoPoint(Max(point.X, high.X), Max(point.Y, high.Y));
            low = new GeoPoint(Min(point.X, low.X), Min(point.Y, low.Y));
        }

        return new GeoBox(high, low);
    }

    public double Width => Subtract(High.X, Low.X);

    public double Height => Subtract(High.Y, Low.Y);

    public double Area => Multiply(Width, Height);

    public GeoPoint Center => new(Divide(Add(High.X, Low.X), 2.0), Divide(Add(High.Y, Low.Y), 2.0));

    public bool Overlaps(GeoBox other) =>
        LessOrEqual(Low.X, other.High.X) && LessOrEqual(other.Low.X, High.X) && LessOrEqual(Low.Y, other.High.Y) && LessOrEqual(other.Low.Y, High.Y);

    public bool Contains(GeoBox other) =>
        GreaterOrEqual(High.X, other.High.X) && LessOrEqual(Low.X, other.Low.X) && GreaterOrEqual(High.Y, other.High.Y) && LessOrEqual(Low.Y, other.Low.Y);

    public bool Contains(GeoPoint point) => High.X >= point.X && Low.X <= point.X && High.Y >= point.Y && Low.Y <= point.Y;

    /// <summary>One of the four sides.</summary>
    public GeoSegment Side(int index)
    {
        GeoPoint corner = index < 2 ? new GeoPoint(Low.X, High.Y) : new GeoPoint(High.X, Low.Y);
        return new GeoSegment((index & 1) == 0 ? Low : High, corner);
    }

    public bool Intersects(GeoLine line)
    {
        for (int i = 0; i < 4; i++)
        {
            if (Side(i).Intersect(line) is not null)
                return true;
        }

        return false;
    }

    public bool Intersects(GeoSegment segment)
    {
        if (!Of(segment.Start, segment.End).Overlaps(this))
            return false;
        if (Contains(segment.Start) || Contains(segment.End))
            return true;
        for (int i = 0; i < 4; i++)
        {
            if (Side(i).Intersect(segment) is not null)
                return true;
        }

        return false;
    }

    /// <summary>Distance to a point and the box's point nearest to it.</summary>
    public double Closest(GeoPoint point, out GeoPoint closest)
    {
        closest = point;
        if (Contains(point))
            return 0.0;
        double distance = Side(0).Closest(point, out closest);
        for (int i = 1; i < 4; i++)
            GeoSegment.Take(Side(i).Closest(point, out GeoPoint candidate), candidate, ref distance, ref closest);
        return distance;
    }

    /// <summary>Distance to a segment and the box's point nearest to it.</summary>
    public double Closest(GeoSegment segment, out GeoPoint closest)
    {
        if (Intersects(segment))
        {
            segment.Closest(Center, out closest);
            return 0.0;
        }

        double distance = Side(0).Closest(segment, out closest);
        for (int i = 1; i < 4; i++)
            GeoSegment.Take(Side(i).Closest(segment, out GeoPoint candidate), candidate, ref distance, ref closest);
        return distance;
    }
}
