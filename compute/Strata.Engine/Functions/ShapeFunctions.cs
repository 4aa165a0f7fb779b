using System.Runtime.InteropServices;
using Strata.Engine.Types;
using Strata.Engine.Types.Geometry;
using static Strata.Engine.Functions.GeometryFunctions;
using static Strata.Engine.Types.Geometry.GeoFloat;

namespace Strata.Engine.Functions;

/// <summary>Operators and functions of path, polygon and circle. Source: PostgreSQL 15, "Geometric Functions and Operators".</summary>
internal static class ShapeFunctions
{
    private delegate bool BoxTest(GeoBox a, GeoBox b);

    private delegate bool CircleTest(GeoCircle a, GeoCircle b);

    public static void Register(FunctionTable t)
    {
        RegisterPaths(t);
        RegisterPathParts(t);
        RegisterPolygons(t);
        RegisterPolygonParts(t);
        RegisterCircles(t);
        RegisterCircleParts(t);
    }

    private static ReadOnlySpan<GeoPoint> Points(ref FunctionCall c, int argument) => GeometryCodec.PathPoints(c.Bytes(argument));

    private static bool IsClosed(ref FunctionCall c, int argument) => GeometryCodec.IsClosed(c.Bytes(argument));

    private static ReadOnlySpan<GeoPoint> Corners(ref FunctionCall c, int argument) => GeometryCodec.Corners(c.Bytes(argument));

    private static void RegisterPaths(FunctionTable t)
    {
        const uint pathContainsPoint = 1426;
        t.Add("path_n_lt", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length < c.Bytes(1).Length));
        t.Add("path_n_gt", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length > c.Bytes(1).Length));
        t.Add("path_n_eq", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length == c.Bytes(1).Length));
        t.Add("path_n_le", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length <= c.Bytes(1).Length));
        t.Add("path_n_ge", static (ref FunctionCall c) => c.Return(c.Bytes(0).Length >= c.Bytes(1).Length));
        t.Add("path_inter", static (ref FunctionCall c) => c.Return(
            GeoBox.Around(Points(ref c, 0)).Overlaps(GeoBox.Around(Points(ref c, 1)))
            && GeoPolygon.EdgesIntersect(Points(ref c, 0), IsClosed(ref c, 0), Points(ref c, 1), IsClosed(ref c, 1))));
        t.Add("path_distance", static (ref FunctionCall c) =>
        {
            if (GeoPolygon.Distance(Points(ref c, 0), IsClosed(ref c, 0), Points(ref c, 1), IsClosed(ref c, 1)) is { } distance)
                c.Return(distance);
            else
                c.ReturnNull();
        });
        t.Add("dist_ppath", static (ref FunctionCall c) => c.Return(GeoPolygon.Distance(Points(ref c, 1), IsClosed(ref c, 1), Read<GeoPoint>(ref c, 0))));
        t.Add("dist_pathp", static (ref FunctionCall c) => c.Return(GeoPolygon.Distance(Points(ref c, 0), IsClosed(ref c, 0), Read<GeoPoint>(ref c, 1))));
        t.Add("on_ppath", static (ref FunctionCall c) => c.Return(IsOn(ref c, 1, 0)));
        t.Add(pathContainsPoint, static (ref FunctionCall c) => c.Return(IsOn(ref c, 0, 1)));
    }

    private static bool IsOn(ref FunctionCall c, int path, int point) => IsClosed(ref c, path)
        ? GeoPolygon.Contains(Points(ref c, path), Read<GeoPoint>(ref c, point)) : GeoPolygon.IsOnPath(Points(ref c, path), Read<GeoPoint>(ref c, point));

    private static void RegisterPathParts(FunctionTable t)
    {
        t.Add("path_isclosed", static (ref FunctionCall c) => c.Return(IsClosed(ref c, 0)));
        t.Add("path_isopen", static (ref FunctionCall c) => c.Return(!IsClosed(ref c, 0)));
        t.Add("path_npoints", static (ref FunctionCall c) => c.Return(Points(ref c, 0).Length));
        t.Add("path_close", static (ref FunctionCall c) => c.Return(GeometryCodec.MakePath(true, Points(ref c, 0))));
        t.Add("path_open", static (ref FunctionCall c) => c.Return(GeometryCodec.MakePath(false, Points(ref c, 0))));
        t.Add("path_length", static (ref FunctionCall c) =>
        {
            ReadOnlySpan<GeoPoint> points = Points(ref c, 0);
            double length = 0;
            for (int i = IsClosed(ref c, 0) ? 0 : 1; i < points.Length; i++)
                length = GeoFloat.Add(length, points[i == 0 ? points.Length - 1 : i - 1].DistanceTo(points[i]));
            c.Return(length);
        });
        t.Add("path_area", static (ref FunctionCall c) =>
        {
            if (!IsClosed(ref c, 0))
            {
                c.ReturnNull();
                return;
            }

            ReadOnlySpan<GeoPoint> points = Points(ref c, 0);
            double area = 0;
            for (int i = 0; i < points.Length; i++)
            {
                GeoPoint next = points[(i + 1) % points.Length];
                area = Subtract(GeoFloat.Add(area, Multiply(points[i].X, next.Y)), Multiply(points[i].Y, next.X));
            }

            c.Return(Math.Abs(area) / 2.0);
        });
        t.Add("path_add", static (ref FunctionCall c) =>
        {
            if (IsClosed(ref c, 0) || IsClosed(ref c, 1))
                c.ReturnNull();
            else
                c.Return(GeometryCodec.MakePath(false, [.. Points(ref c, 0), .. Points(ref c, 1)]));
        });
        AddTransformation(t, "path_add_pt", static (a, b) => a + b);
        AddTransformation(t, "path_sub_pt", static (a, b) => a - b);
        AddTransformation(t, "path_mul_pt", static (a, b) => a * b);
        AddTransformation(t, "path_div_pt", static (a, b) => a / b);
        t.Add("path_poly", static (ref FunctionCall c) =>
        {
            if (!IsClosed(ref c, 0))
                throw new SqlException(SqlState.InvalidParameterValue, "open path cannot be converted to polygon");
            c.Return(MemoryMarshal.AsBytes(Points(ref c, 0)));
        });
    }

    private static void AddTransformation(FunctionTable t, string symbol, Func<GeoPoint, GeoPoint, GeoPoint> operation) =>
        t.Add(symbol, (ref FunctionCall c) =>
        {
            GeoPoint[] points = Points(ref c, 0).ToArray();
            GeoPoint other = Read<GeoPoint>(ref c, 1);
            for (int i = 0; i < points.Length; i++)
                points[i] = operation(points[i], other);
            c.Return(GeometryCodec.MakePath(IsClosed(ref c, 0), points));
        });

    private static void RegisterPolygons(FunctionTable t)
    {
        AddBoxTest(t, "poly_left", static (a, b) => a.High.X < b.Low.X);
        AddBoxTest(t, "poly_overleft", static (a, b) => a.High.X <= b.High.X);
        AddBoxTest(t, "poly_right", static (a, b) => a.Low.X > b.High.X);
        AddBoxTest(t, "poly_overright", static (a, b) => a.Low.X >= b.Low.X);
        AddBoxTest(t, "poly_below", static (a, b) => a.High.Y < b.Low.Y);
        AddBoxTest(t, "poly_overbelow", static (a, b) => a.High.Y <= b.High.Y);
        AddBoxTest(t, "poly_above", static (a, b) => a.Low.Y > b.High.Y);
        AddBoxTest(t, "poly_overabove", static (a, b) => a.Low.Y >= b.Low.Y);
        t.Add("poly_same", static (ref FunctionCall c) => c.Return(GeoPolygon.Same(Corners(ref c, 0), Corners(ref c, 1))));
        t.Add("poly_contain", static (ref FunctionCall c) => c.Return(GeoPolygon.Contains(Corners(ref c, 0), Corners(ref c, 1))));
        t.Add("poly_contained", static (ref FunctionCall c) => c.Return(GeoPolygon.Contains(Corners(ref c, 1), Corners(ref c, 0))));
        t.Add("poly_overlap", static (ref FunctionCall c) => c.Return(GeoPolygon.Overlaps(Corners(ref c, 0), Corners(ref c, 1))));
        t.Add("poly_contain_pt", static (ref FunctionCall c) => c.Return(GeoPolygon.Contains(Corners(ref c, 0), Read<GeoPoint>(ref c, 1))));
        t.Add("pt_contained_poly", static (ref FunctionCall c) => c.Return(GeoPolygon.Contains(Corners(ref c, 1), Read<GeoPoint>(ref c, 0))));
        t.Add("poly_distance", static (ref FunctionCall c) => c.Return(
            GeoPolygon.Overlaps(Corners(ref c, 0), Corners(ref c, 1)) ? 0.0 : GeoPolygon.Distance(Corners(ref c, 0), true, Corners(ref c, 1), true) ?? 0.0));
        t.Add("dist_ppoly", static (ref FunctionCall c) => c.Return(GeoPolygon.DistanceInside(Corners(ref c, 1), Read<GeoPoint>(ref c, 0))));
        t.Add("dist_polyp", static (ref FunctionCall c) => c.Return(GeoPolygon.DistanceInside(Corners(ref c, 0), Read<GeoPoint>(ref c, 1))));
    }

    private static void AddBoxTest(FunctionTable t, string symbol, BoxTest test) =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(test(GeoBox.Around(Corners(ref c, 0)), GeoBox.Around(Corners(ref c, 1)))));

    private static void RegisterPolygonParts(FunctionTable t)
    {
        t.Add("poly_npoints", static (ref FunctionCall c) => c.Return(Corners(ref c, 0).Length));
        t.Add("poly_center", static (ref FunctionCall c) => Return(ref c, GeoPolygon.ToCircle(Corners(ref c, 0)).Center));
        t.Add("poly_circle", static (ref FunctionCall c) => Return(ref c, GeoPolygon.ToCircle(Corners(ref c, 0))));
        t.Add("poly_box", static (ref FunctionCall c) => Return(ref c, GeoBox.Around(Corners(ref c, 0))));
        t.Add("poly_path", static (ref FunctionCall c) => c.Return(GeometryCodec.MakePath(true, Corners(ref c, 0))));
        t.Add("box_poly", static (ref FunctionCall c) =>
        {
            GeoBox box = Read<GeoBox>(ref c, 0);
            ReadOnlySpan<GeoPoint> corners = [box.Low, new GeoPoint(box.Low.X, box.High.Y), box.High, new GeoPoint(box.High.X, box.Low.Y)];
            c.Return(MemoryMarshal.AsBytes(corners));
        });
    }

    private static void RegisterCircles(FunctionTable t)
    {
        AddTest(t, "circle_same", static (a, b) => a.Same(b));
        AddTest(t, "circle_overlap", static (a, b) => LessOrEqual(a.Center.DistanceTo(b.Center), GeoFloat.Add(a.Radius, b.Radius)));
        AddTest(t, "circle_overleft", static (a, b) => LessOrEqual(GeoFloat.Add(a.Center.X, a.Radius), GeoFloat.Add(b.Center.X, b.Radius)));
        AddTest(t, "circle_left", static (a, b) => Less(GeoFloat.Add(a.Center.X, a.Radius), Subtract(b.Center.X, b.Radius)));
        AddTest(t, "circle_right", static (a, b) => Greater(Subtract(a.Center.X, a.Radius), GeoFloat.Add(b.Center.X, b.Radius)));
        AddTest(t, "circle_overright", static (a, b) => GreaterOrEqual(Subtract(a.Center.X, a.Radius), Subtract(b.Center.X, b.Radius)));
        AddTest(t, "circle_contained", static (a, b) => LessOrEqual(a.Center.DistanceTo(b.Center), Subtract(b.Radius, a.Radius)));
        AddTest(t, "circle_contain", static (a, b) => LessOrEqual(a.Center.DistanceTo(b.Center), Subtract(a.Radius, b.Radius)));
        AddTest(t, "circle_below", static (a, b) => Less(GeoFloat.Add(a.Center.Y, a.Radius), Subtract(b.Center.Y, b.Radius)));
        AddTest(t, "circle_above", static (a, b) => Greater(Subtract(a.Center.Y, a.Radius), GeoFloat.Add(b.Center.Y, b.Radius)));
        AddTest(t, "circle_overbelow", static (a, b) => LessOrEqual(GeoFloat.Add(a.Center.Y, a.Radius), GeoFloat.Add(b.Center.Y, b.Radius)));
        AddTest(t, "circle_overabove", static (a, b) => GreaterOrEqual(Subtract(a.Center.Y, a.Radius), Subtract(b.Center.Y, b.Radius)));
        AddTest(t, "circle_eq", static (a, b) => Equal(a.Area, b.Area));
        AddTest(t, "circle_ne", static (a, b) => !Equal(a.Area, b.Area));
        AddTest(t, "circle_lt", static (a, b) => Less(a.Area, b.Area));
        AddTest(t, "circle_gt", static (a, b) => Greater(a.Area, b.Area));
        AddTest(t, "circle_le", static (a, b) => LessOrEqual(a.Area, b.Area));
        AddTest(t, "circle_ge", static (a, b) => GreaterOrEqual(a.Area, b.Area));
        t.Add("circle_distance", static (ref FunctionCall c) =>
        {
            GeoCircle a = Read<GeoCircle>(ref c, 0), b = Read<GeoCircle>(ref c, 1);
            c.Return(NotNegative(Subtract(a.Center.DistanceTo(b.Center), GeoFloat.Add(a.Radius, b.Radius))));
        });
        t.Add("circle_contain_pt", static (ref FunctionCall c) => c.Return(Read<GeoCircle>(ref c, 0).Center.DistanceTo(Read<GeoPoint>(ref c, 1)) <= Read<GeoCircle>(ref c, 0).Radius));
        t.Add("pt_contained_circle", static (ref FunctionCall c) => c.Return(Read<GeoCircle>(ref c, 1).Center.DistanceTo(Read<GeoPoint>(ref c, 0)) <= Read<GeoCircle>(ref c, 1).Radius));
        t.Add("dist_pc", static (ref FunctionCall c) => c.Return(Distance(Read<GeoCircle>(ref c, 1), Read<GeoPoint>(ref c, 0))));
        t.Add("dist_cpoint", static (ref FunctionCall c) => c.Return(Distance(Read<GeoCircle>(ref c, 0), Read<GeoPoint>(ref c, 1))));
        t.Add("dist_cpoly", static (ref FunctionCall c) => c.Return(Distance(Read<GeoCircle>(ref c, 0), Corners(ref c, 1))));
        t.Add("dist_polyc", static (ref FunctionCall c) => c.Return(Distance(Read<GeoCircle>(ref c, 1), Corners(ref c, 0))));
    }

    private static void AddTest(FunctionTable t, string symbol, CircleTest test) =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(test(Read<GeoCircle>(ref c, 0), Read<GeoCircle>(ref c, 1))));

    private static double NotNegative(double distance) => distance < 0 ? 0.0 : distance;

    private static double Distance(GeoCircle circle, GeoPoint point) => NotNegative(Subtract(circle.Center.DistanceTo(point), circle.Radius));

    private static double Distance(GeoCircle circle, ReadOnlySpan<GeoPoint> corners) =>
        NotNegative(Subtract(GeoPolygon.DistanceInside(corners, circle.Center), circle.Radius));

    private static void RegisterCircleParts(FunctionTable t)
    {
        const uint polygonOfCircle = 1544;
        const int defaultCorners = 12;
        t.Add("circle_area", static (ref FunctionCall c) => c.Return(Read<GeoCircle>(ref c, 0).Area));
        t.Add("circle_diameter", static (ref FunctionCall c) => c.Return(Multiply(Read<GeoCircle>(ref c, 0).Radius, 2.0)));
        t.Add("circle_radius", static (ref FunctionCall c) => c.Return(Read<GeoCircle>(ref c, 0).Radius));
        t.Add("circle_center", static (ref FunctionCall c) => Return(ref c, Read<GeoCircle>(ref c, 0).Center));
        t.Add("cr_circle", static (ref FunctionCall c) => Return(ref c, new GeoCircle(Read<GeoPoint>(ref c, 0), c.Float64(1))));
        t.Add("circle_add_pt", static (ref FunctionCall c) =>
            Return(ref c, new GeoCircle(Read<GeoCircle>(ref c, 0).Center + Read<GeoPoint>(ref c, 1), Read<GeoCircle>(ref c, 0).Radius)));
        t.Add("circle_sub_pt", static (ref FunctionCall c) =>
            Return(ref c, new GeoCircle(Read<GeoCircle>(ref c, 0).Center - Read<GeoPoint>(ref c, 1), Read<GeoCircle>(ref c, 0).Radius)));
        t.Add("circle_mul_pt", static (ref FunctionCall c) =>
        {
            GeoCircle circle = Read<GeoCircle>(ref c, 0);
            GeoPoint point = Read<GeoPoint>(ref c, 1);
            Return(ref c, new GeoCircle(circle.Center * point, Multiply(circle.Radius, Hypotenuse(point.X, point.Y))));
        });
        t.Add("circle_div_pt", static (ref FunctionCall c) =>
        {
            GeoCircle circle = Read<GeoCircle>(ref c, 0);
            GeoPoint point = Read<GeoPoint>(ref c, 1);
            Return(ref c, new GeoCircle(circle.Center / point, Divide(circle.Radius, Hypotenuse(point.X, point.Y))));
        });
        t.Add("circle_box", static (ref FunctionCall c) =>
        {
            GeoCircle circle = Read<GeoCircle>(ref c, 0);
            double delta = Divide(circle.Radius, Math.Sqrt(2.0));
            var offset = new GeoPoint(delta, delta);
            Return(ref c, new GeoBox(circle.Center + offset, circle.Center - offset));
        });
        t.Add("box_circle", static (ref FunctionCall c) =>
        {
            GeoBox box = Read<GeoBox>(ref c, 0);
            Return(ref c, new GeoCircle(box.Center, box.Center.DistanceTo(box.High)));
        });
        t.Add("circle_poly", static (ref FunctionCall c) => c.Return(ToPolygon(c.Int32(0), Read<GeoCircle>(ref c, 1))));
        t.Add(polygonOfCircle, static (ref FunctionCall c) => c.Return(ToPolygon(defaultCorners, Read<GeoCircle>(ref c, 0))));
    }

    private static byte[] ToPolygon(int count, GeoCircle circle)
    {
        if (IsZero(circle.Radius))
            throw new SqlException(SqlState.FeatureNotSupported, "cannot convert circle with radius zero to polygon");
        if (count < 2)
            throw new SqlException(SqlState.InvalidParameterValue, "must request at least 2 points");
        if (count > Array.MaxLength / 16)
            throw new SqlException(SqlState.ProgramLimitExceeded, "too many points requested");
        var corners = new GeoPoint[count];
        double step = Divide(2.0 * Math.PI, count);
        for (int i = 0; i < count; i++)
        {
            double angle = Multiply(step, i);
            corners[i] = new GeoPoint(
                Subtract(circle.Center.X, Multiply(circle.Radius, Math.Cos(angle))),
                GeoFloat.Add(circle.Center.Y, Multiply(circle.Radius, Math.Sin(angle))));
        }

        return MemoryMarshal.AsBytes<GeoPoint>(corners).ToArray();
    }
}
