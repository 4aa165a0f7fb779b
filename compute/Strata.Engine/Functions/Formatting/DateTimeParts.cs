using Strata.Engine.Types;

namespace Strata.Engine.Functions.Formatting;

/// <summary>What a template shows: a local time with its zone, or the fields of an interval (<see cref="IsInterval"/>).</summary>
internal readonly record struct DateTimeParts(DateTimeFields Fields, int OffsetSeconds, string Zone)
{
    public bool IsInterval { get; init; }

    /// <summary>Hours, which may exceed a day in an interval.</summary>
    public long Hours => Fields.Time / DateTimeMath.MicrosecondsPerHour;
}
