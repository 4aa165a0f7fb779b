using System.Text;

namespace Strata.Engine.Types;

/// <summary>Splits the text of a date, time or interval into fields (manual, "Date/Time Input Interpretation", step 1). Words become lower case.</summary>
internal static class DateTimeTokens
{
    private const int FieldsMax = 25;

    private static bool IsLetter(char c) => char.IsAsciiLetter(c);

    private static bool IsDigit(char c) => char.IsAsciiDigit(c);

    private static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

    /// <summary>The fields, or null when the text cannot be one.</summary>
    public static List<(DateTimeFieldKind Kind, string Text)>? Split(string text)
    {
        var fields = new List<(DateTimeFieldKind, string)>(4);
        var field = new StringBuilder(16);
        int at = 0;
        while (at < text.Length)
        {
            char c = text[at];
            if (IsSpace(c))
            {
                at++;
                continue;
            }

            field.Clear();
            DateTimeFieldKind kind;
            if (IsDigit(c))
            {
                kind = TakeNumber(text, ref at, field);
            }
            else if (c == '.')
            {
                kind = DateTimeFieldKind.Number;
                field.Append(text[at++]);
                Take(text, ref at, field, IsDigit);
            }
            else if (IsLetter(c))
            {
                kind = TakeWord(text, ref at, field);
            }
            else if (c is '+' or '-')
            {
                field.Append(text[at++]);
                while (at < text.Length && IsSpace(text[at]))
                    at++;
                char next = Peek(text, at);
                if (IsDigit(next))
                {
                    kind = DateTimeFieldKind.Signed;
                    Take(text, ref at, field, static d => IsDigit(d) || d is ':' or '.' or '-');
                }
                else if (IsLetter(next))
                {
                    kind = DateTimeFieldKind.SignedWord;
                    Take(text, ref at, field, IsLetter);
                }
                else
                {
                    return null;
                }
            }
            else if (char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)))
            {
                at++;
                continue;
            }
            else
            {
                return null;
            }

            if (fields.Count == FieldsMax)
                return null;
            fields.Add((kind, field.ToString()));
        }

        return fields;
    }

    private static char Peek(string text, int at) => at < text.Length ? text[at] : '\0';

    private static void Take(string text, ref int at, StringBuilder field, Predicate<char> fits)
    {
        while (at < text.Length && fits(text[at]))
            field.Append(AsciiCase.Lower(text[at++]));
    }

    private static DateTimeFieldKind TakeNumber(string text, ref int at, StringBuilder field)
    {
        Take(text, ref at, field, IsDigit);
        char delimiter = Peek(text, at);
        if (delimiter == ':')
        {
            Take(text, ref at, field, static c => IsDigit(c) || c is ':' or '.');
            return DateTimeFieldKind.Time;
        }

        if (delimiter is not ('-' or '/' or '.'))
            return DateTimeFieldKind.Number;
        field.Append(delimiter);
        at++;
        if (!IsDigit(Peek(text, at)))
        {
            Take(text, ref at, field, c => char.IsAsciiLetterOrDigit(c) || c == delimiter);
            return DateTimeFieldKind.Date;
        }

        Take(text, ref at, field, IsDigit);
        if (Peek(text, at) != delimiter)
            return delimiter == '.' ? DateTimeFieldKind.Number : DateTimeFieldKind.Date;
        Take(text, ref at, field, c => IsDigit(c) || c == delimiter);
        return DateTimeFieldKind.Date;
    }

    /// <summary>A word; with inner punctuation it is a date (jan-8-1999) or a zone's name.</summary>
    private static DateTimeFieldKind TakeWord(string text, ref int at, StringBuilder field)
    {
        Take(text, ref at, field, IsLetter);
        char next = Peek(text, at);
        bool joined = next is '-' or '/' or '.' || ((next == '+' || IsDigit(next)) && DateTimeWords.Find(field.ToString()) is null);
        if (!joined)
            return DateTimeFieldKind.Word;
        Take(text, ref at, field, static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '/' or '_' or '.' or ':');
        return DateTimeFieldKind.Date;
    }
}
