using System.Globalization;
using System.Text;
using Strata.Engine.Functions.Formatting;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>format(), to_char, to_date, to_timestamp and to_number. Parsed templates are kept at the call site.</summary>
internal static class FormatFunctions
{
    // INT_MAX without a header by the 8 bytes that a place may take.
    private const int NumberTemplateBytesMax = (int.MaxValue - 4) / 8;

    public static void Register(FunctionTable t)
    {
        t.Add("text_format", Format);
        t.Add("text_format_nv", Format);
        t.Add("timestamp_to_char", static (ref FunctionCall c) => Moment(ref c, c.Int64(0), 0, ""));
        t.Add("timestamptz_to_char", static (ref FunctionCall c) =>
        {
            int offset = DateTimeMath.IsFinite(c.Int64(0)) ? DateTimeMath.OffsetAt(c.Settings.TimeZone, c.Int64(0)) : 0;
            Moment(ref c, DateTimeFunctions.ToLocal(ref c, 0), offset, ZoneAbbreviation(c.Settings.TimeZone, c.Int64(0)));
        });
        t.Add("interval_to_char", static (ref FunctionCall c) =>
        {
            IntervalValue value = c.Fixed16<IntervalValue>(0);
            if (c.Bytes(1).IsEmpty)
                c.ReturnNull();
            else
                Write(ref c, DateTimeTemplate.FromInterval(value));
        });
        AddToChar(t, "numeric_to_char", static (ref FunctionCall c, NumberTemplate template) => NumberWriter.Write(template, c.Numeric(0)));
        AddToChar(t, "int4_to_char", static (ref FunctionCall c, NumberTemplate template) => NumberWriter.Write(template, c.Int32(0), isInt4: true));
        AddToChar(t, "int8_to_char", static (ref FunctionCall c, NumberTemplate template) => NumberWriter.Write(template, c.Int64(0), isInt4: false));
        AddToChar(t, "float4_to_char", static (ref FunctionCall c, NumberTemplate template) => NumberWriter.Write(template, c.Float32(0), NumberWriter.SingleDigits));
        AddToChar(t, "float8_to_char", static (ref FunctionCall c, NumberTemplate template) => NumberWriter.Write(template, c.Float64(0), NumberWriter.DoubleDigits));
        t.Add("numeric_to_number", static (ref FunctionCall c) =>
        {
            using TemplateLimits.Charge memory = TakeMemory(ref c, 1);
            if (c.Bytes(1).IsEmpty)
                c.ReturnNull();
            else
                c.Return(NumberReader.Read(Number(ref c, 1), c.String(0)));
        });
        t.Add("to_date", static (ref FunctionCall c) =>
        {
            using TemplateLimits.Charge memory = TakeMemory(ref c, 1);
            string text = c.String(0);
            DateTimeFields fields = Template(ref c, 1).Read(text, out _);
            if (fields.Year is < -4713 or > 5874898)
                throw new SqlException(SqlState.DatetimeFieldOverflow, $"date out of range: \"{text}\"");
            int date = fields.JulianDay - DateTimeMath.EpochJulianDay;
            c.Return(DateTimeMath.IsValidDate(date) ? date : throw new SqlException(SqlState.DatetimeFieldOverflow, $"date out of range: \"{text}\""));
        });
        t.Add("to_timestamp", static (ref FunctionCall c) =>
        {
            using TemplateLimits.Charge memory = TakeMemory(ref c, 1);
            DateTimeFields f = Template(ref c, 1).Read(c.String(0), out int? offset);
            long local = DateTimeMath.FromFields(f.Year, f.Month, f.Day, f.Time) ?? throw DateTimeMath.TimestampOutOfRange();
            c.Return(offset is { } east ? local - (east * DateTimeMath.MicrosecondsPerSecond) : DateTimeMath.ToUtc(c.Settings.TimeZone, local));
        });
    }

    private delegate string NumberToText(ref FunctionCall c, NumberTemplate template);

    private static void AddToChar(FunctionTable t, string name, NumberToText write) => t.Add(name, (ref FunctionCall c) =>
    {
        // An empty template shows nothing, nor does one that is too long for PostgreSQL to count its places.
        bool showsNothing = c.Bytes(1).Length is 0 or >= NumberTemplateBytesMax;
        using TemplateLimits.Charge memory = showsNothing ? default : TakeMemory(ref c, 1);
        c.Return(showsNothing ? "" : write(ref c, Number(ref c, 1)));
    });

    private static string ZoneAbbreviation(TimeZoneRules zone, long timestamp) =>
        DateTimeMath.IsFinite(timestamp) ? DateTimeMath.PeriodAt(zone, timestamp).Abbreviation : "";

    private static DateTimeTemplate Template(ref FunctionCall c, int argument)
    {
        ReadOnlySpan<byte> source = c.Bytes(argument);
        if (c.Site.State is DateTimeTemplate known && known.IsFor(source))
            return known;
        var parsed = new DateTimeTemplate(source);
        if (TemplateLimits.MayKeep(source.Length))
            c.Site.State = parsed;
        return parsed;
    }

    private static NumberTemplate Number(ref FunctionCall c, int argument)
    {
        ReadOnlySpan<byte> source = c.Bytes(argument);
        if (c.Site.State is NumberTemplate known && known.IsFor(source))
            return known;
        var parsed = new NumberTemplate(source);
        if (TemplateLimits.MayKeep(source.Length))
            c.Site.State = parsed;
        return parsed;
    }

    private static TemplateLimits.Charge TakeMemory(ref FunctionCall c, int argument)
    {
        TemplateLimits.Check(c.Bytes(argument).Length);
        return TemplateLimits.Take(c.Bytes(argument).Length, c.Context.Memory);
    }

    private static void Moment(ref FunctionCall c, long local, int offset, string zone)
    {
        if (!DateTimeMath.IsFinite(local) || c.Bytes(1).IsEmpty)
        {
            c.ReturnNull();
            return;
        }

        Write(ref c, new DateTimeParts(DateTimeMath.ToFields(local), offset, zone));
    }

    private static void Write(ref FunctionCall c, in DateTimeParts parts)
    {
        using TemplateLimits.Charge memory = TakeMemory(ref c, 1);
        c.Return(Template(ref c, 1).Write(parts));
    }

    private static SqlException Invalid(string message, string? hint = null) => new(SqlState.InvalidParameterValue, message) { Hint = hint };

    /// <summary>%[position$][flags][width]type with types s, I, L and %.</summary>
    private static void Format(ref FunctionCall c)
    {
        if (c.IsNull(0))
        {
            c.ReturnNull();
            return;
        }

        string format = c.String(0);
        List<byte[]?> arguments = Arguments(ref c);
        var result = new LongText();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            DepthGuard.Step();
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            if (++i >= format.Length)
                throw Invalid("unterminated format() type specifier", "For a single \"%\" use \"%%\".");
            if (format[i] == '%')
            {
                result.Append('%');
                continue;
            }

            FormatOne(format, ref i, arguments, ref next, result);
        }

        c.Return(result.Written);
    }

    private static List<byte[]?> Arguments(ref FunctionCall c)
    {
        var arguments = new List<byte[]?>();
        if (c.Site.IsVariadicCall)
        {
            if (c.IsNull(1))
                return arguments;
            SqlType element = c.ArgumentType(1).ElementType!;
            foreach (ArrayValue.Element item in new ArrayValue(c.Bytes(1)))
            {
                var buffer = new ByteBuffer(32);
                if (!item.IsNull)
                    TypeOutput.Write(element, item.Stored, buffer, c.Settings, c.Context.Catalog);
                arguments.Add(item.IsNull ? null : buffer.ToArray());
            }

            return arguments;
        }

        for (int i = 1; i < c.ArgumentCount; i++)
            arguments.Add(c.IsNull(i) ? null : TextFunctions.TextOf(ref c, i));
        return arguments;
    }

    private static int Digits(string format, ref int at)
    {
        int start = at;
        while (at < format.Length && char.IsAsciiDigit(format[at]))
            at++;
        return at == start ? -1
            : int.TryParse(format.AsSpan(start, at - start), CultureInfo.InvariantCulture, out int value) ? value
                : throw new SqlException(SqlState.NumericValueOutOfRange, "number is out of range");
    }

    private static byte[]? Take(List<byte[]?> arguments, ref int next, int position)
    {
        if (position == 0)
            throw Invalid("format specifies argument 0, but arguments are numbered from 1");
        int index = position > 0 ? position - 1 : next;
        if (index >= arguments.Count)
            throw Invalid("too few arguments for format()");
        next = index + 1;
        return arguments[index];
    }

    private static void FormatOne(string format, ref int i, List<byte[]?> arguments, ref int next, LongText result)
    {
        int position = -1, width = 0;
        int number = Digits(format, ref i);
        if (number >= 0 && i < format.Length && format[i] == '$')
        {
            position = number;
            i++;
            number = -1;
        }

        bool leftAligned = false;
        while (number < 0 && i < format.Length && format[i] == '-')
        {
            leftAligned = true;
            i++;
        }

        if (number >= 0)
        {
            width = number;
        }
        else if (i < format.Length && format[i] == '*')
        {
            i++;
            int widthPosition = Digits(format, ref i);
            if (widthPosition >= 0 && i < format.Length && format[i] == '$')
                i++;
            byte[]? text = Take(arguments, ref next, widthPosition);
            width = text is null ? 0 : NumberText.ParseInt32(text);
            leftAligned |= width < 0;
            width = Math.Abs(width);
        }
        else
        {
            width = Math.Max(0, Digits(format, ref i));
        }

        if (i >= format.Length)
            throw Invalid("unterminated format() type specifier", "For a single \"%\" use \"%%\".");
        char type = format[i];
        if (type is not ('s' or 'I' or 'L'))
            throw Invalid($"unrecognized format() type specifier \"{type}\"", "For a single \"%\" use \"%%\".");
        byte[]? value = Take(arguments, ref next, position);
        string shown = type switch
        {
            'I' => TypeNames.QuoteIdentifier(value is null ? throw new SqlException(SqlState.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier") : Encoding.UTF8.GetString(value)),
            'L' => value is null ? "NULL" : TextFunctions.QuoteLiteral(Encoding.UTF8.GetString(value)),
            _ => value is null ? "" : Encoding.UTF8.GetString(value),
        };
        int padding = width - CharacterTypes.Count(Encoding.UTF8.GetBytes(shown));
        if (padding > 0 && !leftAligned)
            result.Blanks(padding);
        result.Append(shown);
        if (padding > 0 && leftAligned)
            result.Blanks(padding);
    }
}
