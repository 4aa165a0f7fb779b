using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;

namespace Strata.Engine.Types;

/// <summary>Time zones by IANA name, abbreviation or fixed offset. Thread-safe.</summary>
public static class TimeZones
{
    private static readonly ConcurrentDictionary<string, TimeZoneInfo?> s_zones = new(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, int> s_abbreviations = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)
    {
        ["utc"] = 0,
        ["gmt"] = 0,
        ["z"] = 0,
        ["zulu"] = 0,
        ["ut"] = 0,
        ["uct"] = 0,
        ["wet"] = 0,
        ["bst"] = 3600,
        ["cet"] = 3600,
        ["met"] = 3600,
        ["mez"] = 3600,
        ["west"] = 3600,
        ["wat"] = 3600,
        ["cest"] = 7200,
        ["mest"] = 7200,
        ["mesz"] = 7200,
        ["eet"] = 7200,
        ["ist"] = 7200,
        ["sast"] = 7200,
        ["eest"] = 10800,
        ["msk"] = 10800,
        ["eat"] = 10800,
        ["msd"] = 14400,
        ["pkt"] = 18000,
        ["jst"] = 32400,
        ["kst"] = 32400,
        ["awst"] = 28800,
        ["hkt"] = 28800,
        ["sgt"] = 28800,
        ["pht"] = 28800,
        ["acst"] = 34200,
        ["aest"] = 36000,
        ["aedt"] = 39600,
        ["acdt"] = 37800,
        ["nzst"] = 43200,
        ["nzdt"] = 46800,
        ["ast"] = -14400,
        ["adt"] = -10800,
        ["est"] = -18000,
        ["edt"] = -14400,
        ["cst"] = -21600,
        ["cdt"] = -18000,
        ["mst"] = -25200,
        ["mdt"] = -21600,
        ["pst"] = -28800,
        ["pdt"] = -25200,
        ["akst"] = -32400,
        ["akdt"] = -28800,
        ["hst"] = -36000,
        ["nst"] = -12600,
        ["ndt"] = -9000,
        ["brt"] = -10800,
        ["art"] = -10800,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Seconds east of UTC of an abbreviation, or null.</summary>
    public static int? Abbreviation(string name) => s_abbreviations.TryGetValue(name, out int seconds) ? seconds : null;

    /// <summary>A zone by IANA name or a word for UTC, or null.</summary>
    public static TimeZoneInfo? Find(string name) => s_zones.GetOrAdd(name, static n =>
    {
        if (n.Length == 0 || n.Length > 64)
            return null;
        if (n.Equals("UTC", StringComparison.OrdinalIgnoreCase) || n.Equals("GMT", StringComparison.OrdinalIgnoreCase)
            || n.Equals("Etc/UTC", StringComparison.OrdinalIgnoreCase) || n.Equals("Z", StringComparison.OrdinalIgnoreCase))
            return TimeZoneInfo.Utc;
        if (!char.IsAsciiLetter(n[0]) || n.Contains("..", StringComparison.Ordinal))
            return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(n, out TimeZoneInfo? zone) ? zone
            : TimeZoneInfo.TryFindSystemTimeZoneById(TitleCase(n), out zone) ? zone : null;
    });

    /// <summary>The spelling of IANA names: europe/berlin → Europe/Berlin.</summary>
    private static string TitleCase(string name)
    {
        char[] letters = name.ToLowerInvariant().ToCharArray();
        bool start = true;
        for (int i = 0; i < letters.Length; i++)
        {
            if (start)
                letters[i] = char.ToUpperInvariant(letters[i]);
            start = letters[i] is '/' or '_' or '-';
        }

        return new string(letters);
    }

    /// <summary>
    /// A zone as SET TIME ZONE and AT TIME ZONE take it: a name, an abbreviation, a number of hours, or a POSIX-like offset ("UTC+2",
    /// "+02:00"), where in POSIX style positive is west. Throws 22023.
    /// </summary>
    public static TimeZoneInfo Parse(string text)
    {
        string name = text.Trim();
        if (Find(name) is { } zone)
            return zone;
        if (Abbreviation(name) is { } seconds)
            return Fixed(seconds, name.ToUpperInvariant());
        int sign = name.IndexOfAny(['+', '-']);
        if (sign >= 0 && name[..sign].All(char.IsAsciiLetter) && ParseOffset(name[(sign + 1)..]) is { } offset)
        {
            // POSIX: positive is west of Greenwich.
            return Fixed(name[sign] == '+' ? -offset : offset, text);
        }

        if (double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out double hours) && Math.Abs(hours) < 168)
            return Fixed((int)(hours * 3600), text);
        throw new SqlException(SqlState.InvalidParameterValue, $"time zone \"{text}\" not recognized");
    }

    private static int? ParseOffset(string text)
    {
        string[] parts = text.Split(':');
        int total = 0, unit = 3600;
        foreach (string part in parts)
        {
            if (unit == 0 || !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value > 167)
                return null;
            total += value * unit;
            unit /= 60;
        }

        return total;
    }

    /// <summary>A zone of constant offset, in seconds east of UTC.</summary>
    public static TimeZoneInfo Fixed(int secondsEast, string name)
    {
        // TimeZoneInfo knows whole minutes up to 14 hours only.
        int minutes = Math.Clamp(secondsEast / 60, -14 * 60, 14 * 60);
        return TimeZoneInfo.CreateCustomTimeZone(name, TimeSpan.FromMinutes(minutes), name, name);
    }
}
