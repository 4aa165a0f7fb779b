using System.Globalization;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Formatting;

/// <summary>
/// A parsed template of to_char, to_date and to_timestamp (manual, "Data Type Formatting Functions"). Immutable.
/// </summary>
internal sealed class DateTimeTemplate
{
    // Per first letter the longer ones stand first, so that the first that fits is the right one. Case matters: it tells the case of names.
    private static readonly string[] s_fields =
    [
        "A.D.", "A.M.", "AD", "AM", "B.C.", "BC", "CC", "DAY", "DDD", "DD", "DY", "Day", "Dy", "D", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6",
        "FX", "HH24", "HH12", "HH", "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I", "J", "MI", "MM", "MONTH", "MON", "MS", "Month", "Mon", "OF",
        "P.M.", "PM", "Q", "RM", "SSSSS", "SSSS", "SS", "TZH", "TZM", "TZ", "US", "WW", "W", "Y,YYY", "YYYY", "YYY", "YY", "Y",
        "a.d.", "a.m.", "ad", "am", "b.c.", "bc", "cc", "day", "ddd", "dd", "dy", "d", "ff1", "ff2", "ff3", "ff4", "ff5", "ff6",
        "fx", "hh24", "hh12", "hh", "iddd", "id", "iw", "iyyy", "iyy", "iy", "i", "j", "mi", "mm", "month", "mon", "ms", "of",
        "p.m.", "pm", "q", "rm", "sssss", "ssss", "ss", "tzh", "tzm", "tz", "us", "ww", "w", "y,yyy", "yyyy", "yyy", "yy", "y",
    ];

    private static readonly string[] s_romanNumerals = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

    private readonly byte[] _source;
    private readonly List<DateTimeTemplateNode> _nodes = [];

    public DateTimeTemplate(ReadOnlySpan<byte> source)
    {
        _source = source.ToArray();
        Parse(Encoding.UTF8.GetString(source));
    }

    public bool IsFor(ReadOnlySpan<byte> source) => source.SequenceEqual(_source);

    private void Parse(string template)
    {
        int at = 0;
        while (at < template.Length)
        {
            DepthGuard.Step();
            bool fill = false, isTranslated = false;
            if (HasAt(template, at, "FM") || HasAt(template, at, "fm"))
            {
                fill = true;
                at += 2;
            }
            else if (HasAt(template, at, "TM") || HasAt(template, at, "tm"))
            {
                isTranslated = true;
                at += 2;
            }

            if (at < template.Length && Array.Find(s_fields, f => HasAt(template, at, f)) is { } field)
            {
                at += field.Length;
                string suffix = HasAt(template, at, "TH") || HasAt(template, at, "th") ? template.Substring(at, 2) : "";
                // One suffix at most counts; spelling out is not implemented in PostgreSQL either.
                at += suffix.Length > 0 || HasAt(template, at, "SP") ? 2 : 0;
                // Names in the locale's language are not padded; what else TM says means nothing.
                bool isName = field.ToUpperInvariant() is "MONTH" or "MON" or "DAY" or "DY";
                _nodes.Add(DateTimeTemplateNode.ForField(field, fill || (isTranslated && isName), suffix));
            }
            else if (at < template.Length)
            {
                at = ParseLiteral(template, at);
            }
        }
    }

    private static bool HasAt(string template, int at, string word) => string.CompareOrdinal(template, at, word, 0, word.Length) == 0;

    private int ParseLiteral(string template, int at)
    {
        if (template[at] == '"')
        {
            at++;
            while (at < template.Length && template[at] != '"')
            {
                DepthGuard.Step();
                if (template[at] == '\\' && at + 1 < template.Length)
                    at++;
                at = AddCharacter(template, at, DateTimeTemplateNodeKind.Text, isQuoted: true);
            }

            return Math.Min(at + 1, template.Length);
        }

        if (template[at] == '\\' && at + 1 < template.Length && template[at + 1] == '"')
            at++;
        char c = template[at];
        return AddCharacter(template, at, DateTimeTemplateReader.IsSeparator(c) ? DateTimeTemplateNodeKind.Separator
            : char.IsWhiteSpace(c) ? DateTimeTemplateNodeKind.Space : DateTimeTemplateNodeKind.Text);
    }

    private int AddCharacter(string template, int at, DateTimeTemplateNodeKind kind, bool isQuoted = false)
    {
        int length = char.IsHighSurrogate(template[at]) && at + 1 < template.Length ? 2 : 1;
        _nodes.Add(new DateTimeTemplateNode(kind, template.Substring(at, length), "", isQuoted, ""));
        return at + length;
    }

    /// <summary>The fields of an interval as they are shown.</summary>
    public static DateTimeParts FromInterval(IntervalValue value) =>
        new(new DateTimeFields(value.Months / 12, value.Months % 12, value.Days, value.Microseconds), 0, "") { IsInterval = true };

    public string Write(in DateTimeParts parts)
    {
        var result = new StringBuilder();
        foreach (DateTimeTemplateNode node in _nodes)
        {
            DepthGuard.Step();
            result.Append(node.Kind == DateTimeTemplateNodeKind.Field ? Show(node, parts) : node.Text);
        }

        return result.ToString();
    }

    /// <summary>A number padded with zeros, a minus not counted; FM takes the padding away.</summary>
    private static string Pad(long value, int width, DateTimeTemplateNode node)
    {
        string digits = Math.Abs(value).ToString(CultureInfo.InvariantCulture);
        if (!node.FillMode)
            digits = digits.PadLeft(width, '0');
        string text = value < 0 ? "-" + digits : digits;
        return node.Suffix.Length == 0 ? text : text + Ordinal(value, node.Suffix == "TH");
    }

    /// <summary>A number in so many places, a minus counted.</summary>
    private static string Fit(long value, int width, DateTimeTemplateNode node) => Pad(value, value < 0 ? width - 1 : width, node);

    private static string PadAlways(long value, int width, DateTimeTemplateNode node) => Pad(value, width, node with { FillMode = false });

    private static string Ordinal(long value, bool upper)
    {
        long tens = Math.Abs(value) % 100;
        string suffix = tens is >= 11 and <= 13 ? "th" : (tens % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
        return upper ? suffix.ToUpperInvariant() : suffix;
    }

    /// <summary>Follows the spelling of the field: MONTH, Month, month.</summary>
    private static string Cased(string name, DateTimeTemplateNode node, int width)
    {
        string cased = char.IsLower(node.Text[0]) ? name.ToLowerInvariant()
            : node.Text.Length > 1 && char.IsLower(node.Text[1]) ? name : name.ToUpperInvariant();
        return node.FillMode ? cased : cased.PadRight(width);
    }

    private static SqlException NotForIntervals() =>
        new(SqlState.InvalidDatetimeFormat, "invalid format specification for an interval value") { Hint = "Intervals are not tied to specific calendar dates." };

    private static string Show(DateTimeTemplateNode node, in DateTimeParts parts)
    {
        DateTimeFields f = parts.Fields;
        int year = parts.IsInterval || f.Year > 0 ? f.Year : 1 - f.Year;
        long hours = parts.Hours;
        switch (node.Field)
        {
            case "FX": return "";
            case "HH" or "HH12": return Fit(hours % 12 == 0 ? 12 : hours % 12, hours >= 0 ? 2 : 3, node);
            case "HH24": return Pad(hours, 2, node);
            case "MI": return Pad(f.Minute, 2, node);
            case "SS": return Pad(f.Second, 2, node);
            case "MS" or "FF3": return PadAlways(f.Microsecond / 1000, 3, node);
            case "US" or "FF6": return PadAlways(f.Microsecond, 6, node);
            case "FF1": return PadAlways(f.Microsecond / 100_000, 1, node);
            case "FF2": return PadAlways(f.Microsecond / 10_000, 2, node);
            case "FF4": return PadAlways(f.Microsecond / 100, 4, node);
            case "FF5": return PadAlways(f.Microsecond / 10, 5, node);
            case "SSSS" or "SSSSS": return Pad(f.Time / DateTimeMath.MicrosecondsPerSecond, 0, node);
            case "AM" or "PM": return Cased(hours % 24 >= 12 ? "PM" : "AM", node, 0);
            case "A.M." or "P.M.": return Cased(hours % 24 >= 12 ? "P.M." : "A.M.", node, 0);
            case "DD": return Fit(f.Day, 2, node);
            case "DDD": return Fit(DayOfYear(parts), 3, node);
            case "MM": return Pad(f.Month, 2, node);
            case "WW": return Fit(((DayOfYear(parts) - 1) / 7) + 1, 2, node);
            case "W": return Pad(((f.Day - 1) / 7) + 1, 0, node);
            case "Q": return f.Month == 0 ? "" : Pad(((f.Month - 1) / 3) + 1, 0, node);
            case "YYYY": return Fit(year, year >= 0 ? 4 : 5, node);
            case "YYY": return Fit(year % 1000, year >= 0 ? 3 : 4, node);
            case "YY": return Fit(year % 100, year >= 0 ? 2 : 3, node);
            case "Y": return Fit(year % 10, 1, node);
            case "IYYY" when parts.IsInterval: return Fit(IsoYear(f), year >= 0 ? 4 : 5, node);
            case "IYY" when parts.IsInterval: return Fit(IsoYear(f) % 1000, year >= 0 ? 3 : 4, node);
            case "IY" when parts.IsInterval: return Fit(IsoYear(f) % 100, year >= 0 ? 2 : 3, node);
            case "I" when parts.IsInterval: return Fit(IsoYear(f) % 10, 1, node);
            case "IW" when parts.IsInterval: return Fit(IsoWeek(f), 2, node);
            case "IDDD" when parts.IsInterval: return Fit(Julian(f) - FirstIsoMonday(IsoYear(f)) + 1, 3, node);
            case "J" when parts.IsInterval: return Pad(Julian(f), 0, node);
            case "Y,YYY":
                string thousands = string.Create(CultureInfo.InvariantCulture, $"{year / 1000},{year % 1000:000}");
                return node.Suffix.Length == 0 ? thousands : thousands + Ordinal(year, node.Suffix == "TH");
            case "CC":
                return Pad(parts.IsInterval ? f.Year / 100 : f.Year > 0 ? ((f.Year - 1) / 100) + 1 : (f.Year / 100) - 1, 2, node);
            case "RM": return Roman(parts, node);
        }

        return parts.IsInterval ? throw NotForIntervals() : ShowDate(node, parts);
    }

    // Calendar fields of an interval: its months and days are taken for those of a date, which it need not have.
    private static int Julian(in DateTimeFields f) => DateTimeMath.ToJulianDay(f.Year, f.Month, f.Day);

    private static int FirstIsoMonday(int year)
    {
        int fourth = DateTimeMath.ToJulianDay(year, 1, 4);
        return fourth - DateTimeMath.DayOfWeek(fourth - 1);
    }

    private static int IsoYear(in DateTimeFields f)
    {
        int day = Julian(f), year = f.Year;
        if (day < FirstIsoMonday(year))
            year--;
        return ((day - FirstIsoMonday(year)) / 7) + 1 >= 52 && day >= FirstIsoMonday(f.Year + 1) ? year + 1 : year;
    }

    private static int IsoWeek(in DateTimeFields f)
    {
        int day = Julian(f), first = FirstIsoMonday(f.Year);
        if (day < first)
            first = FirstIsoMonday(f.Year - 1);
        int week = ((day - first) / 7) + 1;
        return week >= 52 && day >= FirstIsoMonday(f.Year + 1) ? ((day - FirstIsoMonday(f.Year + 1)) / 7) + 1 : week;
    }

    private static int DayOfYear(in DateTimeParts parts) =>
        parts.IsInterval ? (((parts.Fields.Year * 12) + parts.Fields.Month) * 30) + parts.Fields.Day : parts.Fields.DayOfYear;

    private static string ShowDate(DateTimeTemplateNode node, in DateTimeParts parts)
    {
        DateTimeFields f = parts.Fields;
        int dayOfWeek = DateTimeMath.DayOfWeek(f.JulianDay);
        int isoYear = f.IsoWeek.Year > 0 ? f.IsoWeek.Year : 1 - f.IsoWeek.Year;
        int offset = Math.Abs(parts.OffsetSeconds);
        string sign = parts.OffsetSeconds < 0 ? "-" : "+";
        return node.Field switch
        {
            "BC" or "AD" => Cased(f.Year <= 0 ? "BC" : "AD", node, 0),
            "B.C." or "A.D." => Cased(f.Year <= 0 ? "B.C." : "A.D.", node, 0),
            "TZ" => char.IsLower(node.Text[0]) ? parts.Zone.ToLowerInvariant() : parts.Zone,
            "TZH" => sign + PadAlways(offset / 3600, 2, node),
            "TZM" => PadAlways(offset / 60 % 60, 2, node),
            "OF" => sign + Pad(offset / 3600, 2, node) + (offset % 3600 == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{offset / 60 % 60:00}")),
            "MONTH" => Cased(DateTimeWords.Months[f.Month - 1], node, 9),
            "MON" => Cased(DateTimeWords.Months[f.Month - 1][..3], node, 0),
            "DAY" => Cased(DateTimeWords.Days[dayOfWeek], node, 9),
            "DY" => Cased(DateTimeWords.Days[dayOfWeek][..3], node, 0),
            "IDDD" => Pad(f.JulianDay - DateTimeFields.FirstIsoMonday(f.IsoWeek.Year) + 1, 3, node),
            "D" => Pad(dayOfWeek + 1, 0, node),
            "ID" => Pad(dayOfWeek == 0 ? 7 : dayOfWeek, 0, node),
            "IW" => Pad(f.IsoWeek.Week, 2, node),
            "J" => Pad(f.JulianDay, 0, node),
            "IYYY" => Pad(isoYear, 4, node),
            "IYY" => Pad(isoYear % 1000, 3, node),
            "IY" => Pad(isoYear % 100, 2, node),
            _ => Pad(isoYear % 10, 1, node),
        };
    }

    private static string Roman(in DateTimeParts parts, DateTimeTemplateNode node)
    {
        int month = parts.Fields.Month;
        if (month == 0 && parts.Fields.Year == 0)
            return "";
        int index = month > 0 ? month - 1 : month == 0 ? (parts.Fields.Year >= 0 ? 11 : 0) : 12 + month;
        string text = char.IsLower(node.Text[0]) ? s_romanNumerals[index].ToLowerInvariant() : s_romanNumerals[index];
        return node.FillMode ? text : text.PadRight(4);
    }

    /// <summary>
    /// Reads a text by the template; the offset is that of TZH and TZM, when present. In standard mode (SQL/JSON) every character must match. Throws
    /// 22007, 22008 or 22009.
    /// </summary>
    public DateTimeFields Read(string text, out int? offset, bool isStandard = false)
    {
        var reader = new DateTimeTemplateReader(text, isStandard);
        reader.Read(_nodes);
        DateTimeFields fields = reader.Result();
        offset = reader.OffsetSeconds;
        return fields;
    }

    /// <summary>What the template's fields hold.</summary>
    public (bool Date, bool Time, bool Zone) Contents
    {
        get
        {
            bool date = false, time = false, zone = false;
            foreach (DateTimeTemplateNode node in _nodes)
            {
                switch (node.Field)
                {
                    case "TZ" or "TZH" or "TZM" or "OF":
                        zone = true;
                        break;
                    case "A.M." or "AM" or "P.M." or "PM" or "HH24" or "HH12" or "HH" or "MI" or "SS" or "SSSS" or "SSSSS" or "MS" or "US"
                        or "FF1" or "FF2" or "FF3" or "FF4" or "FF5" or "FF6":
                        time = true;
                        break;
                    case "" or "FX":
                        break;
                    default:
                        date = true;
                        break;
                }
            }

            return (date, time, zone);
        }
    }

    /// <summary>Throws 22007 for separators that the standard does not know.</summary>
    public void CheckStandard()
    {
        foreach (DateTimeTemplateNode node in _nodes)
        {
            if (node.Kind == DateTimeTemplateNodeKind.Separator && !"-./,':;".Contains(node.Text, StringComparison.Ordinal))
                throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid datetime format separator: \"{node.Text}\"");
            if (node.Kind == DateTimeTemplateNodeKind.Text && !node.FillMode)
                throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid datetime format separator: \"{node.Text}\"");
        }
    }
}
