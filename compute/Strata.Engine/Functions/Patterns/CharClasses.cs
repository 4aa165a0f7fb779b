using System.Globalization;

namespace Strata.Engine.Functions.Patterns;

/// <summary>The named character classes, as the C.UTF-8 locale of glibc has them. Each set is made once, at first use.</summary>
internal static class CharClasses
{
    /// <summary>Behind it come unassigned code points, private use and variation selectors only.</summary>
    private const int ScanEnd = 0x32400;

    private static readonly Dictionary<string, Lazy<CharSet>> s_sets = new(StringComparer.Ordinal)
    {
        ["alnum"] = new(static () => Scan(static c => IsAlpha(c) || IsDigit(c))),
        ["alpha"] = new(static () => Scan(IsAlpha)),
        ["ascii"] = new(static () => CharSet.Of(0, 127)),
        ["blank"] = new(static () => Scan(static c => c == '\t' || (Category(c) == UnicodeCategory.SpaceSeparator && !IsNoBreak(c)))),
        ["cntrl"] = new(static () => Scan(static c => Category(c) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)),
        ["digit"] = new(static () => CharSet.Of('0', '9')),
        ["graph"] = new(static () => Scan(IsGraph)),
        ["lower"] = new(static () => Scan(IsLower)),
        ["print"] = new(static () => Scan(static c => IsGraph(c) || (IsSpace(c) && Category(c) == UnicodeCategory.SpaceSeparator))),
        ["punct"] = new(static () => Scan(static c => IsGraph(c) && !IsAlpha(c) && !IsDigit(c))),
        ["space"] = new(static () => Scan(IsSpace)),
        ["upper"] = new(static () => Scan(IsUpper)),
        ["word"] = new(static () => Scan(static c => c == '_' || IsAlpha(c) || IsDigit(c))),
        ["xdigit"] = new(static () => CharSet.FromRanges([('0', '9'), ('A', 'F'), ('a', 'f')])),
    };

    public static CharSet Word => s_sets["word"].Value;

    public static CharSet? Find(string name) => s_sets.TryGetValue(name, out Lazy<CharSet>? set) ? set.Value : null;

    private static CharSet Scan(Func<int, bool> belongs)
    {
        var ranges = new List<(int First, int Last)>();
        for (int c = 0; c < ScanEnd; c++)
        {
            if (!belongs(c))
                continue;
            if (ranges.Count > 0 && ranges[^1].Last == c - 1)
                ranges[^1] = (ranges[^1].First, c);
            else
                ranges.Add((c, c));
        }

        return CharSet.FromRanges(ranges);
    }

    private static UnicodeCategory Category(int c) => CharUnicodeInfo.GetUnicodeCategory(c);

    private static bool IsDigit(int c) => c is >= '0' and <= '9';

    /// <summary>Digits of other scripts count as letters; so do Roman numerals, circled letters and vowel signs.</summary>
    private static bool IsAlpha(int c) => Category(c) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.SpacingCombiningMark => true,
        UnicodeCategory.DecimalDigitNumber => !IsDigit(c),
        UnicodeCategory.OtherSymbol => c is >= 0x24B6 and <= 0x24E9,
        UnicodeCategory.NonSpacingMark => c == 0x345,
        _ => false,
    };

    private static bool IsUpper(int c) => Category(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter
        || c is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF);

    private static bool IsLower(int c) => Category(c) is UnicodeCategory.LowercaseLetter || c is (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9);

    private static bool IsNoBreak(int c) => c is 0xA0 or 0x2007 or 0x202F;

    private static bool IsSpace(int c) => c is >= '\t' and <= '\r'
        || (Category(c) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator && !IsNoBreak(c));

    private static bool IsGraph(int c) => !IsSpace(c) && Category(c) is not (UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
