using System.Runtime.InteropServices;

namespace Strata.Engine.Types;

/// <summary>interval: months, days and microseconds, kept apart. 16 bytes: microseconds, days, months.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct IntervalValue(long Microseconds, int Days, int Months) : IComparable<IntervalValue>
{
    /// <summary>Length for comparison: a month counts 30 days, a day 24 hours.</summary>
    public Int128 Span => Microseconds + ((Days + ((Int128)Months * 30)) * DateTimeMath.MicrosecondsPerDay);

    public int CompareTo(IntervalValue other) => Span.CompareTo(other.Span);
}
