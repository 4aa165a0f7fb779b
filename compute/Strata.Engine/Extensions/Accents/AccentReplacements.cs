using System.Globalization;
using System.Reflection;
using System.Text;

namespace Strata.Engine.Extensions.Accents;

/// <summary>
/// Letters without their marks, and signs in ASCII. A letter that is, canonically, a Latin or Greek letter with marks becomes that letter; marks alone go; replacements.tsv has the rest, and those that stay. Thread-safe.
/// </summary>
internal static class AccentReplacements
{
    private const int FullWidthShift = 0xFEE0;

    private static readonly Lazy<Dictionary<int, string>> s_table = new(static () =>
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Extensions.replacements.tsv")
            ?? throw new Format.InvariantViolationException("no table of replacements");
        using var reader = new StreamReader(stream);
        var table = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            table.Add(int.Parse(line.AsSpan(0, tab), NumberStyles.HexNumber, CultureInfo.InvariantCulture), line[(tab + 1)..]);
        }

        return table;
    });

    /// <summary>A text with all its replacements made.</summary>
    public static string Apply(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var plain = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
                plain.Append((char)rune.Value);
            else
                plain.Append(Of(rune));
        }

        return plain.ToString();
    }

    private static string Of(Rune rune)
    {
        if (s_table.Value.TryGetValue(rune.Value, out string? found))
            return found;
        switch (rune.Value)
        {
            case (>= 0x300 and <= 0x362) or (>= 0x20DD and <= 0x20E0) or (>= 0x20E2 and <= 0x20E4):
                return "";
            case >= 0xFF01 and <= 0xFF5E:
                return ((char)(rune.Value - FullWidthShift)).ToString();
        }

        string parts = Types.UnicodeNormalization.Normalize(rune.ToString(), compose: false, compatibility: false);
        bool isMarked = parts.Length > 1 && parts[0] is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '\u0391' and <= '\u03A9') or (>= '\u03B1' and <= '\u03C9')
            && parts.Skip(1).All(static c => char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark);
        return isMarked ? parts[..1] : rune.ToString();
    }
}
