using System.Collections.Frozen;

namespace Strata.Engine.Types;

/// <summary>Words that stand for a moment.</summary>
internal enum DateTimeKeyword : byte
{
    None,
    Now,
    Today,
    Tomorrow,
    Yesterday,
    Epoch,
    Infinity,
    MinusInfinity,

    /// <summary>"allballs": midnight UTC.</summary>
    Midnight,
}

/// <summary>Names of months and days, and the words of date/time input.</summary>
internal static class DateTimeWords
{
    /// <summary>PostgreSQL compares so many characters of a word.</summary>
    private const int WordMaxChars = 10;

    public static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly FrozenDictionary<string, (DateTimeWordKind Kind, int Value)> s_words = Build();

    private static FrozenDictionary<string, (DateTimeWordKind Kind, int Value)> Build()
    {
        var words = new Dictionary<string, (DateTimeWordKind, int)>
        {
            ["-infinity"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.MinusInfinity),
            ["infinity"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.Infinity),
            ["epoch"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.Epoch),
            ["now"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.Now),
            ["today"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.Today),
            ["tomorrow"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.Tomorrow),
            ["yesterday"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.Yesterday),
            ["allballs"] = (DateTimeWordKind.Moment, (int)DateTimeKeyword.Midnight),
            ["ad"] = (DateTimeWordKind.Era, 0),
            ["bc"] = (DateTimeWordKind.Era, 1),
            ["am"] = (DateTimeWordKind.Meridiem, 0),
            ["pm"] = (DateTimeWordKind.Meridiem, 12),
            ["at"] = (DateTimeWordKind.Ignored, 0),
            ["on"] = (DateTimeWordKind.Ignored, 0),
            ["t"] = (DateTimeWordKind.IsoTime, DateTimeMask.IsoTime),
            ["dst"] = (DateTimeWordKind.SummerTime, 3600),
            ["sept"] = (DateTimeWordKind.Month, 9),
            ["tues"] = (DateTimeWordKind.DayOfWeek, 2),
            ["weds"] = (DateTimeWordKind.DayOfWeek, 3),
            ["thur"] = (DateTimeWordKind.DayOfWeek, 4),
            ["thurs"] = (DateTimeWordKind.DayOfWeek, 4),
            ["y"] = (DateTimeWordKind.Unit, DateTimeMask.Year),
            ["m"] = (DateTimeWordKind.Unit, DateTimeMask.Month),
            ["d"] = (DateTimeWordKind.Unit, DateTimeMask.Day),
            ["h"] = (DateTimeWordKind.Unit, DateTimeMask.Hour),
            ["mm"] = (DateTimeWordKind.Unit, DateTimeMask.Minute),
            ["s"] = (DateTimeWordKind.Unit, DateTimeMask.Second),
            ["j"] = (DateTimeWordKind.Unit, DateTimeMask.Julian),
            ["jd"] = (DateTimeWordKind.Unit, DateTimeMask.Julian),
            ["julian"] = (DateTimeWordKind.Unit, DateTimeMask.Julian),
            ["dow"] = (DateTimeWordKind.Unit, DateTimeMask.DayOfWeek),
            ["isodow"] = (DateTimeWordKind.Unit, DateTimeMask.DayOfWeek),
            ["doy"] = (DateTimeWordKind.Unit, DateTimeMask.DayOfYear),
            ["isoyear"] = (DateTimeWordKind.Unit, DateTimeMask.Year),
        };
        AddNames(words, Months, DateTimeWordKind.Month, 1);
        AddNames(words, Days, DateTimeWordKind.DayOfWeek, 0);
        return words.ToFrozenDictionary();
    }

    private static void AddNames(Dictionary<string, (DateTimeWordKind Kind, int Value)> words, string[] names, DateTimeWordKind kind, int first)
    {
        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i].ToLowerInvariant();
            words[name] = (kind, i + first);
            words[name[..3]] = (kind, i + first);
        }
    }

    /// <summary>The meaning of a word in lower case, or null.</summary>
    public static (DateTimeWordKind Kind, int Value)? Find(string word) =>
        s_words.TryGetValue(word.Length > WordMaxChars ? word[..WordMaxChars] : word, out (DateTimeWordKind, int) found) ? found : null;
}
