using System.Globalization;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Settings;

/// <summary>Checks and normalizes values of settings, and prints them, with PostgreSQL's rules and messages.</summary>
internal static class SettingValues
{
    private static readonly (string Unit, string Base, double Factor)[] s_units =
    [
        ("TB", "kB", 1024.0 * 1024 * 1024), ("GB", "kB", 1024.0 * 1024), ("MB", "kB", 1024.0), ("kB", "kB", 1), ("B", "kB", 1.0 / 1024),
        ("TB", "MB", 1024.0 * 1024), ("GB", "MB", 1024.0), ("MB", "MB", 1), ("kB", "MB", 1.0 / 1024), ("B", "MB", 1.0 / (1024 * 1024)),
        ("TB", "8kB", 1024.0 * 1024 * 128), ("GB", "8kB", 1024.0 * 128), ("MB", "8kB", 128.0), ("kB", "8kB", 1.0 / 8), ("B", "8kB", 1.0 / 8192),
        ("TB", "B", 1099511627776.0), ("GB", "B", 1073741824.0), ("MB", "B", 1048576.0), ("kB", "B", 1024.0), ("B", "B", 1),
        ("d", "ms", 86400000.0), ("h", "ms", 3600000.0), ("min", "ms", 60000.0), ("s", "ms", 1000.0), ("ms", "ms", 1), ("us", "ms", 0.001),
        ("d", "s", 86400.0), ("h", "s", 3600.0), ("min", "s", 60.0), ("s", "s", 1), ("ms", "s", 0.001), ("us", "s", 0.000001),
        ("d", "min", 1440.0), ("h", "min", 60.0), ("min", "min", 1), ("s", "min", 1.0 / 60), ("ms", "min", 1.0 / 60000),
    ];

    /// <summary>The value in its stored form: booleans on/off, numbers in base units, enums in their own spelling. Throws 22023.</summary>
    public static string Normalize(SettingDefinition setting, string value, string? current = null) => setting.Type switch
    {
        SettingType.Boolean => ParseBoolean(setting, value) ? "on" : "off",
        SettingType.Integer => NormalizeInteger(setting, value),
        SettingType.Real => NormalizeReal(setting, value),
        SettingType.Enum => NormalizeEnum(setting, value),
        _ => SpecialSettings.Normalize(setting, value, current),
    };

    /// <summary>What SHOW prints: numbers with the largest unit that leaves an integer.</summary>
    public static string Show(SettingDefinition setting, string value)
    {
        if (setting.Unit is null || setting.Type is not (SettingType.Integer or SettingType.Real) ||
            !double.TryParse(value, CultureInfo.InvariantCulture, out double number) || number <= 0)
            return value;
        foreach ((string unit, string baseUnit, double factor) in s_units)
            if (baseUnit == setting.Unit && factor >= 1 && number >= factor && number % factor == 0)
                return (number / factor).ToString(CultureInfo.InvariantCulture) + unit;
        return setting.Unit == "8kB" ? (number * 8).ToString(CultureInfo.InvariantCulture) + "kB" : value + setting.Unit;
    }

    /// <summary>PostgreSQL's parse_bool: on, off, true, false, yes, no, 1, 0 and unambiguous beginnings of the words. False when it is none.</summary>
    public static bool TryParseBoolean(string text, out bool value)
    {
        string lower = text.ToLowerInvariant();
        value = lower is "on" or "1" || IsBeginning(lower, "true") || IsBeginning(lower, "yes");
        return value || lower is "0" or "of" or "off" || IsBeginning(lower, "false") || IsBeginning(lower, "no");
    }

    private static bool IsBeginning(string text, string word) => text.Length > 0 && word.StartsWith(text, StringComparison.Ordinal);

    private static bool ParseBoolean(SettingDefinition setting, string value) =>
        TryParseBoolean(value, out bool result)
            ? result
            : throw new SqlException(SqlState.InvalidParameterValue, $"parameter \"{setting.Name}\" requires a Boolean value");

    private static string NormalizeInteger(SettingDefinition setting, string value)
    {
        double number = Math.Round(ParseNumber(setting, value), MidpointRounding.ToEven);
        long minimum = long.Parse(setting.Minimum ?? "-2147483648", CultureInfo.InvariantCulture);
        long maximum = long.Parse(setting.Maximum ?? "2147483647", CultureInfo.InvariantCulture);
        if (number < minimum || number > maximum)
            throw OutOfRange(setting, number.ToString(CultureInfo.InvariantCulture), minimum.ToString(CultureInfo.InvariantCulture), maximum.ToString(CultureInfo.InvariantCulture));
        return ((long)number).ToString(CultureInfo.InvariantCulture);
    }

    private static string NormalizeReal(SettingDefinition setting, string value)
    {
        double number = ParseNumber(setting, value);
        if (setting.Minimum is not null && number < double.Parse(setting.Minimum, CultureInfo.InvariantCulture) ||
            setting.Maximum is not null && number > double.Parse(setting.Maximum, CultureInfo.InvariantCulture))
            throw OutOfRange(setting, number.ToString(CultureInfo.InvariantCulture), setting.Minimum ?? "", setting.Maximum ?? "");
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private static SqlException OutOfRange(SettingDefinition setting, string value, string minimum, string maximum)
    {
        string unit = setting.Unit is null ? "" : " " + setting.Unit;
        return new SqlException(
            SqlState.InvalidParameterValue,
            $"{value}{unit} is outside the valid range for parameter \"{setting.Name}\" ({minimum} .. {maximum})");
    }

    private static double ParseNumber(SettingDefinition setting, string value)
    {
        string text = value.Trim();
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '-' or '+' || (text[end] is 'e' or 'E' && end + 1 < text.Length && (char.IsAsciiDigit(text[end + 1]) || text[end + 1] is '-' or '+'))))
            end++;
        string unit = text[end..].Trim();
        if (!double.TryParse(text[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            throw Invalid(setting, value, null);
        if (unit.Length == 0)
            return number;
        foreach ((string name, string baseUnit, double factor) in s_units)
            if (baseUnit == setting.Unit && name == unit)
                return number * factor;
        throw Invalid(setting, value, setting.Unit switch
        {
            null => null,
            "ms" or "s" or "min" => "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".",
            _ => "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".",
        });
    }

    private static string NormalizeEnum(SettingDefinition setting, string value)
    {
        foreach (string candidate in setting.EnumValues!)
            if (string.Equals(candidate, value, StringComparison.OrdinalIgnoreCase))
                return candidate;
        // Settings such as synchronous_commit take booleans too.
        if (TryParseBoolean(value, out bool boolean) && setting.EnumValues.Contains(boolean ? "on" : "off"))
            return boolean ? "on" : "off";
        // Other than for numbers PostgreSQL shows the name as it was given, and SET gives it in small letters.
        throw Invalid(setting with { Name = setting.Name.ToLowerInvariant() }, value, $"Available values: {string.Join(", ", setting.EnumValues)}.");
    }

    /// <summary>22023 for a value that a setting can't have.</summary>
    public static SqlException Invalid(SettingDefinition setting, string value, string? hint) =>
        new(SqlState.InvalidParameterValue, $"invalid value for parameter \"{setting.Name}\": \"{value}\"") { Hint = hint };

    /// <summary>Splits a list of identifiers as <c>search_path</c> has it; null when it is malformed.</summary>
    public static List<string>? SplitIdentifiers(string text)
    {
        var names = new List<string>();
        int at = 0;
        while (true)
        {
            SkipSpaces(text, ref at);
            if (at == text.Length)
                return names.Count == 0 ? names : null;
            if (ReadIdentifier(text, ref at) is not { } name)
                return null;
            names.Add(name);
            SkipSpaces(text, ref at);
            if (at == text.Length)
                return names;
            if (text[at++] != ',')
                return null;
        }
    }

    /// <summary>Splits a possibly quoted, dotted name; null when it is malformed.</summary>
    public static List<string>? SplitQualified(string text)
    {
        var parts = new List<string>();
        int at = 0;
        while (true)
        {
            SkipSpaces(text, ref at);
            if (at == text.Length || ReadIdentifier(text, ref at, '.') is not { } part)
                return null;
            parts.Add(part);
            SkipSpaces(text, ref at);
            if (at == text.Length)
                return parts;
            if (text[at++] != '.')
                return null;
        }
    }

    private static void SkipSpaces(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }

    private static string? ReadIdentifier(string text, ref int at, char separator = ',')
    {
        var name = new StringBuilder();
        if (text[at] == '"')
        {
            for (at++; at < text.Length; at++)
            {
                if (text[at] != '"')
                    name.Append(text[at]);
                else if (at + 1 < text.Length && text[at + 1] == '"')
                    name.Append(text[at++]);
                else
                {
                    at++;
                    return name.ToString();
                }
            }

            return null;
        }

        while (at < text.Length && text[at] != separator && !char.IsWhiteSpace(text[at]))
            name.Append(char.ToLowerInvariant(text[at++]));
        return name.Length == 0 ? null : name.ToString();
    }
}
