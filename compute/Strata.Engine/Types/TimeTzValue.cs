using System.Runtime.InteropServices;

namespace Strata.Engine.Types;

/// <summary>timetz: microseconds since midnight, and seconds west of UTC. 16 bytes with padding.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly record struct TimeTzValue(long Microseconds, int ZoneSecondsWest) : IComparable<TimeTzValue>
{
    /// <summary>Orders by the instant, then by the zone.</summary>
    public int CompareTo(TimeTzValue other)
    {
        int byInstant = (Microseconds + (ZoneSecondsWest * 1_000_000L)).CompareTo(other.Microseconds + (other.ZoneSecondsWest * 1_000_000L));
        return byInstant != 0 ? byInstant : ZoneSecondsWest.CompareTo(other.ZoneSecondsWest);
    }
}
