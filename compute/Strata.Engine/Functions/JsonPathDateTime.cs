using System.Text;
using Strata.Engine.Functions.Formatting;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>The texts that .datetime() reads: by a template in standard mode (every character must match), or in the forms of ISO 8601.</summary>
internal static class JsonPathDateTime
{
    private static readonly DateTimeTemplate[] s_isoTemplates = [.. new[]
    {
        "yyyy-mm-dd",
        "HH24:MI:SS.USTZH:TZM",
        "HH24:MI:SS.USTZH",
        "HH24:MI:SS.US",
        "HH24:MI:SSTZH:TZM",
        "HH24:MI:SSTZH",
        "HH24:MI:SS",
        "yyyy-mm-dd HH24:MI:SS.USTZH:TZM",
        "yyyy-mm-dd HH24:MI:SS.USTZH",
        "yyyy-mm-dd HH24:MI:SS.US",
        "yyyy-mm-dd HH24:MI:SSTZH:TZM",
        "yyyy-mm-dd HH24:MI:SSTZH",
        "yyyy-mm-dd HH24:MI:SS",
        "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH:TZM",
        "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH",
        "yyyy-mm-dd\"T\"HH24:MI:SS.US",
        "yyyy-mm-dd\"T\"HH24:MI:SSTZH:TZM",
        "yyyy-mm-dd\"T\"HH24:MI:SSTZH",
        "yyyy-mm-dd\"T\"HH24:MI:SS",
    }.Select(t => new DateTimeTemplate(Encoding.UTF8.GetBytes(t)))];

    private static SqlException Bad(string message) => new(SqlState.InvalidDatetimeFormat, message);

    /// <summary>Reads by a template. Throws 22007 or 22008.</summary>
    public static JsonPathMoment Read(string text, string template) => Read(text, new DateTimeTemplate(Encoding.UTF8.GetBytes(template)));

    /// <summary>Reads one of the forms of ISO 8601; null when it is none.</summary>
    public static JsonPathMoment? ReadIso(string text)
    {
        foreach (DateTimeTemplate template in s_isoTemplates)
        {
            try
            {
                return Read(text, template);
            }
            catch (SqlException)
            {
                // Not this form; the next may fit.
                continue;
            }
        }

        return null;
    }

    private static JsonPathMoment Read(string text, DateTimeTemplate template)
    {
        template.CheckStandard();
        DateTimeFields fields = template.Read(text, out int? offset, isStandard: true);
        (bool hasDate, bool hasTime, bool hasZone) = template.Contents;
        if (hasZone && !hasTime)
            throw Bad("datetime format is zoned but not timed");
        if (!hasDate && !hasTime)
            throw Bad("datetime format is not dated and not timed");
        if (!hasDate)
            return hasZone ? new JsonPathMoment(TypeOid.TimeTz, fields.Time, offset ?? throw Bad("missing time zone in input string for type timetz")) : new JsonPathMoment(TypeOid.Time, fields.Time, 0);
        if (!hasTime)
            return new JsonPathMoment(TypeOid.Date, fields.JulianDay - DateTimeMath.EpochJulianDay, 0);
        long local = DateTimeMath.FromFields(fields.Year, fields.Month, fields.Day, fields.Time) ?? throw DateTimeMath.TimestampOutOfRange();
        if (!hasZone)
            return new JsonPathMoment(TypeOid.Timestamp, local, 0);
        int east = offset ?? throw Bad("missing time zone in input string for type timestamptz");
        return new JsonPathMoment(TypeOid.TimestampTz, local - (east * DateTimeMath.MicrosecondsPerSecond), east);
    }
}
