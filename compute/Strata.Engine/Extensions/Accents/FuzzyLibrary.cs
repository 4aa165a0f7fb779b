using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.Accents;

/// <summary>fuzzystrmatch: edit distances and Soundex. Metaphones are known, but raise 0A000.</summary>
internal static class FuzzyLibrary
{
    private const int LevenshteinCharsMax = 255;
    private const int SoundexLength = 4;

    // What letters sound like, from A on; a dot for those that have no sound.
    private const string SoundexCodes = "01230120022455012623010202";

    public static NativeLibrary Make()
    {
        var library = new NativeLibrary("$libdir/fuzzystrmatch");
        FunctionTable t = library.Functions;
        t.Add("levenshtein", static (ref FunctionCall c) => c.Return(Levenshtein(ref c, 1, 1, 1, int.MaxValue)));
        t.Add("levenshtein_with_costs", static (ref FunctionCall c) => c.Return(Levenshtein(ref c, c.Int32(2), c.Int32(3), c.Int32(4), int.MaxValue)));
        t.Add("levenshtein_less_equal", static (ref FunctionCall c) => c.Return(Levenshtein(ref c, 1, 1, 1, c.Int32(2))));
        t.Add("levenshtein_less_equal_with_costs", static (ref FunctionCall c) => c.Return(Levenshtein(ref c, c.Int32(2), c.Int32(3), c.Int32(4), c.Int32(5))));
        t.Add("soundex", static (ref FunctionCall c) => c.Return(Soundex(c.String(0))));
        t.Add("difference", static (ref FunctionCall c) => c.Return(Soundex(c.String(0)).PadRight(SoundexLength, '\0').Zip(Soundex(c.String(1)).PadRight(SoundexLength, '\0')).Count(static pair => pair.First == pair.Second)));
        return library;
    }

    // The least cost of turning the first text into the second. Beyond the limit any number above it will do: PostgreSQL's own is the limit and one.
    private static int Levenshtein(ref FunctionCall c, int insertion, int deletion, int substitution, int limit)
    {
        Rune[] source = [.. c.String(0).EnumerateRunes()], target = [.. c.String(1).EnumerateRunes()];
        if (source.Length > LevenshteinCharsMax || target.Length > LevenshteinCharsMax)
            throw new SqlException(SqlState.InvalidParameterValue, $"levenshtein argument exceeds maximum length of {LevenshteinCharsMax} characters");
        var before = new int[target.Length + 1];
        var now = new int[target.Length + 1];
        for (int j = 0; j <= target.Length; j++)
            before[j] = j * insertion;
        for (int i = 1; i <= source.Length; i++)
        {
            now[0] = i * deletion;
            for (int j = 1; j <= target.Length; j++)
            {
                int changed = before[j - 1] + (source[i - 1] == target[j - 1] ? 0 : substitution);
                now[j] = Math.Min(changed, Math.Min(before[j] + deletion, now[j - 1] + insertion));
            }

            (before, now) = (now, before);
        }

        int distance = before[target.Length];
        return limit >= 0 && distance > limit ? limit + 1 : distance;
    }

    private static char CodeOf(char letter) => char.ToUpperInvariant(letter) is >= 'A' and <= 'Z' and var upper ? SoundexCodes[upper - 'A'] : letter;

    private static string Soundex(string text)
    {
        int first = text.AsSpan().IndexOfAnyInRange('A', 'z') is var at && at < 0 ? -1 : Array.FindIndex(text.ToCharArray(), char.IsAsciiLetter);
        if (first < 0)
            return "";
        var code = new StringBuilder().Append(char.ToUpperInvariant(text[first]));
        for (int i = first + 1; i < text.Length && code.Length < SoundexLength; i++)
            if (char.IsAsciiLetter(text[i]) && CodeOf(text[i]) != CodeOf(text[i - 1]) && CodeOf(text[i]) != '0')
                code.Append(CodeOf(text[i]));
        return code.ToString().PadRight(SoundexLength, '0');
    }
}
