using static Strata.Engine.Types.Geometry.GeoFloat;

namespace Strata.Engine.Types.Geometry;

/// <summary>Relations of polygons and paths, given as their corners. Stateless. Source: PostgreSQL 15, geometric operators.</summary>
internal static class GeoPolygon
{
    private const int OnEdge = int.MaxValue;

    /// <summary>True for points inside and on the edge: the sum of the signed crossings of the positive x axis through the point is not 0.</summary>
    public static bool Contains(ReadOnlySpan<GeoPoint> corners, GeoPoint point)
    {
        if (corners.IsEmpty)
            return false;
        GeoPoint first = corners[0] - point, previous = first;
        int total = 0;
        for (int i = 1; i <= corners.Length; i++)
        {
            GeoPoint current = i < corners.Length ? corners[i] - point : first;
            int crossing = Crossing(current, previous);
            if (crossing == OnEdge)
                return true;
            total += crossing;
            previous = current;
        }

        return total != 0;
    }

    /// <summary>How an edge crosses the positive x axis: ±2 across it, ±1 from or to it, 0 not at all.</summary>
    private static int Crossing(GeoPoint current, GeoPoint previous)
    {
        double x = current.X, y = current.Y;
        if (IsZero(y))
        {
            if (IsZero(x))
                return OnEdge;
            if (Greater(x, 0))
            {
                if (IsZero(previous.Y))
                    return Greater(previous.X, 0) ? 0 : OnEdge;
                return Less(previous.Y, 0) ? 1 : -1;
            }

            return IsZero(previous.Y) && !Less(previous.X, 0) ? OnEdge : 0;
        }

        int sign = Greater(y, 0) ? 1 : -1;
        if (IsZero(previous.Y))
            return Less(previous.X, 0) ? 0 : sign;
        if (sign < 0 ? Less(previous.Y, 0) : Greater(previous.Y, 0))
            return 0;
        if (GreaterOrEqual(x, 0) && Greater(previous.X, 0))
            return 2 * sign;
        if (Less(x, 0) && LessOrEqual(previous.X, 0))
            return 0;
        double z = Subtract(Multiply(Subtract(x, previous.X), y), Multiply(Subtract(y, previous.Y), x));
        if (IsZero(z))
            return OnEdge;
        return (sign < 0 ? Less(z, 0) : Greater(z, 0)) ? 0 : 2 * sign;
    }

    /// <summary>The edge that ends at a corner; of an open path the first corner has none.</summary>
    private static GeoSegment Edge(ReadOnlySpan<GeoPoint> corners, int end) => new(corners[end == 0 ? corners.Length - 1 : end - 1], corners[end]);

    /// <summary>True when any edges meet.</summary>
    public static bool EdgesIntersect(ReadOnlySpan<GeoPoint> a, bool aIsClosed, ReadOnlySpan<GeoPoint> b, bool bIsClosed)
    {
        for (int i = aIsClosed ? 0 : 1; i < a.Length; i++)
        {
            for (int j = bIsClosed ? 0 : 1; j < b.Length; j++)
            {
                if (Edge(a, i).Intersect(Edge(b, j)) is not null)
                    return true;
            }
        }

        return false;
    }

    public static bool Overlaps(ReadOnlySpan<GeoPoint> a, ReadOnlySpan<GeoPoint> b) =>
        GeoBox.Around(a).Overlaps(GeoBox.Around(b)) && (EdgesIntersect(a, true, b, true) || Contains(b, a[0]) || Contains(a, b[0]));

    /// <summary>Shortest distance between edges; null when one has none.</summary>
    public static double? Distance(ReadOnlySpan<GeoPoint> a, bool aIsClosed, ReadOnlySpan<GeoPoint> b, bool bIsClosed)
    {
        double? shortest = null;
        for (int i = aIsClosed ? 0 : 1; i < a.Length; i++)
        {
            for (int j = bIsClosed ? 0 : 1; j < b.Length; j++)
            {
                double distance = Edge(a, i).Closest(Edge(b, j), out _);
                if (shortest is null || ValueComparison.CompareFloats(distance, shortest.Value) < 0)
                    shortest = distance;
            }
        }

        return shortest;
    }

    /// <summary>Shortest distance of a point to an edge; to the only corner when there is but one.</summary>
    public static double Distance(ReadOnlySpan<GeoPoint> corners, bool isClosed, GeoPoint point)
    {
        if (corners.Length == 1)
            return isClosed ? corners[0].DistanceTo(point) : 0;
        double shortest = double.NaN;
        for (int i = isClosed ? 0 : 1; i < corners.Length; i++)
            shortest = Min(Edge(corners, i).Closest(point, out _), shortest);
        return shortest;
    }

    public static double DistanceInside(ReadOnlySpan<GeoPoint> corners, GeoPoint point) =>
        Contains(corners, point) ? 0.0 : Distance(corners, true, point);

    /// <summary>Same corners in the same or the opposite order, from any of them on.</summary>
    public static bool Same(ReadOnlySpan<GeoPoint> a, ReadOnlySpan<GeoPoint> b)
    {
        int count = a.Length;
        if (count != b.Length)
            return false;
        for (int start = 0; start < count; start++)
        {
            if (!a[0].Same(b[start]))
                continue;
            int forward = 1, backward = 1;
            while (forward < count && a[forward].Same(b[(start + forward) % count]))
                forward++;
            while (backward < count && a[backward].Same(b[(start - backward + count) % count]))
                backward++;
            if (forward == count || backward == count)
                return true;
        }

        return false;
    }

    public static bool Contains(ReadOnlySpan<GeoPoint> outer, ReadOnlySpan<GeoPoint> inner)
    {
        if (!GeoBox.Around(outer).Contains(GeoBox.Around(inner)))
            return false;
        for (int i = 0; i < inner.Length; i++)
        {
            if (!ContainsSegment(outer, Edge(inner, i), 0))
                return false;
        }

        return true;
    }

    /// <summary>Cuts the segment where it meets edges from <paramref name="start"/> on, and looks where the middles of the pieces are.</summary>
    private static bool ContainsSegment(ReadOnlySpan<GeoPoint> corners, GeoSegment segment, int start)
    {
        Vectors.DepthGuard.Check();
        bool result = true, isCut = false;
        for (int i = start; i < corners.Length && result; i++)
        {
            GeoSegment edge = Edge(corners, i);
            if (edge.Contains(segment.Start))
            {
                if (edge.Contains(segment.End))
                    return true;
                result = ContainsTouching(corners, segment.Start, segment.End, edge, i + 1);
            }
            else if (edge.Contains(segment.End))
            {
                result = ContainsTouching(corners, segment.End, segment.Start, edge, i + 1);
            }
            else if (edge.Intersect(segment) is { } point)
            {
                isCut = true;
                result = ContainsSegment(corners, new GeoSegment(segment.Start, point), i + 1)
                    && ContainsSegment(corners, new GeoSegment(point, segment.End), i + 1);
            }
        }

        return result && (isCut || Contains(corners, segment.Center));
    }

    /// <summary>A segment of which one end lies on an edge.</summary>
    private static bool ContainsTouching(ReadOnlySpan<GeoPoint> corners, GeoPoint touching, GeoPoint other, GeoSegment edge, int start)
    {
        var segment = new GeoSegment(touching, other);
        if (touching.Same(edge.Start))
            return !segment.Contains(edge.End) || ContainsSegment(corners, new GeoSegment(other, edge.End), start);
        if (touching.Same(edge.End))
            return !segment.Contains(edge.Start) || ContainsSegment(corners, new GeoSegment(other, edge.Start), start);
        if (segment.Contains(edge.Start))
            return ContainsSegment(corners, new GeoSegment(other, edge.Start), start);
        return !segment.Contains(edge.End) || ContainsSegment(corners, new GeoSegment(other, edge.End), start);
    }

    /// <summary>The circle around the mean of the corners with their mean distance.</summary>
    public static GeoCircle ToCircle(ReadOnlySpan<GeoPoint> corners)
    {
        var sum = new GeoPoint(0, 0);
        foreach (GeoPoint corner in corners)
            sum += corner;
        var center = new GeoPoint(Divide(sum.X, corners.Length), Divide(sum.Y, corners.Length));
        double radius = 0;
        foreach (GeoPoint corner in corners)
            radius = Add(radius, corner.DistanceTo(center));
        return new GeoCircle(center, Divide(radius, corners.Length));
    }

    /// <summary>True when a point lies on an open path.</summary>
    public static bool IsOnPath(ReadOnlySpan<GeoPoint> points, GeoPoint point)
    {
        for (int i = 1; i < points.Length; i++)
        {
            if (Edge(points, i).Contains(point))
                return true;
        }

        return false;
    }
}
