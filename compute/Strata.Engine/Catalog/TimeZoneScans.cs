using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Rows of <c>pg_timezone_names</c> and <c>pg_timezone_abbrevs</c>: the embedded zones as they are when the transaction begins.</summary>
internal static class TimeZoneScans
{
    public static IEnumerable<CatalogValue[]> Names(SystemScanContext context)
    {
        long now = Now(context);
        foreach (string name in TimeZones.Names)
        {
            if (TimeZones.Find(name) is not { } zone)
                continue;
            TimeZoneRules.Period period = zone.At(now);
            yield return [name, period.Abbreviation, Offset(period.OffsetSeconds), period.IsDst];
        }
    }

    public static IEnumerable<CatalogValue[]> Abbreviations(SystemScanContext context)
    {
        long now = Now(context);
        foreach (TimeZones.ZoneAbbreviation abbreviation in TimeZones.Abbreviations.OrderBy(static found => found.Name, StringComparer.Ordinal))
        {
            // Some abbreviations mean what their zone's clocks show, which changed over time.
            TimeZoneRules.Period? period = abbreviation.Zone is { } zone ? TimeZones.Find(zone)?.Meaning(abbreviation.Name.ToUpperInvariant(), now) : null;
            yield return
            [
                abbreviation.Name.ToUpperInvariant(), Offset(period?.OffsetSeconds ?? abbreviation.OffsetSeconds), period?.IsDst ?? abbreviation.IsDst,
            ];
        }
    }

    private static long Now(SystemScanContext context) =>
        DateTimeMath.ToUnixMicroseconds(context.Session?.Context.TransactionTimestamp ?? 0) / DateTimeMath.MicrosecondsPerSecond;

    private static string Offset(int seconds)
    {
        int size = Math.Abs(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{(seconds < 0 ? "-" : "")}{size / 3600:00}:{size / 60 % 60:00}:{size % 60:00}");
    }
}
