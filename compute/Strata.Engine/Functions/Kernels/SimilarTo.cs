using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Kernels;

/// <summary>Rewrites SQL's SIMILAR TO patterns to regular expressions.</summary>
internal static class SimilarTo
{
    public static string ToRegex(string pattern, string escape)
    {
        if (escape.EnumerateRunes().Skip(1).Any())
            throw new SqlException(SqlState.InvalidEscapeSequence, "invalid escape string") { Hint = "Escape string must be empty or one character." };
        var result = new StringBuilder("^(?:");
        bool inBracket = false, afterEscape = false;
        foreach (Rune rune in pattern.EnumerateRunes())
        {
            string c = rune.ToString();
            if (afterEscape)
            {
                result.Append('\\').Append(c);
                afterEscape = false;
            }
            else if (c == escape)
            {
                afterEscape = true;
            }
            else if (inBracket)
            {
                result.Append(c == "\\" ? "\\\\" : c);
                inBracket = c != "]";
            }
            else
            {
                inBracket = c == "[";
                result.Append(c switch
                {
                    "%" => ".*",
                    "_" => ".",
                    "(" => "(?:",
                    "\\" or "." or "^" or "$" => "\\" + c,
                    _ => c,
                });
            }
        }

        return result.Append(")$").ToString();
    }
}
