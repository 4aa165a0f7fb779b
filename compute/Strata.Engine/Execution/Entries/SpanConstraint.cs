namespace Strata.Engine.Execution.Entries;

/// <summary>Where the ends of a span must lie, both ends included. One dimension of a search.</summary>
internal readonly record struct SpanConstraint(ulong LowMin, ulong LowMax, ulong HighMin, ulong HighMax)
{
    /// <summary>Any span.</summary>
    public static SpanConstraint Any { get; } = new(0, ulong.MaxValue, 0, ulong.MaxValue);

    /// <summary>Spans that share a point with [low, high].</summary>
    public static SpanConstraint Overlaps(ulong low, ulong high) => new(0, high, low, ulong.MaxValue);

    /// <summary>Spans that hold all of [low, high].</summary>
    public static SpanConstraint Contains(ulong low, ulong high) => new(0, low, high, ulong.MaxValue);

    /// <summary>Spans within [low, high].</summary>
    public static SpanConstraint Within(ulong low, ulong high) => new(low, high, low, high);

    /// <summary>Just the span [low, high].</summary>
    public static SpanConstraint Same(ulong low, ulong high) => new(low, low, high, high);

    /// <summary>Spans that end at or before a place.</summary>
    public static SpanConstraint EndsBy(ulong place) => new(0, place, 0, place);

    /// <summary>Spans that begin at or behind a place.</summary>
    public static SpanConstraint BeginsFrom(ulong place) => new(place, ulong.MaxValue, place, ulong.MaxValue);

    /// <summary>A span meets the constraint.</summary>
    public bool IsMetBy(ulong low, ulong high) => low >= LowMin && low <= LowMax && high >= HighMin && high <= HighMax;

    /// <summary>Some span within the hull [low, high] may meet the constraint.</summary>
    public bool MayBeMetWithin(ulong low, ulong high) => low <= LowMax && low <= HighMax && high >= HighMin && high >= LowMin;

    /// <summary>The places where spans shorter than 2^bits that meet the constraint begin; false when there are none.</summary>
    public bool TryBegins(int bits, out ulong from, out ulong to)
    {
        ulong length = bits == 0 ? 0 : ulong.MaxValue >> (64 - bits);
        from = Math.Max(LowMin, HighMin > length ? HighMin - length : 0);
        to = Math.Min(LowMax, HighMax);
        return from <= to;
    }
}
