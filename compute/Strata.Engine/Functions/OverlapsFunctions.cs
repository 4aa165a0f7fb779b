using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>(start, end) OVERLAPS (start, end), also with lengths instead of ends, and sums of a date and a time of day.</summary>
internal static class OverlapsFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("overlaps_timestamp", static (ref FunctionCall c) => Overlaps(ref c));
        t.Add("overlaps_time", static (ref FunctionCall c) => Overlaps(ref c));
        t.Add("overlaps_timetz", static (ref FunctionCall c) => Overlaps(ref c));
        // The forms with intervals are SQL functions in PostgreSQL.
        foreach (uint oid in new uint[] { 1305, 1306, 1307, 1309, 1310, 1311, 2042, 2043, 2044 })
            t.Add(oid, static (ref FunctionCall c) => Overlaps(ref c));
        t.Add(1176u, static (ref FunctionCall c) => c.Return(DateTimeMath.ToUtc(c.Settings.TimeZone, DateAndTime(c.Int32(0), c.Int64(1)))));
        t.Add(1296u, static (ref FunctionCall c) => c.Return(DateAndTime(c.Int32(1), c.Int64(0))));
        t.Add(1298u, static (ref FunctionCall c) =>
        {
            TimeTzValue time = c.Fixed16<TimeTzValue>(0);
            c.Return(DateAndTime(c.Int32(1), time.Microseconds + (time.ZoneSecondsWest * DateTimeMath.MicrosecondsPerSecond)));
        });
        t.Add(3936u, static (ref FunctionCall c) =>
        {
            long until = c.Int64(0), wait = until - DateTimeMath.Now(c.Context.Clock);
            if (DateTimeMath.IsFinite(until) && wait > 0 && !c.Context.Sleep(TimeSpan.FromMicroseconds(wait)))
                throw new SqlException(SqlState.QueryCanceled, "canceling statement due to user request");
            c.Return(default(ReadOnlySpan<byte>));
        });
    }

    /// <summary>date + time. Throws 22008.</summary>
    public static long DateAndTime(int date, long time)
    {
        long day = DateTimeFunctions.DateToTimestamp(date);
        return DateTimeMath.IsFinite(day) ? day + time : day;
    }

    /// <summary>A bound as a number that orders as its type does.</summary>
    private static Int128? Bound(ref FunctionCall c, int argument)
    {
        if (c.IsNull(argument))
            return null;
        if (c.ArgumentType(argument).Oid != TypeOid.TimeTz)
            return c.Int64(argument);
        TimeTzValue time = c.Fixed16<TimeTzValue>(argument);
        return ((Int128)(time.Microseconds + (time.ZoneSecondsWest * DateTimeMath.MicrosecondsPerSecond)) << 32) + time.ZoneSecondsWest;
    }

    private static Int128? End(ref FunctionCall c, int argument)
    {
        if (c.IsNull(argument) || c.ArgumentType(argument).Oid != TypeOid.Interval)
            return Bound(ref c, argument);
        if (c.IsNull(argument - 1))
            return null;
        long start = c.Int64(argument - 1);
        IntervalValue length = c.Fixed16<IntervalValue>(argument);
        return c.ArgumentType(argument - 1).Oid switch
        {
            TypeOid.Time => DateTimeFunctions.WrapTime(start + (length.Microseconds % DateTimeMath.MicrosecondsPerDay)),
            TypeOid.TimestampTz => DateTimeMath.AddInZone(start, length, c.Settings.TimeZone),
            _ => DateTimeMath.Add(start, length),
        };
    }

    /// <summary>Start and end of a period: the lesser first, a null last.</summary>
    private static (Int128? Start, Int128? End) Period(ref FunctionCall c, int at)
    {
        Int128? start = Bound(ref c, at), end = End(ref c, at + 1);
        return start is null || end < start ? (end, start) : (start, end);
    }

    /// <summary>Nulls make it unknown unless the rest decides.</summary>
    private static void Overlaps(ref FunctionCall c)
    {
        (Int128? start1, Int128? end1) = Period(ref c, 0);
        (Int128? start2, Int128? end2) = Period(ref c, 2);
        if (start1 is null || start2 is null)
        {
            c.ReturnNull();
            return;
        }

        if (start1 > start2)
            ((start1, end1), (start2, end2)) = ((start2, end2), (start1, end1));
        if (start1 == start2)
        {
            if (end1 is null || end2 is null)
                c.ReturnNull();
            else
                c.Return(true);
        }
        else if (end1 is null)
        {
            c.ReturnNull();
        }
        else if (start2 < end1)
        {
            c.Return(true);
        }
        else if (end2 is null)
        {
            c.ReturnNull();
        }
        else
        {
            c.Return(false);
        }
    }
}
