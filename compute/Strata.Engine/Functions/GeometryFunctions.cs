using System.Runtime.InteropServices;
using Strata.Engine.Types;
using Strata.Engine.Types.Geometry;
using static Strata.Engine.Types.Geometry.GeoFloat;

namespace Strata.Engine.Functions;

/// <summary>Operators and functions of point, lseg, line and box. Source: PostgreSQL 15, "Geometric Functions and Operators".</summary>
internal static class GeometryFunctions
{
    private delegate bool Test<in TLeft, in TRight>(TLeft a, TRight b);

    private delegate double Measure<in TLeft, in TRight>(TLeft a, TRight b);

    public static void Register(FunctionTable t)
    {
        RegisterPoints(t);
        RegisterSegments(t);
        RegisterLines(t);
        RegisterBoxes(t);
        RegisterDistances(t);
        RegisterClosest(t);
        RegisterIntersections(t);
        ShapeFunctions.Register(t);
    }

    internal static T Read<T>(ref FunctionCall c, int argument)
        where T : unmanaged => MemoryMarshal.Read<T>(c.Bytes(argument));

    internal static void Return<T>(ref FunctionCall c, T value)
        where T : unmanaged => c.Return(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    internal static void ReturnOrNull(ref FunctionCall c, GeoPoint? point)
    {
        if (point is { } value)
            Return(ref c, value);
        else
            c.ReturnNull();
    }

    private static void AddTest<TLeft, TRight>(FunctionTable t, string symbol, Test<TLeft, TRight> test)
        where TLeft : unmanaged
        where TRight : unmanaged =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(test(Read<TLeft>(ref c, 0), Read<TRight>(ref c, 1))));

    private static void AddMeasure<TLeft, TRight>(FunctionTable t, string symbol, Measure<TLeft, TRight> measure)
        where TLeft : unmanaged
        where TRight : unmanaged =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(measure(Read<TLeft>(ref c, 0), Read<TRight>(ref c, 1))));

    private static void RegisterPoints(FunctionTable t)
    {
        AddTest<GeoPoint, GeoPoint>(t, "point_eq", static (a, b) => a.Same(b));
        AddTest<GeoPoint, GeoPoint>(t, "point_ne", static (a, b) => !a.Same(b));
        AddTest<GeoPoint, GeoPoint>(t, "point_left", static (a, b) => Less(a.X, b.X));
        AddTest<GeoPoint, GeoPoint>(t, "point_right", static (a, b) => Greater(a.X, b.X));
        AddTest<GeoPoint, GeoPoint>(t, "point_above", static (a, b) => Greater(a.Y, b.Y));
        AddTest<GeoPoint, GeoPoint>(t, "point_below", static (a, b) => Less(a.Y, b.Y));
        AddTest<GeoPoint, GeoPoint>(t, "point_vert", static (a, b) => Equal(a.X, b.X));
        AddTest<GeoPoint, GeoPoint>(t, "point_horiz", static (a, b) => Equal(a.Y, b.Y));
        AddMeasure<GeoPoint, GeoPoint>(t, "point_distance", static (a, b) => a.DistanceTo(b));
        AddMeasure<GeoPoint, GeoPoint>(t, "point_slope", static (a, b) => a.SlopeTo(b));
        t.Add("construct_point", static (ref FunctionCall c) => Return(ref c, new GeoPoint(c.Float64(0), c.Float64(1))));
        t.Add("point_add", static (ref FunctionCall c) => Return(ref c, Read<GeoPoint>(ref c, 0) + Read<GeoPoint>(ref c, 1)));
        t.Add("point_sub", static (ref FunctionCall c) => Return(ref c, Read<GeoPoint>(ref c, 0) - Read<GeoPoint>(ref c, 1)));
        t.Add("point_mul", static (ref FunctionCall c) => Return(ref c, Read<GeoPoint>(ref c, 0) * Read<GeoPoint>(ref c, 1)));
        t.Add("point_div", static (ref FunctionCall c) => Return(ref c, Read<GeoPoint>(ref c, 0) / Read<GeoPoint>(ref c, 1)));
    }

    private static void RegisterSegments(FunctionTable t)
    {
        AddTest<GeoSegment, GeoSegment>(t, "lseg_eq", static (a, b) => a.Start.Same(b.Start) && a.End.Same(b.End));
        AddTest<GeoSegment, GeoSegment>(t, "lseg_ne", static (a, b) => !a.Start.Same(b.Start) || !a.End.Same(b.End));
        AddTest<GeoSegment, GeoSegment>(t, "lseg_lt", static (a, b) => Less(a.Length, b.Length));
        AddTest<GeoSegment, GeoSegment>(t, "lseg_le", static (a, b) => LessOrEqual(a.Length, b.Length));
        AddTest<GeoSegment, GeoSegment>(t, "lseg_gt", static (a, b) => Greater(a.Length, b.Length));
        AddTest<GeoSegment, GeoSegment>(t, "lseg_ge", static (a, b) => GreaterOrEqual(a.Length, b.Length));
        AddTest<GeoSegment, GeoSegment>(t, "lseg_intersect", static (a, b) => a.Intersect(b) is not null);
        AddTest<GeoSegment, GeoSegment>(t, "lseg_parallel", static (a, b) => Equal(a.Slope, b.Slope));
        AddTest<GeoSegment, GeoSegment>(t, "lseg_perp", static (a, b) => Equal(a.Slope, b.InverseSlope));
        t.Add("lseg_construct", static (ref FunctionCall c) => Return(ref c, new GeoSegment(Read<GeoPoint>(ref c, 0), Read<GeoPoint>(ref c, 1))));
        t.Add("lseg_length", static (ref FunctionCall c) => c.Return(Read<GeoSegment>(ref c, 0).Length));
        t.Add("lseg_center", static (ref FunctionCall c) => Return(ref c, Read<GeoSegment>(ref c, 0).Center));
        t.Add("lseg_vertical", static (ref FunctionCall c) => c.Return(Equal(Read<GeoSegment>(ref c, 0).Start.X, Read<GeoSegment>(ref c, 0).End.X)));
        t.Add("lseg_horizontal", static (ref FunctionCall c) => c.Return(Equal(Read<GeoSegment>(ref c, 0).Start.Y, Read<GeoSegment>(ref c, 0).End.Y)));
        t.Add("lseg_interpt", static (ref FunctionCall c) => ReturnOrNull(ref c, Read<GeoSegment>(ref c, 0).Intersect(Read<GeoSegment>(ref c, 1))));
    }

    private static void RegisterLines(FunctionTable t)
    {
        AddTest<GeoLine, GeoLine>(t, "line_eq", static (a, b) => a.Same(b));
        AddTest<GeoLine, GeoLine>(t, "line_intersect", static (a, b) => a.Intersect(b) is not null);
        AddTest<GeoLine, GeoLine>(t, "line_parallel", static (a, b) => a.Intersect(b) is null);
        AddTest<GeoLine, GeoLine>(t, "line_perp", static (a, b) => a.IsPerpendicularTo(b));
        AddMeasure<GeoLine, GeoLine>(t, "line_distance", static (a, b) => a.DistanceTo(b));
        t.Add("line_vertical", static (ref FunctionCall c) => c.Return(IsZero(Read<GeoLine>(ref c, 0).B)));
        t.Add("line_horizontal", static (ref FunctionCall c) => c.Return(IsZero(Read<GeoLine>(ref c, 0).A)));
        t.Add("line_interpt", static (ref FunctionCall c) => ReturnOrNull(ref c, Read<GeoLine>(ref c, 0).Intersect(Read<GeoLine>(ref c, 1))));
        t.Add("line_construct_pp", static (ref FunctionCall c) =>
        {
            GeoPoint a = Read<GeoPoint>(ref c, 0), b = Read<GeoPoint>(ref c, 1);
            if (a.Same(b))
                throw new SqlException(SqlState.InvalidParameterValue, "invalid line specification: must be two distinct points");
            Return(ref c, GeoLine.Through(a, a.SlopeTo(b)));
        });
    }

    private static void RegisterBoxes(FunctionTable t)
    {
        AddTest<GeoBox, GeoBox>(t, "box_same", static (a, b) => a.High.Same(b.High) && a.Low.Same(b.Low));
        AddTest<GeoBox, GeoBox>(t, "box_overlap", static (a, b) => a.Overlaps(b));
        AddTest<GeoBox, GeoBox>(t, "box_overleft", static (a, b) => LessOrEqual(a.High.X, b.High.X));
        AddTest<GeoBox, GeoBox>(t, "box_left", static (a, b) => Less(a.High.X, b.Low.X));
        AddTest<GeoBox, GeoBox>(t, "box_right", static (a, b) => Greater(a.Low.X, b.High.X));
        AddTest<GeoBox, GeoBox>(t, "box_overright", static (a, b) => GreaterOrEqual(a.Low.X, b.Low.X));
        AddTest<GeoBox, GeoBox>(t, "box_below", static (a, b) => Less(a.High.Y, b.Low.Y));
        AddTest<GeoBox, GeoBox>(t, "box_overbelow", static (a, b) => LessOrEqual(a.High.Y, b.High.Y));
        AddTest<GeoBox, GeoBox>(t, "box_above", static (a, b) => Greater(a.Low.Y, b.High.Y));
        AddTest<GeoBox, GeoBox>(t, "box_overabove", static (a, b) => GreaterOrEqual(a.Low.Y, b.Low.Y));
        AddTest<GeoBox, GeoBox>(t, "box_contained", static (a, b) => b.Contains(a));
        AddTest<GeoBox, GeoBox>(t, "box_contain", static (a, b) => a.Contains(b));
        AddTest<GeoBox, GeoBox>(t, "box_below_eq", static (a, b) => LessOrEqual(a.High.Y, b.Low.Y));
        AddTest<GeoBox, GeoBox>(t, "box_above_eq", static (a, b) => GreaterOrEqual(a.Low.Y, b.High.Y));
        AddTest<GeoBox, GeoBox>(t, "box_lt", static (a, b) => Less(a.Area, b.Area));
        AddTest<GeoBox, GeoBox>(t, "box_gt", static (a, b) => Greater(a.Area, b.Area));
        AddTest<GeoBox, GeoBox>(t, "box_eq", static (a, b) => Equal(a.Area, b.Area));
        AddTest<GeoBox, GeoBox>(t, "box_le", static (a, b) => LessOrEqual(a.Area, b.Area));
        AddTest<GeoBox, GeoBox>(t, "box_ge", static (a, b) => GreaterOrEqual(a.Area, b.Area));
        AddTest<GeoBox, GeoPoint>(t, "box_contain_pt", static (box, point) => box.Contains(point));
        AddTest<GeoPoint, GeoBox>(t, "on_pb", static (point, box) => box.Contains(point));
        AddMeasure<GeoBox, GeoBox>(t, "box_distance", static (a, b) => a.Center.DistanceTo(b.Center));
        t.Add("box_area", static (ref FunctionCall c) => c.Return(Read<GeoBox>(ref c, 0).Area));
        t.Add("box_width", static (ref FunctionCall c) => c.Return(Read<GeoBox>(ref c, 0).Width));
        t.Add("box_height", static (ref FunctionCall c) => c.Return(Read<GeoBox>(ref c, 0).Height));
        t.Add("box_center", static (ref FunctionCall c) => Return(ref c, Read<GeoBox>(ref c, 0).Center));
        t.Add("box_diagonal", static (ref FunctionCall c) => Return(ref c, new GeoSegment(Read<GeoBox>(ref c, 0).High, Read<GeoBox>(ref c, 0).Low)));
        RegisterBoxConstruction(t);
    }

    private static void RegisterBoxConstruction(FunctionTable t)
    {
        t.Add("points_box", static (ref FunctionCall c) => Return(ref c, GeoBox.Of(Read<GeoPoint>(ref c, 0), Read<GeoPoint>(ref c, 1))));
        t.Add("point_box", static (ref FunctionCall c) => Return(ref c, new GeoBox(Read<GeoPoint>(ref c, 0), Read<GeoPoint>(ref c, 0))));
        t.Add("box_add", static (ref FunctionCall c) =>
            Return(ref c, new GeoBox(Read<GeoBox>(ref c, 0).High + Read<GeoPoint>(ref c, 1), Read<GeoBox>(ref c, 0).Low + Read<GeoPoint>(ref c, 1))));
        t.Add("box_sub", static (ref FunctionCall c) =>
            Return(ref c, new GeoBox(Read<GeoBox>(ref c, 0).High - Read<GeoPoint>(ref c, 1), Read<GeoBox>(ref c, 0).Low - Read<GeoPoint>(ref c, 1))));
        t.Add("box_mul", static (ref FunctionCall c) =>
            Return(ref c, GeoBox.Of(Read<GeoBox>(ref c, 0).High * Read<GeoPoint>(ref c, 1), Read<GeoBox>(ref c, 0).Low * Read<GeoPoint>(ref c, 1))));
        t.Add("box_div", static (ref FunctionCall c) =>
            Return(ref c, GeoBox.Of(Read<GeoBox>(ref c, 0).High / Read<GeoPoint>(ref c, 1), Read<GeoBox>(ref c, 0).Low / Read<GeoPoint>(ref c, 1))));
        t.Add("boxes_bound_box", static (ref FunctionCall c) =>
        {
            GeoBox a = Read<GeoBox>(ref c, 0), b = Read<GeoBox>(ref c, 1);
            Return(ref c, GeoBox.Around([a.High, a.Low, b.High, b.Low]));
        });
        t.Add("box_intersect", static (ref FunctionCall c) =>
        {
            GeoBox a = Read<GeoBox>(ref c, 0), b = Read<GeoBox>(ref c, 1);
            if (!a.Overlaps(b))
            {
                c.ReturnNull();
                return;
            }

            Return(ref c, new GeoBox(
                new GeoPoint(Min(a.High.X, b.High.X), Min(a.High.Y, b.High.Y)),
                new GeoPoint(Max(a.Low.X, b.Low.X), Max(a.Low.Y, b.Low.Y))));
        });
    }

    private static void RegisterDistances(FunctionTable t)
    {
        AddMeasure<GeoPoint, GeoLine>(t, "dist_pl", static (point, line) => line.Closest(point, out _));
        AddMeasure<GeoLine, GeoPoint>(t, "dist_lp", static (line, point) => line.Closest(point, out _));
        AddMeasure<GeoPoint, GeoSegment>(t, "dist_ps", static (point, segment) => segment.Closest(point, out _));
        AddMeasure<GeoSegment, GeoPoint>(t, "dist_sp", static (segment, point) => segment.Closest(point, out _));
        AddMeasure<GeoPoint, GeoBox>(t, "dist_pb", static (point, box) => box.Closest(point, out _));
        AddMeasure<GeoBox, GeoPoint>(t, "dist_bp", static (box, point) => box.Closest(point, out _));
        AddMeasure<GeoSegment, GeoLine>(t, "dist_sl", static (segment, line) => segment.Closest(line, out _));
        AddMeasure<GeoLine, GeoSegment>(t, "dist_ls", static (line, segment) => segment.Closest(line, out _));
        AddMeasure<GeoSegment, GeoBox>(t, "dist_sb", static (segment, box) => box.Closest(segment, out _));
        AddMeasure<GeoBox, GeoSegment>(t, "dist_bs", static (box, segment) => box.Closest(segment, out _));
        AddMeasure<GeoSegment, GeoSegment>(t, "lseg_distance", static (a, b) => a.Closest(b, out _));
    }

    private static void RegisterClosest(FunctionTable t)
    {
        t.Add("close_pl", static (ref FunctionCall c) => ReturnClosest(ref c, Read<GeoLine>(ref c, 1).Closest(Read<GeoPoint>(ref c, 0), out GeoPoint closest), closest));
        t.Add("close_ps", static (ref FunctionCall c) => ReturnClosest(ref c, Read<GeoSegment>(ref c, 1).Closest(Read<GeoPoint>(ref c, 0), out GeoPoint closest), closest));
        t.Add("close_pb", static (ref FunctionCall c) => ReturnClosest(ref c, Read<GeoBox>(ref c, 1).Closest(Read<GeoPoint>(ref c, 0), out GeoPoint closest), closest));
        t.Add("close_sb", static (ref FunctionCall c) => ReturnClosest(ref c, Read<GeoBox>(ref c, 1).Closest(Read<GeoSegment>(ref c, 0), out GeoPoint closest), closest));
        t.Add("close_ls", static (ref FunctionCall c) =>
        {
            GeoLine line = Read<GeoLine>(ref c, 0);
            GeoSegment segment = Read<GeoSegment>(ref c, 1);
            double distance = line.Slope == segment.Slope ? double.NaN : segment.Closest(line, out _);
            segment.Closest(line, out GeoPoint closest);
            ReturnClosest(ref c, distance, closest);
        });
        t.Add("close_lseg", static (ref FunctionCall c) =>
        {
            GeoSegment a = Read<GeoSegment>(ref c, 0), b = Read<GeoSegment>(ref c, 1);
            double distance = b.Closest(a, out GeoPoint closest);
            ReturnClosest(ref c, a.Slope == b.Slope ? double.NaN : distance, closest);
        });
    }

    private static void ReturnClosest(ref FunctionCall c, double distance, GeoPoint closest) => ReturnOrNull(ref c, double.IsNaN(distance) ? null : closest);

    private static void RegisterIntersections(FunctionTable t)
    {
        AddTest<GeoPoint, GeoLine>(t, "on_pl", static (point, line) => line.Contains(point));
        AddTest<GeoPoint, GeoSegment>(t, "on_ps", static (point, segment) => segment.Contains(point));
        AddTest<GeoSegment, GeoLine>(t, "on_sl", static (segment, line) => line.Contains(segment.Start) && line.Contains(segment.End));
        AddTest<GeoSegment, GeoBox>(t, "on_sb", static (segment, box) => box.Contains(segment.Start) && box.Contains(segment.End));
        AddTest<GeoSegment, GeoLine>(t, "inter_sl", static (segment, line) => segment.Intersect(line) is not null);
        AddTest<GeoSegment, GeoBox>(t, "inter_sb", static (segment, box) => box.Intersects(segment));
        AddTest<GeoLine, GeoBox>(t, "inter_lb", static (line, box) => box.Intersects(line));
    }
}
