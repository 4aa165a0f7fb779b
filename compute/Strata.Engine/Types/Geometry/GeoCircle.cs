using System.Runtime.InteropServices;

namespace Strata.Engine.Types.Geometry;

/// <summary>A circle. Its 24 bytes in memory are its stored form.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GeoCircle(GeoPoint Center, double Radius)
{
    public double Area => GeoFloat.Multiply(GeoFloat.Multiply(Radius, Radius), Math.PI);

    public bool Same(GeoCircle other) =>
        ((double.IsNaN(Radius) && double.IsNaN(other.Radius)) || GeoFloat.Equal(Radius, other.Radius)) && Center.Same(other.Center);
}
