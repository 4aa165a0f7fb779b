namespace Strata.Engine.Types;

/// <summary>What a word in the text of a date or time does.</summary>
internal enum DateTimeWordKind : byte
{
    /// <summary>Says nothing: "at", "on".</summary>
    Ignored,

    /// <summary>Stands for a moment; the value is a <see cref="DateTimeKeyword"/>.</summary>
    Moment,
    Month,
    DayOfWeek,

    /// <summary>am (0) or pm (12).</summary>
    Meridiem,

    /// <summary>ad (0) or bc (1).</summary>
    Era,

    /// <summary>Names the field that follows; the value is a bit number of <see cref="DateTimeMask"/>.</summary>
    Unit,

    /// <summary>"t" before an ISO time.</summary>
    IsoTime,

    /// <summary>"dst" behind a zone.</summary>
    SummerTime,
}
