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
}

/// <summary>Names of months and days.</summary>
internal static class DateTimeWords
{
    public static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    /// <summary>1 to 12 for a full or three-letter name ("sept" too), or null.</summary>
    public static int? Month(string word)
    {
        word = word.ToLowerInvariant();
        if (word == "sept")
            return 9;
        for (int i = 0; i < Months.Length; i++)
        {
            string name = Months[i].ToLowerInvariant();
            if (word == name || word == name[..3])
                return i + 1;
        }

        return null;
    }

    public static bool IsDayOfWeek(string word)
    {
        foreach (string day in Days)
        {
            string name = day.ToLowerInvariant();
            if (word == name || word == name[..3])
                return true;
        }

        return word is "tues" or "weds" or "thur" or "thurs" or "wednes";
    }
}
