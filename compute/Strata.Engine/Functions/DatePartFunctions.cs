using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>extract, date_part, date_trunc and date_bin.</summary>
internal static class DatePartFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("extract_timestamp", static (ref FunctionCall c) => Extract(ref c, c.Int64(1), null, "timestamp without time zone"));
        t.Add("extract_timestamptz", static (ref FunctionCall c) => Extract(ref c, c.Int64(1), c.Settings.TimeZone, "timestamp with time zone"));
        t.Add("extract_date", static (ref FunctionCall c) => ExtractDate(ref c));
        t.Add("extract_time", static (ref FunctionCall c) => ReturnNumeric(ref c, TimePart(ref c, c.Int64(1), null, "time without time zone")));
        t.Add("extract_timetz", static (ref FunctionCall c) =>
        {
            TimeTzValue value = c.Fixed16<TimeTzValue>(1);
            ReturnNumeric(ref c, TimePart(ref c, value.Microseconds, -value.ZoneSecondsWest, "time with time zone"));
        });
        t.Add("extract_interval", static (ref FunctionCall c) => ReturnNumeric(ref c, IntervalPart(ref c, c.Fixed16<IntervalValue>(1))));
        t.Add("timestamp_part", static (ref FunctionCall c) => Part(ref c, c.Int64(1), null, "timestamp without time zone"));
        t.Add("timestamptz_part", static (ref FunctionCall c) => Part(ref c, c.Int64(1), c.Settings.TimeZone, "timestamp with time zone"));
        t.Add(1384u, static (ref FunctionCall c) => Part(ref c, DateTimeFunctions.DateToTimestamp(c.Int32(1)), null, "timestamp without time zone"));
        t.Add("time_part", static (ref FunctionCall c) => c.Return(ToDouble(TimePart(ref c, c.Int64(1), null, "time without time zone"))));
        t.Add("timetz_part", static (ref FunctionCall c) =>
        {
            TimeTzValue value = c.Fixed16<TimeTzValue>(1);
            c.Return(ToDouble(TimePart(ref c, value.Microseconds, -value.ZoneSecondsWest, "time with time zone")));
        });
        t.Add("interval_part", static (ref FunctionCall c) => c.Return(FloatPart(ref c, c.Fixed16<IntervalValue>(1))));
        t.Add("timestamp_trunc", static (ref FunctionCall c) => c.Return(Truncate(ref c, c.Int64(1), "timestamp without time zone")));
        t.Add("timestamptz_trunc", static (ref FunctionCall c) => c.Return(TruncateInZone(ref c, c.Settings.TimeZone)));
        t.Add("timestamptz_trunc_zone", static (ref FunctionCall c) => c.Return(
            DateTimeMath.IsFinite(c.Int64(1)) ? TruncateInZone(ref c, TimeZones.Parse(c.String(2))) : c.Int64(1)));
        t.Add("interval_trunc", static (ref FunctionCall c) => c.ReturnFixed16(TruncateInterval(ref c, c.Fixed16<IntervalValue>(1))));
        t.Add("timestamp_bin", static (ref FunctionCall c) => c.Return(Bin(ref c)));
        t.Add("timestamptz_bin", static (ref FunctionCall c) => c.Return(Bin(ref c)));
    }

    private static double ToDouble(in NumericValue value) => NumericFunctions.ToFloat64(value);

    private static void ReturnNumeric(ref FunctionCall c, in NumericValue value) => c.Return(value);

    private static NumericValue Whole(long value) => NumericValue.FromInt64(value);

    private static NumericValue Scaled(Int128 value, int scale) => new(value, scale);

    private static SqlException Unsupported(string unit, string type) =>
        new(SqlState.FeatureNotSupported, $"unit \"{unit}\" not supported for type {type}");

    private static SqlException Unrecognized(string unit, string type) =>
        new(SqlState.InvalidParameterValue, $"unit \"{unit}\" not recognized for type {type}");

    /// <summary>The singular name of a unit, or null when it is none.</summary>
    private static string? Unit(string text) => AsciiCase.Lower(text.Length > 10 ? text[..10] : text) switch
    {
        "microsecon" or "us" or "usec" or "usecond" or "useconds" or "usecs" => "microseconds",
        "millisecon" or "ms" or "msec" or "msecond" or "mseconds" or "msecs" => "milliseconds",
        "second" or "seconds" or "s" or "sec" or "secs" => "second",
        "minute" or "minutes" or "m" or "min" or "mins" => "minute",
        "hour" or "hours" or "h" or "hr" or "hrs" => "hour",
        "day" or "days" or "d" => "day",
        "week" or "weeks" or "w" => "week",
        "month" or "months" or "mon" or "mons" => "month",
        "quarter" or "qtr" => "quarter",
        "year" or "years" or "y" or "yr" or "yrs" => "year",
        "decade" or "decades" or "dec" or "decs" => "decade",
        "century" or "centuries" or "c" or "cent" => "century",
        "millennium" or "millennia" or "mil" or "mils" => "millennium",
        "epoch" => "epoch",
        "dow" => "dow",
        "isodow" => "isodow",
        "doy" => "doy",
        "isoyear" => "isoyear",
        "julian" or "jd" or "j" => "julian",
        "timezone" => "timezone",
        "timezone_h" => "timezone_hour",
        "timezone_m" => "timezone_minute",
        _ => null,
    };

    private static void Extract(ref FunctionCall c, long timestamp, TimeZoneRules? zone, string type)
    {
        if (TimestampPart(ref c, timestamp, zone, type) is { } value)
            c.Return(value);
        else
            c.ReturnNull();
    }

    private static void ExtractDate(ref FunctionCall c)
    {
        string text = AsciiCase.Lower(c.String(0));
        int date = c.Int32(1);
        string unit = Unit(text) ?? throw Unrecognized(text, "date");
        if (unit is "hour" or "minute" or "second" or "milliseconds" or "microseconds" || unit.StartsWith("timezone", StringComparison.Ordinal))
            throw Unsupported(text, "date");
        if (!DateTimeMath.IsFinite(date))
        {
            if (unit is "year" or "decade" or "century" or "millennium" or "julian" or "isoyear" or "epoch")
                c.Return(date > 0 ? NumericValue.PositiveInfinity : NumericValue.NegativeInfinity);
            else
                c.ReturnNull();
            return;
        }

        int julian = date + DateTimeMath.EpochJulianDay;
        (int year, int month, int day) = DateTimeMath.FromJulianDay(julian);
        c.Return(unit switch
        {
            "epoch" => Whole((julian - DateTimeMath.UnixEpochJulianDay) * 86400L),
            "julian" => Whole(julian),
            _ => FieldPart(unit, new DateTimeFields(year, month, day, 0)),
        });
    }

    private static void Part(ref FunctionCall c, long timestamp, TimeZoneRules? zone, string type)
    {
        if (TimestampPart(ref c, timestamp, zone, type) is { } value)
            c.Return(ToDouble(value));
        else
            c.ReturnNull();
    }

    /// <summary>A part of a moment; null for parts of an infinity that do not grow without bound.</summary>
    private static NumericValue? TimestampPart(ref FunctionCall c, long timestamp, TimeZoneRules? zone, string type)
    {
        string text = c.String(0);
        string unit = Unit(text) ?? throw Unrecognized(AsciiCase.Lower(text), type);
        if (!DateTimeMath.IsFinite(timestamp))
        {
            return unit is "year" or "decade" or "century" or "millennium" or "julian" or "isoyear" or "epoch"
                ? timestamp > 0 ? NumericValue.PositiveInfinity : NumericValue.NegativeInfinity : null;
        }

        if (zone is null && unit.StartsWith("timezone", StringComparison.Ordinal))
            throw Unsupported(AsciiCase.Lower(text), type);

        int offset = zone is null ? 0 : DateTimeMath.OffsetAt(zone, timestamp);
        long local = timestamp + (offset * DateTimeMath.MicrosecondsPerSecond);
        DateTimeFields fields = DateTimeMath.ToFields(local);
        switch (unit)
        {
            case "timezone": return Whole(offset);
            case "timezone_hour": return Whole(offset / 3600);
            case "timezone_minute": return Whole(offset / 60 % 60);
            case "epoch": return Scaled((Int128)timestamp - DateTimeMath.FromUnixMicroseconds(0), 6);
            case "julian":
                NumericValue fraction = NumericMath.Divide(Whole(fields.Time), Whole(DateTimeMath.MicrosecondsPerDay));
                return NumericMath.Add(Whole(fields.JulianDay), fraction);
            default: return FieldPart(unit, fields);
        }
    }

    private static NumericValue FieldPart(string unit, DateTimeFields fields)
    {
        int year = fields.Year;
        return unit switch
        {
            "microseconds" => Whole((fields.Second * DateTimeMath.MicrosecondsPerSecond) + fields.Microsecond),
            "milliseconds" => Scaled((fields.Second * DateTimeMath.MicrosecondsPerSecond) + fields.Microsecond, 3),
            "second" => Scaled((fields.Second * DateTimeMath.MicrosecondsPerSecond) + fields.Microsecond, 6),
            "minute" => Whole(fields.Minute),
            "hour" => Whole(fields.Hour),
            "day" => Whole(fields.Day),
            "month" => Whole(fields.Month),
            "quarter" => Whole(((fields.Month - 1) / 3) + 1),
            "week" => Whole(fields.IsoWeek.Week),
            "year" => Whole(year > 0 ? year : year - 1),
            "decade" => Whole(year >= 0 ? year / 10 : -((8 - (year - 1)) / 10)),
            "century" => Whole(year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100)),
            "millennium" => Whole(year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000)),
            "isoyear" => Whole(fields.IsoWeek.Year <= 0 ? fields.IsoWeek.Year - 1 : fields.IsoWeek.Year),
            "dow" => Whole(DateTimeMath.DayOfWeek(fields.JulianDay)),
            "isodow" => Whole(DateTimeMath.DayOfWeek(fields.JulianDay) == 0 ? 7 : DateTimeMath.DayOfWeek(fields.JulianDay)),
            _ => Whole(fields.DayOfYear),
        };
    }

    private static NumericValue TimePart(ref FunctionCall c, long time, int? offset, string type)
    {
        string text = c.String(0);
        string unit = Unit(text) ?? throw Unrecognized(AsciiCase.Lower(text), type);
        switch (unit)
        {
            case "epoch": return Scaled(time - ((offset ?? 0) * DateTimeMath.MicrosecondsPerSecond), 6);
            case "timezone" when offset is { } o: return Whole(o);
            case "timezone_hour" when offset is { } o: return Whole(o / 3600);
            case "timezone_minute" when offset is { } o: return Whole(o / 60 % 60);
            case "microseconds" or "milliseconds" or "second" or "minute" or "hour": return FieldPart(unit, new DateTimeFields(2000, 1, 1, time));
            default: throw Unsupported(AsciiCase.Lower(text), type);
        }
    }

    private static NumericValue IntervalPart(ref FunctionCall c, IntervalValue value)
    {
        string text = c.String(0);
        string unit = Unit(text) ?? throw Unrecognized(AsciiCase.Lower(text), "interval");
        long time = value.Microseconds;
        int years = value.Months / 12;
        switch (unit)
        {
            case "microseconds": return Whole(time % DateTimeMath.MicrosecondsPerMinute);
            case "milliseconds": return Scaled(time % DateTimeMath.MicrosecondsPerMinute, 3);
            case "second": return Scaled(time % DateTimeMath.MicrosecondsPerMinute, 6);
            case "minute": return Whole(time / DateTimeMath.MicrosecondsPerMinute % 60);
            case "hour": return Whole(time / DateTimeMath.MicrosecondsPerHour);
            case "day": return Whole(value.Days);
            case "month": return Whole(value.Months % 12);
            case "quarter": return Whole((value.Months % 12 / 3) + 1);
            case "year": return Whole(years);
            case "decade": return Whole(years / 10);
            case "century": return Whole(years / 100);
            case "millennium": return Whole(years / 1000);
            case "epoch":
                // A year counts 365.25 days, a month 30.
                Int128 days = ((Int128)years * 36525) + ((Int128)(value.Months % 12) * 3000) + ((Int128)value.Days * 100);
                return Scaled((days * (DateTimeMath.MicrosecondsPerDay / 100)) + time, 6);
            default: throw Unsupported(AsciiCase.Lower(text), "interval");
        }
    }

    // PostgreSQL adds the parts of an epoch up in floats, in this order.
    private static double FloatPart(ref FunctionCall c, in IntervalValue value) => Unit(c.String(0)) == "epoch"
        ? (value.Microseconds / 1e6) + (365.25 * 86400 * (value.Months / 12)) + (30.0 * 86400 * (value.Months % 12)) + (86400.0 * value.Days)
        : ToDouble(IntervalPart(ref c, value));

    private static long TruncateInZone(ref FunctionCall c, TimeZoneRules zone)
    {
        long timestamp = c.Int64(1);
        if (!DateTimeMath.IsFinite(timestamp))
            return timestamp;
        long local = Truncate(ref c, DateTimeMath.ToLocal(zone, timestamp), "timestamp with time zone");
        // Below a day the offset stays what it was, so that the hours that occur twice remain apart.
        return Unit(c.String(0)) is "hour" or "minute" or "second" or "milliseconds" or "microseconds"
            ? local - (DateTimeMath.OffsetAt(zone, timestamp) * DateTimeMath.MicrosecondsPerSecond)
            : DateTimeMath.ToUtc(zone, local);
    }

    private static long Truncate(ref FunctionCall c, long timestamp, string type)
    {
        if (!DateTimeMath.IsFinite(timestamp))
            return timestamp;
        string text = c.String(0);
        string? unit = Unit(text);
        if (unit is null or "epoch" or "dow" or "isodow" or "doy" or "isoyear" or "julian")
            throw Unrecognized(AsciiCase.Lower(text), type);
        DateTimeFields f = DateTimeMath.ToFields(timestamp);
        int year = f.Year;
        return unit switch
        {
            "microseconds" => timestamp,
            "milliseconds" => timestamp - (f.Time % 1000),
            "second" => timestamp - (f.Time % DateTimeMath.MicrosecondsPerSecond),
            "minute" => timestamp - (f.Time % DateTimeMath.MicrosecondsPerMinute),
            "hour" => timestamp - (f.Time % DateTimeMath.MicrosecondsPerHour),
            "day" => timestamp - f.Time,
            "week" => (f.JulianDay - ((DateTimeMath.DayOfWeek(f.JulianDay) + 6) % 7) - DateTimeMath.EpochJulianDay) * DateTimeMath.MicrosecondsPerDay,
            "month" => At(year, f.Month),
            "quarter" => At(year, ((f.Month - 1) / 3 * 3) + 1),
            "year" => At(year, 1),
            "decade" => At(year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10 * 10), 1),
            "century" => At(year > 0 ? ((year + 99) / 100 * 100) - 99 : -((99 - (year - 1)) / 100 * 100) + 1, 1),
            "millennium" => At(year > 0 ? ((year + 999) / 1000 * 1000) - 999 : -((999 - (year - 1)) / 1000 * 1000) + 1, 1),
            _ => throw Unsupported(AsciiCase.Lower(text), type),
        };
    }

    private static long At(int year, int month) =>
        DateTimeMath.FromFields(year, month, 1, 0) ?? throw DateTimeMath.TimestampOutOfRange();

    private static IntervalValue TruncateInterval(ref FunctionCall c, IntervalValue value)
    {
        string text = c.String(0);
        string? unit = Unit(text);
        // Units that only dates have are no words of intervals.
        if (unit is null or "epoch" or "dow" or "isodow" or "doy" or "isoyear" or "julian")
            throw Unrecognized(AsciiCase.Lower(text), "interval");
        long Cut(long unitMicroseconds) => value.Microseconds / unitMicroseconds * unitMicroseconds;
        IntervalValue Months(int count) => new(0, 0, value.Months / count * count);
        return unit switch
        {
            "microseconds" => value,
            "milliseconds" => value with { Microseconds = Cut(1000) },
            "second" => value with { Microseconds = Cut(DateTimeMath.MicrosecondsPerSecond) },
            "minute" => value with { Microseconds = Cut(DateTimeMath.MicrosecondsPerMinute) },
            "hour" => value with { Microseconds = Cut(DateTimeMath.MicrosecondsPerHour) },
            "day" => value with { Microseconds = 0 },
            "month" => Months(1),
            "quarter" => Months(3),
            "year" => Months(12),
            "decade" => Months(120),
            "century" => Months(1200),
            "millennium" => Months(12000),
            "week" => throw new SqlException(SqlState.FeatureNotSupported, $"unit \"{AsciiCase.Lower(text)}\" not supported for type interval") { Detail = "Months usually have fractional weeks." },
            _ => throw Unsupported(AsciiCase.Lower(text), "interval"),
        };
    }

    private static long Bin(ref FunctionCall c)
    {
        IntervalValue stride = c.Fixed16<IntervalValue>(0);
        long timestamp = c.Int64(1), origin = c.Int64(2);
        if (!DateTimeMath.IsFinite(timestamp))
            return timestamp;
        if (!DateTimeMath.IsFinite(origin))
            throw new SqlException(SqlState.DatetimeFieldOverflow, "origin out of range");
        if (stride.Months != 0)
            throw new SqlException(SqlState.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years");
        Int128 width = (stride.Days * (Int128)DateTimeMath.MicrosecondsPerDay) + stride.Microseconds;
        if (width != (long)width)
            throw DateTimeMath.IntervalOutOfRange();
        if (width <= 0)
            throw new SqlException(SqlState.DatetimeFieldOverflow, "stride must be greater than zero");
        Int128 difference = (Int128)timestamp - origin;
        if (difference != (long)difference)
            throw DateTimeMath.IntervalOutOfRange();
        Int128 result = origin + (difference / width * width);
        if (difference % width < 0)
            result -= width;
        return result >= DateTimeMath.TimestampMin && result < DateTimeMath.TimestampEnd ? (long)result : throw DateTimeMath.TimestampOutOfRange();
    }
}
