using System.Runtime.InteropServices;
using static Strata.Engine.Types.Geometry.GeoFloat;

namespace Strata.Engine.Types.Geometry;

/// <summary>A point. Its 16 bytes in memory are its stored form.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GeoPoint(double X, double Y)
{
    public static GeoPoint operator +(GeoPoint a, GeoPoint b) => new(Add(a.X, b.X), Add(a.Y, b.Y));

    public static GeoPoint operator -(GeoPoint a, GeoPoint b) => new(Subtract(a.X, b.X), Subtract(a.Y, b.Y));

    /// <summary>As complex numbers: turned and stretched.</summary>
    public static GeoPoint operator *(GeoPoint a, GeoPoint b) =>
        new(Subtract(Multiply(a.X, b.X), Multiply(a.Y, b.Y)), Add(Multiply(a.X, b.Y), Multiply(a.Y, b.X)));

    public static GeoPoint operator /(GeoPoint a, GeoPoint b)
    {
        double divisor = Add(Multiply(b.X, b.X), Multiply(b.Y, b.Y));
        return new GeoPoint(
            Divide(Add(Multiply(a.X, b.X), Multiply(a.Y, b.Y)), divisor),
            Divide(Subtract(Multiply(a.Y, b.X), Multiply(a.X, b.Y)), divisor));
    }

    /// <summary>Equal within the tolerance; with NaNs only when exactly alike.</summary>
    public bool Same(GeoPoint other)
    {
        if (double.IsNaN(X) || double.IsNaN(Y) || double.IsNaN(other.X) || double.IsNaN(other.Y))
            return X.Equals(other.X) && Y.Equals(other.Y);
        return Equal(X, other.X) && Equal(Y, other.Y);
    }

    public double DistanceTo(GeoPoint other) => Hypotenuse(Subtract(X, other.X), Subtract(Y, other.Y));

    /// <summary>Slope of the line through both; infinite for a vertical one.</summary>
    public double SlopeTo(GeoPoint other)
    {
        if (Equal(X, other.X))
            return double.PositiveInfinity;
        return Equal(Y, other.Y) ? 0.0 : Divide(Subtract(Y, other.Y), Subtract(X, other.X));
    }

    /// <summary>Slope of the perpendicular to the line through both.</summary>
    public double InverseSlopeTo(GeoPoint other)
    {
        if (Equal(X, other.X))
            return 0.0;
        return Equal(Y, other.Y) ? double.PositiveInfinity : Divide(Subtract(X, other.X), Subtract(other.Y, Y));
    }
}
