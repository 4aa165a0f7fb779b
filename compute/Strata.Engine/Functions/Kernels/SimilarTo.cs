using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Kernels;

/// <summary>Rewrites SQL's SIMILAR TO patterns to regular expressions.</summary>
internal static class SimilarTo
{
    private static readonly SqlState s_invalidUseOfEscape = new("2200C");

    public static string ToRegex(string pattern, string escape)
    {
        if (escape.EnumerateRunes().Skip(1).Any())
            throw new SqlException(SqlState.InvalidEscapeSequence, "invalid escape string") { Hint = "Escape string must be empty or one character." };
        var result = new StringBuilder("^(?:");
        bool afterEscape = false;
        int separators = 0, bracketDepth = 0;
        // 1 right behind a bracket, 2 behind its caret: a closing bracket is literal there.
        int bracketStart = 0;
        foreach (Rune rune in pattern.EnumerateRunes())
        {
            string c = rune.ToString();
            if (afterEscape)
            {
                afterEscape = false;
                if (c == "\"" && bracketDepth < 1)
                    result.Append(Separator(++separators));
                else
                    result.Append('\\').Append(c);
            }
            else if (c == escape)
            {
                afterEscape = true;
            }
            else if (bracketDepth > 0)
            {
                result.Append(c == "\\" ? "\\\\" : c);
                if (c == "]" && bracketStart > 2)
                    bracketDepth--;
                else if (c == "[")
                    bracketDepth++;
                bracketStart = c == "^" ? bracketStart + 1 : 3;
            }
            else
            {
                if (c == "[")
                    bracketDepth = bracketStart = 1;
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

    /// <summary>escape-double-quote parts the pattern: the middle is what substring returns, the outer parts are as short as they can be.</summary>
    private static string Separator(int number) => number switch
    {
        1 => "){1,1}?(",
        2 => "){1,1}(?:",
        _ => throw new SqlException(s_invalidUseOfEscape, "SQL regular expression may not contain more than two escape-double-quote separators"),
    };
}
