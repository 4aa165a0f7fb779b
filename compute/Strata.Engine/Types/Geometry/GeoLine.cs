using System.Runtime.InteropServices;
using static Strata.Engine.Types.Geometry.GeoFloat;

namespace Strata.Engine.Types.Geometry;

/// <summary>The line Ax + By + C = 0. Its 24 bytes in memory are its stored form.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GeoLine(double A, double B, double C)
{
    public static GeoLine Through(GeoPoint point, double slope)
    {
        if (double.IsInfinity(slope))
            return new GeoLine(-1.0, 0.0, point.X);
        if (slope == 0)
            return new GeoLine(0.0, -1.0, point.Y);
        double c = Subtract(point.Y, Multiply(slope, point.X));
        return new GeoLine(slope, -1.0, c == 0 ? 0.0 : c);
    }

    public double Slope => IsZero(A) ? 0.0 : IsZero(B) ? double.PositiveInfinity : Divide(A, -B);

    /// <summary>Slope of a perpendicular.</summary>
    public double InverseSlope => IsZero(A) ? double.PositiveInfinity : IsZero(B) ? 0.0 : Divide(B, A);

    public bool Contains(GeoPoint point) => IsZero(Add(Add(Multiply(A, point.X), Multiply(B, point.Y)), C));

    public bool IsPerpendicularTo(GeoLine other)
    {
        if (IsZero(A))
            return IsZero(other.B);
        if (IsZero(other.A))
            return IsZero(B);
        if (IsZero(B))
            return IsZero(other.A);
        if (IsZero(other.B))
            return IsZero(A);
        return Equal(Divide(Multiply(A, other.A), Multiply(B, other.B)), -1.0);
    }

    public bool Same(GeoLine other)
    {
        if (double.IsNaN(A) || double.IsNaN(B) || double.IsNaN(C) || double.IsNaN(other.A) || double.IsNaN(other.B) || double.IsNaN(other.C))
            return A.Equals(other.A) && B.Equals(other.B) && C.Equals(other.C);
        double ratio = !IsZero(other.A) ? Divide(A, other.A) : !IsZero(other.B) ? Divide(B, other.B) : !IsZero(other.C) ? Divide(C, other.C) : 1.0;
        return Equal(A, Multiply(ratio, other.A)) && Equal(B, Multiply(ratio, other.B)) && Equal(C, Multiply(ratio, other.C));
    }

    /// <summary>The point that both share; null for parallel lines.</summary>
    public GeoPoint? Intersect(GeoLine other)
    {
        if (!IsZero(B))
            return Solve(this, other);
        return IsZero(other.B) ? null : Solve(other, this);
    }

    private static GeoPoint? Solve(GeoLine a, GeoLine b)
    {
        if (Equal(b.A, Multiply(a.A, Divide(b.B, a.B))))
            return null;
        double x = Divide(
            Subtract(Multiply(a.B, b.C), Multiply(b.B, a.C)),
            Subtract(Multiply(a.A, b.B), Multiply(b.A, a.B)));
        double y = Divide(-Add(Multiply(a.A, x), a.C), a.B);
        // No negative zeros.
        return new GeoPoint(x == 0 ? 0.0 : x, y == 0 ? 0.0 : y);
    }

    public double DistanceTo(GeoLine other)
    {
        if (Intersect(other) is not null)
            return 0.0;
        double ratio = 1.0;
        if (!IsZero(A) && !double.IsNaN(A) && !IsZero(other.A) && !double.IsNaN(other.A))
            ratio = Divide(A, other.A);
        else if (!IsZero(B) && !double.IsNaN(B) && !IsZero(other.B) && !double.IsNaN(other.B))
            ratio = Divide(B, other.B);
        return Divide(Math.Abs(Subtract(C, Multiply(ratio, other.C))), Hypotenuse(A, B));
    }

    /// <summary>Distance of a point (NaN when it can't be found) and the line's nearest point to it.</summary>
    public double Closest(GeoPoint point, out GeoPoint closest)
    {
        if (Through(point, InverseSlope).Intersect(this) is { } foot)
        {
            closest = foot;
            return foot.DistanceTo(point);
        }

        closest = point;
        return double.NaN;
    }
}
