namespace Strata.Engine.Sessions.Settings;

/// <summary>Names of time zones that SET TimeZone accepts: those of the system's zone database, in any case.</summary>
internal static class TimeZoneNames
{
    /// <summary>The zone's name in its own spelling, or null when there is no such zone.</summary>
    public static string? Find(string name)
    {
        if (name.Equals("UTC", StringComparison.OrdinalIgnoreCase) || name.Equals("GMT", StringComparison.OrdinalIgnoreCase) || name.Equals("Z", StringComparison.OrdinalIgnoreCase))
            return name.ToUpperInvariant() == "Z" ? "UTC" : name.ToUpperInvariant();
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone))
            return null;
        foreach (TimeZoneInfo known in TimeZoneInfo.GetSystemTimeZones())
            if (known.Id.Equals(name, StringComparison.OrdinalIgnoreCase))
                return known.Id;
        return zone.Id;
    }
}
