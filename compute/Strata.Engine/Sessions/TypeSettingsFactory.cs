using System.Globalization;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions;

/// <summary>Turns the settings that type input and output depend on into their parsed form.</summary>
internal static class TypeSettingsFactory
{
    public static TypeSettings Make(SessionSettings settings) => new()
    {
        DateOrder = settings["DateStyle"] switch
        {
            var style when style.EndsWith("DMY", StringComparison.Ordinal) => DateOrder.Dmy,
            var style when style.EndsWith("YMD", StringComparison.Ordinal) => DateOrder.Ymd,
            _ => DateOrder.Mdy,
        },
        TimeZone = Zone(settings["TimeZone"]),
        ExtraFloatDigits = int.Parse(settings["extra_float_digits"], CultureInfo.InvariantCulture),
        ByteaEscape = settings["bytea_output"] == "escape",
    };

    private static TimeZoneInfo Zone(string name)
    {
        if (name is "UTC" or "GMT")
            return TimeZoneInfo.Utc;
        return name.StartsWith('<') ? Fixed(name) : TimeZoneInfo.FindSystemTimeZoneById(name);
    }

    // <+02>-02, with minutes after a colon: the sign within the brackets is the one east of Greenwich.
    private static TimeZoneInfo Fixed(string posix)
    {
        string inner = posix[1..posix.IndexOf('>', StringComparison.Ordinal)];
        string[] parts = inner[1..].Split(':');
        int minutes = int.Parse(parts[0], CultureInfo.InvariantCulture) * 60 + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        return TimeZoneInfo.CreateCustomTimeZone(posix, TimeSpan.FromMinutes(inner[0] == '-' ? -minutes : minutes), posix, posix);
    }
}
