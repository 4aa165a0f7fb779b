namespace Strata.Engine.Types;

/// <summary>Bits of the fields that a date/time text has set; Year to Second have the numbers that interval modifiers use.</summary>
internal static class DateTimeMask
{
    public const int Month = 1 << 1;
    public const int Year = 1 << 2;
    public const int Day = 1 << 3;
    public const int Julian = 1 << 4;
    public const int Zone = 1 << 5;
    public const int Meridiem = 1 << 9;
    public const int Hour = 1 << 10;
    public const int Minute = 1 << 11;
    public const int Second = 1 << 12;
    public const int Millisecond = 1 << 13;
    public const int Microsecond = 1 << 14;
    public const int DayOfYear = 1 << 15;
    public const int DayOfWeek = 1 << 16;
    public const int Era = 1 << 18;
    public const int IsoTime = 1 << 23;
    public const int Week = 1 << 24;
    public const int Decade = 1 << 25;
    public const int Century = 1 << 26;
    public const int Millennium = 1 << 27;
    public const int SummerTime = 1 << 28;
    public const int Moment = 1 << 29;
    public const int Date = Year | Month | Day;
    public const int AllSeconds = Second | Millisecond | Microsecond;
    public const int Time = Hour | Minute | AllSeconds;

    /// <summary>An interval without modifier.</summary>
    public const int FullRange = 0x7FFF;
}
