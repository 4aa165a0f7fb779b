using System.Globalization;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Formatting;

/// <summary>
/// A parsed template of to_char, to_date and to_timestamp (manual, "Data Type Formatting Functions"). Immutable.
/// </summary>
internal sealed class DateTimeTemplate
{
    /// <summary>A field with its modifiers, or literal text (<see cref="Field"/> null).</summary>
    private sealed record Node(string? Field, string Literal, bool FillMode, string Suffix, string Spelled);

    // Longest first, so that the first that fits is the right one.
    private static readonly string[] s_fields =
    [
        "SSSSS", "MONTH", "Y,YYY", "SSSS", "YYYY", "IYYY", "HH24", "HH12", "A.D.", "B.C.", "A.M.", "P.M.", "IDDD", "DDD", "DAY", "MON",
        "IYY", "YYY", "TZH", "TZM", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "AD", "BC", "AM", "PM", "CC", "DD", "DY", "HH", "ID",
        "IW", "IY", "MI", "MM", "MS", "OF", "RM", "SS", "TZ", "US", "WW", "YY", "D", "I", "J", "Q", "W", "Y",
    ];

    private readonly byte[] _source;
    private readonly List<Node> _nodes = [];

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
            if (template[at] == '"')
            {
                int end = template.IndexOf('"', at + 1);
                end = end < 0 ? template.Length : end;
                _nodes.Add(new Node(null, template[(at + 1)..end].Replace("\\", "", StringComparison.Ordinal), false, "", ""));
                at = end + 1;
                continue;
            }

            bool fill = false;
            int start = at;
            while (StartsWith(template, at, "FM") || StartsWith(template, at, "TM") || StartsWith(template, at, "FX"))
            {
                fill |= StartsWith(template, at, "FM");
                at += 2;
            }

            string? field = Array.Find(s_fields, f => StartsWith(template, at, f));
            if (field is null)
            {
                if (at < template.Length)
                    _nodes.Add(new Node(null, template[at].ToString(), false, "", ""));
                at = Math.Max(at + 1, start + 1);
                continue;
            }

            string spelled = template.Substring(at, field.Length);
            at += field.Length;
            string suffix = "";
            if (string.CompareOrdinal(template, at, "TH", 0, 2) == 0 || string.CompareOrdinal(template, at, "th", 0, 2) == 0)
            {
                suffix = template.Substring(at, 2);
                at += 2;
            }

            _nodes.Add(new Node(field, "", fill, suffix, spelled));
        }
    }

    /// <summary>Fields are matched without regard to case.</summary>
    private static bool StartsWith(string template, int at, string field) =>
        string.Compare(template, at, field, 0, field.Length, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>The fields of an interval as they are shown.</summary>
    public static DateTimeParts FromInterval(IntervalValue value) =>
        new(new DateTimeFields(value.Months / 12, value.Months % 12, value.Days, value.Microseconds), 0, "") { IsInterval = true };

    public string Write(in DateTimeParts parts)
    {
        var result = new StringBuilder();
        foreach (Node node in _nodes)
        {
            if (node.Field is null)
                result.Append(node.Literal);
            else
                result.Append(Show(node, parts));
        }

        return result.ToString();
    }

    private static string Pad(long value, int width, Node node)
    {
        string text = node.FillMode || width == 0
            ? value.ToString(CultureInfo.InvariantCulture)
            : value < 0 ? "-" + (-value).ToString("D" + width.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
                : value.ToString("D" + width.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return node.Suffix.Length == 0 ? text : text + Ordinal(value, node.Suffix == "TH");
    }

    private static string Ordinal(long value, bool upper)
    {
        long tens = Math.Abs(value) % 100;
        string suffix = tens is >= 11 and <= 13 ? "th" : (tens % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
        return upper ? suffix.ToUpperInvariant() : suffix;
    }

    /// <summary>Follows the spelling of the field: MONTH, Month, month.</summary>
    private static string Cased(string name, Node node, int width)
    {
        string cased = char.IsLower(node.Spelled[0]) ? name.ToLowerInvariant()
            : node.Spelled.Length > 1 && char.IsLower(node.Spelled[1]) ? name : name.ToUpperInvariant();
        return node.FillMode || width == 0 ? cased : cased.PadRight(width);
    }

    private static string Show(Node node, in DateTimeParts parts)
    {
        DateTimeFields f = parts.Fields;
        int year = parts.IsInterval ? f.Year : f.Year <= 0 ? 1 - f.Year : f.Year;
        int hour12 = (int)(parts.Hours % 12 == 0 ? 12 : parts.Hours % 12);
        switch (node.Field)
        {
            case "HH" or "HH12": return Pad(parts.IsInterval ? parts.Hours % 12 : hour12, 2, node);
            case "HH24": return Pad(parts.Hours, 2, node);
            case "MI": return Pad(f.Minute, 2, node);
            case "SS": return Pad(f.Second, 2, node);
            case "MS" or "FF3": return Pad(f.Microsecond / 1000, 3, node with { FillMode = false });
            case "US" or "FF6": return Pad(f.Microsecond, 6, node with { FillMode = false });
            case "FF1": return Pad(f.Microsecond / 100_000, 1, node);
            case "FF2": return Pad(f.Microsecond / 10_000, 2, node);
            case "FF4": return Pad(f.Microsecond / 100, 4, node);
            case "FF5": return Pad(f.Microsecond / 10, 5, node);
            case "SSSS" or "SSSSS": return Pad(f.Time / DateTimeMath.MicrosecondsPerSecond, 0, node);
            case "AM" or "PM": return Cased(parts.Hours % 24 >= 12 ? "PM" : "AM", node, 0);
            case "A.M." or "P.M.": return Cased(parts.Hours % 24 >= 12 ? "P.M." : "A.M.", node, 0);
            case "TZ": return char.IsLower(node.Spelled[0]) ? parts.Zone.ToLowerInvariant() : parts.Zone;
            case "TZH": return (parts.OffsetSeconds < 0 ? "-" : "+") + Pad(Math.Abs(parts.OffsetSeconds) / 3600, 2, node);
            case "TZM": return Pad(Math.Abs(parts.OffsetSeconds) / 60 % 60, 2, node);
            case "OF":
                int minutes = Math.Abs(parts.OffsetSeconds) / 60;
                return (parts.OffsetSeconds < 0 ? "-" : "+") + Pad(minutes / 60, 2, node)
                    + (minutes % 60 == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{minutes % 60:00}"));
            case "DD": return Pad(f.Day, 2, node);
            case "MM": return Pad(f.Month, 2, node);
            case "YYYY": return Pad(year, 4, node);
            case "YYY": return Pad(year % 1000, 3, node);
            case "YY": return Pad(year % 100, 2, node);
            case "Y": return Pad(year % 10, 1, node);
            case "Y,YYY": return string.Create(CultureInfo.InvariantCulture, $"{year / 1000},{year % 1000:000}");
            case "CC": return Pad(year <= 0 ? 0 : (year + 99) / 100, 2, node);
            case "BC" or "AD": return Cased(f.Year <= 0 && !parts.IsInterval ? "BC" : "AD", node, 0);
            case "B.C." or "A.D.": return Cased(f.Year <= 0 && !parts.IsInterval ? "B.C." : "A.D.", node, 0);
        }

        if (parts.IsInterval)
            throw new SqlException(SqlState.InvalidDatetimeFormat, "invalid format specification for an interval value") { Hint = "Intervals are not tied to specific calendar dates." };
        return ShowDate(node, f);
    }

    private static string ShowDate(Node node, DateTimeFields f)
    {
        int dayOfWeek = DateTimeMath.DayOfWeek(f.JulianDay);
        return node.Field switch
        {
            "MONTH" => Cased(DateTimeWords.Months[f.Month - 1], node, 9),
            "MON" => Cased(DateTimeWords.Months[f.Month - 1][..3], node, 0),
            "DAY" => Cased(DateTimeWords.Days[dayOfWeek], node, 9),
            "DY" => Cased(DateTimeWords.Days[dayOfWeek][..3], node, 0),
            "DDD" => Pad(f.DayOfYear, 3, node),
            "IDDD" => Pad(f.JulianDay - DateTimeFields.FirstIsoMonday(f.IsoWeek.Year) + 1, 3, node),
            "D" => Pad(dayOfWeek + 1, 0, node),
            "ID" => Pad(dayOfWeek == 0 ? 7 : dayOfWeek, 0, node),
            "WW" => Pad(((f.DayOfYear - 1) / 7) + 1, 2, node),
            "IW" => Pad(f.IsoWeek.Week, 2, node),
            "W" => Pad(((f.Day - 1) / 7) + 1, 0, node),
            "Q" => Pad(((f.Month - 1) / 3) + 1, 0, node),
            "J" => Pad(f.JulianDay, 0, node),
            "IYYY" => Pad(f.IsoWeek.Year, 4, node),
            "IYY" => Pad(f.IsoWeek.Year % 1000, 3, node),
            "IY" => Pad(f.IsoWeek.Year % 100, 2, node),
            "I" => Pad(f.IsoWeek.Year % 10, 1, node),
            _ => Roman(f.Month, node),
        };
    }

    private static string Roman(int month, Node node)
    {
        string[] numerals = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
        string text = char.IsLower(node.Spelled[0]) ? numerals[month - 1].ToLowerInvariant() : numerals[month - 1];
        return node.FillMode ? text : text.PadRight(4);
    }

    /// <summary>Reads a text by the template; the offset is that of TZH and TZM, when present.</summary>
    public DateTimeFields Read(string text, out int? offset)
    {
        var reader = new DateTimeTemplateReader(text);
        for (int i = 0; i < _nodes.Count; i++)
        {
            Node node = _nodes[i];
            if (node.Field is null)
                reader.SkipLiteral(node.Literal);
            else
                reader.ReadField(node.Field, node.Spelled, FollowedByDigits(i), node.Suffix.Length);
        }

        offset = reader.OffsetSeconds;
        return reader.Result();
    }

    /// <summary>True when the next node reads digits too, so that this one must take its own width only.</summary>
    private bool FollowedByDigits(int index) => index + 1 < _nodes.Count && _nodes[index + 1].Field is { } field
        && field is not ("MONTH" or "MON" or "DAY" or "DY" or "AM" or "PM" or "A.M." or "P.M." or "AD" or "BC" or "A.D." or "B.C." or "RM");
}
