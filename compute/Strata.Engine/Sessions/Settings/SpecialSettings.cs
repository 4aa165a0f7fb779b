using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Settings;

/// <summary>String settings with rules of their own.</summary>
internal static class SpecialSettings
{
    /// <summary>The stored form of a string setting. Throws 22023 for values that can't be.</summary>
    public static string Normalize(SettingDefinition setting, string value, string? current) => setting.Name switch
    {
        "client_encoding" => ClientEncoding(setting, value),
        "DateStyle" => DateStyle(setting, value, current),
        "TimeZone" or "log_timezone" => TimeZone(setting, value),
        "search_path" => SettingValues.SplitIdentifiers(value) is null ? throw Malformed(setting, value) : value,
        "application_name" => Ascii(value),
        _ => value,
    };

    private static SqlException Malformed(SettingDefinition setting, string value) =>
        new(SqlState.InvalidParameterValue, $"invalid value for parameter \"{setting.Name}\": \"{value}\"") { Detail = "List syntax is invalid." };

    // SQL_ASCII means "no conversion".
    private static string ClientEncoding(SettingDefinition setting, string value)
    {
        if (CharacterEncodings.NameOf(CharacterEncodings.NumberOf(value)) is not { } name)
            throw SettingValues.Invalid(setting, value, null);
        return name is "UTF8" or "SQL_ASCII" || CharacterConversion.Find(name) is not null
            ? name
            : throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"client_encoding\": \"{value}\"") { Detail = $"Conversion between {name} and UTF8 is not supported." };
    }

    // A style or an order alone leaves the other as it is.
    private static string DateStyle(SettingDefinition setting, string value, string? current)
    {
        string[] known = (current ?? "ISO, MDY").Split(", ");
        string style = known[0], order = known[^1];
        bool styleGiven = false, orderGiven = false;
        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (part.ToLowerInvariant())
            {
                case "iso":
                    Choose("ISO");
                    break;
                case "sql":
                    Choose("SQL");
                    break;
                case "german":
                    Choose("German");
                    order = orderGiven ? order : "DMY";
                    break;
                case var p when p.StartsWith("postgres", StringComparison.Ordinal):
                    Choose("Postgres");
                    break;
                case "ymd":
                    Arrange("YMD");
                    break;
                case var d when d is "dmy" || d.StartsWith("euro", StringComparison.Ordinal):
                    Arrange("DMY");
                    break;
                case var m when m is "mdy" or "us" || m.StartsWith("noneuro", StringComparison.Ordinal):
                    Arrange("MDY");
                    break;
                case "default":
                    break;
                default:
                    throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"{setting.Name}\": \"{value}\"")
                    {
                        Detail = $"Unrecognized key word: \"{part.ToLowerInvariant()}\".",
                    };
            }
        }

        return style + ", " + order;

        void Choose(string wanted)
        {
            if (styleGiven && style != wanted)
                throw Conflict();
            (style, styleGiven) = (wanted, true);
        }

        void Arrange(string wanted)
        {
            if (orderGiven && order != wanted)
                throw Conflict();
            (order, orderGiven) = (wanted, true);
        }

        SqlException Conflict() =>
            new(SqlState.InvalidParameterValue, $"invalid value for parameter \"{setting.Name}\": \"{value}\"") { Detail = "Conflicting \"datestyle\" specifications." };
    }

    private static string TimeZone(SettingDefinition setting, string value)
    {
        if (double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out double hours))
            return FixedOffset(hours);
        if (value.StartsWith('<'))
            return value;
        return TimeZones.Find(value)?.Name ?? throw SettingValues.Invalid(setting, value, null);
    }

    // PostgreSQL shows a numeric zone in POSIX form: hours east as <+02>-02.
    private static string FixedOffset(double hoursEast)
    {
        int minutes = (int)Math.Round(hoursEast * 60);
        string digits = $"{Math.Abs(minutes) / 60:00}" + (minutes % 60 == 0 ? "" : $":{Math.Abs(minutes) % 60:00}");
        return minutes >= 0 ? $"<+{digits}>-{digits}" : $"<-{digits}>+{digits}";
    }

    private static string Ascii(string value)
    {
        foreach (char c in value)
            if (c is < ' ' or > '~')
                return string.Create(value.Length, value, static (span, text) =>
                {
                    for (int i = 0; i < span.Length; i++)
                        span[i] = text[i] is >= ' ' and <= '~' ? text[i] : '?';
                });
        return value;
    }
}
