using System.Runtime.InteropServices;
using static Strata.Engine.Types.Geometry.GeoFloat;

namespace Strata.Engine.Types.Geometry;

/// <summary>A line segment. Its 32 bytes in memory are its stored form.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GeoSegment(GeoPoint Start, GeoPoint End)
{
    public double Slope => Start.SlopeTo(End);

    public double InverseSlope => Start.InverseSlopeTo(End);

    public double Length => Start.DistanceTo(End);

    public GeoPoint Center => new(Divide(Add(Start.X, End.X), 2.0), Divide(Add(Start.Y, End.Y), 2.0));

    public bool Contains(GeoPoint point) => Equal(point.DistanceTo(Start) + point.DistanceTo(End), Length);

    public GeoPoint? Intersect(GeoLine line)
    {
        if (GeoLine.Through(Start, Slope).Intersect(line) is not { } point || !Contains(point))
            return null;
        // An end that is hit is given exactly.
        return Start.Same(point) ? Start : End.Same(point) ? End : point;
    }

    public GeoPoint? Intersect(GeoSegment other) =>
        Intersect(GeoLine.Through(other.Start, other.Slope)) is { } point && other.Contains(point) ? point : null;

    /// <summary>Distance to a line and this segment's point nearest to it.</summary>
    public double Closest(GeoLine line, out GeoPoint closest)
    {
        if (Intersect(line) is { } point)
        {
            closest = point;
            return 0.0;
        }

        double first = line.Closest(Start, out _), second = line.Closest(End, out _);
        closest = first < second ? Start : End;
        return first < second ? first : second;
    }

    /// <summary>Distance to a point and this segment's point nearest to it.</summary>
    public double Closest(GeoPoint point, out GeoPoint closest)
    {
        Closest(GeoLine.Through(point, InverseSlope), out closest);
        return closest.DistanceTo(point);
    }

    /// <summary>Distance to a segment and this segment's point nearest to it.</summary>
    public double Closest(GeoSegment other, out GeoPoint closest)
    {
        if (Intersect(other) is { } shared)
        {
            closest = shared;
            return 0.0;
        }

        double distance = Closest(other.Start, out closest);
        Take(Closest(other.End, out GeoPoint point), point, ref distance, ref closest);
        Take(other.Closest(Start, out _), Start, ref distance, ref closest);
        Take(other.Closest(End, out _), End, ref distance, ref closest);
        return distance;
    }

    internal static void Take(double candidate, GeoPoint point, ref double distance, ref GeoPoint closest)
    {
        if (ValueComparison.CompareFloats(candidate, distance) >= 0)
            return;
        distance = candidate;
        closest = point;
    }
}
