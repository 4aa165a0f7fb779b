namespace Strata.Engine.Types;

/// <summary>A date and time of day. Year 0 is 1 BC.</summary>
/// <param name="Time">Microseconds since midnight.</param>
public readonly record struct DateTimeFields(int Year, int Month, int Day, long Time)
{
    public int Hour => (int)(Time / DateTimeMath.MicrosecondsPerHour);

    public int Minute => (int)(Time / DateTimeMath.MicrosecondsPerMinute % 60);

    public int Second => (int)(Time / DateTimeMath.MicrosecondsPerSecond % 60);

    public int Microsecond => (int)(Time % DateTimeMath.MicrosecondsPerSecond);

    public int JulianDay => DateTimeMath.ToJulianDay(Year, Month, Day);

    public int DayOfYear => JulianDay - DateTimeMath.ToJulianDay(Year, 1, 1) + 1;

    /// <summary>ISO 8601 year and week.</summary>
    public (int Year, int Week) IsoWeek
    {
        get
        {
            int day = JulianDay;
            int year = Year;
            int monday = FirstIsoMonday(year);
            if (day < monday)
                monday = FirstIsoMonday(--year);
            else if (day >= FirstIsoMonday(year + 1))
                monday = FirstIsoMonday(++year);
            return (year, ((day - monday) / 7) + 1);
        }
    }

    /// <summary>Julian day of the Monday of the week with January 4th.</summary>
    public static int FirstIsoMonday(int year)
    {
        int fourth = DateTimeMath.ToJulianDay(year, 1, 4);
        return fourth - ((DateTimeMath.DayOfWeek(fourth) + 6) % 7);
    }
}
