using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// A date or time that .datetime() made. <paramref name="Value"/>: days (date) or microseconds since 2000-01-01, or microseconds since midnight (times);
/// <paramref name="ZoneSecondsEast"/> belongs to the types with a zone, whose timestamps are UTC.
/// </summary>
internal readonly record struct JsonPathMoment(uint Type, long Value, int ZoneSecondsEast)
{
    public string TypeName => Type switch
    {
        TypeOid.Date => "date",
        TypeOid.Time => "time without time zone",
        TypeOid.TimeTz => "time with time zone",
        TypeOid.Timestamp => "timestamp without time zone",
        _ => "timestamp with time zone",
    };

    /// <summary>The moment as JSON shows it: ISO 8601 with the zone that it was read with.</summary>
    public JsonValue ToJson()
    {
        var buffer = new ByteBuffer(40);
        buffer.Write('"');
        switch (Type)
        {
            case TypeOid.Date:
                DateTimeOutput.WriteDate(buffer, (int)Value);
                break;
            case TypeOid.Time:
                DateTimeOutput.WriteTime(buffer, Value);
                break;
            case TypeOid.TimeTz:
                DateTimeOutput.WriteTime(buffer, Value);
                DateTimeOutput.WriteIsoZone(buffer, ZoneSecondsEast);
                break;
            case TypeOid.Timestamp:
                DateTimeOutput.WriteTimestamp(buffer, Value, isoT: true);
                break;
            default:
                DateTimeOutput.WriteTimestampTz(buffer, Value, TimeZoneRules.Fixed(ZoneSecondsEast, ""), isoT: true);
                break;
        }

        buffer.Write('"');
        return JsonValue.Parse(buffer.Written);
    }

    /// <summary>
    /// Order of two moments, null when their types cannot be compared. Comparing one with a zone to one without needs the session's zone: throws 0A000 unless
    /// <paramref name="zone"/> is given.
    /// </summary>
    public static int? Compare(in JsonPathMoment a, in JsonPathMoment b, TimeZoneRules? zone)
    {
        bool aIsTime = a.Type is TypeOid.Time or TypeOid.TimeTz, bIsTime = b.Type is TypeOid.Time or TypeOid.TimeTz;
        if (aIsTime != bIsTime)
            return null;
        bool aHasZone = a.Type is TypeOid.TimeTz or TypeOid.TimestampTz, bHasZone = b.Type is TypeOid.TimeTz or TypeOid.TimestampTz;
        if (aHasZone != bHasZone && zone is null)
        {
            (JsonPathMoment from, JsonPathMoment to) = aHasZone ? (b, a) : (a, b);
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot convert value from {ShortName(from.Type)} to {ShortName(to.Type)} without time zone usage")
            {
                Hint = "Use *_tz() function for time zone support.",
            };
        }

        bool inUtc = aHasZone || bHasZone;
        int order = Key(a, inUtc ? zone : null, inUtc).CompareTo(Key(b, inUtc ? zone : null, inUtc));
        if (order == 0 && aIsTime && inUtc)
            order = East(b, zone).CompareTo(East(a, zone));
        return order;
    }

    private static string ShortName(uint type) => type switch
    {
        TypeOid.Date => "date",
        TypeOid.Time => "time",
        TypeOid.TimeTz => "timetz",
        TypeOid.Timestamp => "timestamp",
        _ => "timestamptz",
    };

    private static int East(in JsonPathMoment moment, TimeZoneRules? zone) =>
        moment.Type == TypeOid.TimeTz ? moment.ZoneSecondsEast : DateTimeMath.OffsetAt(zone!, 0);

    private static Int128 Key(in JsonPathMoment moment, TimeZoneRules? zone, bool inUtc)
    {
        switch (moment.Type)
        {
            case TypeOid.TimestampTz:
                return moment.Value;
            case TypeOid.Time or TypeOid.TimeTz:
                return inUtc ? moment.Value - (East(moment, zone) * DateTimeMath.MicrosecondsPerSecond) : moment.Value;
            default:
                Int128 local = moment.Type == TypeOid.Date ? moment.Value * (Int128)DateTimeMath.MicrosecondsPerDay : moment.Value;
                return inUtc && local > DateTimeMath.TimestampMin && local < DateTimeMath.TimestampEnd
                    ? local - (DateTimeMath.OffsetAtLocal(zone!, (long)local) * DateTimeMath.MicrosecondsPerSecond) : local;
        }
    }
}
