using System.Globalization;
using System.Text;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>Random regular expressions over a small alphabet, and texts that they may match.</summary>
internal sealed class RegexGenerator(IRandom random)
{
    private int _groups;

    private T Pick<T>(params T[] items) => items[random.Next(items.Length)];

    public Node Statement()
    {
        _groups = 0;
        string pattern = Alternatives(3);
        string text = Text();
        string flags = Pick("", "", "", "i", "n", "x", "g");
        string call = Pick("regexp_match({0}, {1}, {2})", "regexp_replace({0}, {1}, E'<\\\\1\\\\&>', {2})", "regexp_split_to_array({0}, {1})", "array(SELECT regexp_matches({0}, {1}, 'g'))",
            "{0} ~ {1}", "regexp_instr({0}, {1}, 1, 2)", "regexp_count({0}, {1})", "substring({0} from {1})");
        return Node.Of("select", "SELECT " + string.Format(CultureInfo.InvariantCulture, call, Values.Quote(text), Values.Quote(pattern), Values.Quote(flags)));
    }

    private string Text()
    {
        var text = new StringBuilder();
        for (int i = random.Next(12); i > 0; i--)
            text.Append(Pick("a", "b", "c", "a", "b", "A", " ", "\n", "é", "1", "ab", "abab"));
        return text.ToString();
    }

    private string Alternatives(int depth)
    {
        var pattern = new StringBuilder(Branch(depth));
        while (random.Next(4) == 0)
            pattern.Append('|').Append(Branch(depth));
        return pattern.ToString();
    }

    private string Branch(int depth)
    {
        var pattern = new StringBuilder();
        for (int i = random.Next(4); i >= 0; i--)
        {
            if (random.Next(9) == 0)
            {
                pattern.Append(Constraint(depth));
                continue;
            }

            pattern.Append(Atom(depth)).Append(Pick("", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{1}", "{0}", "{1,1}?"));
        }

        return pattern.ToString();
    }

    private string Constraint(int depth) => random.Next(depth > 0 ? 10 : 7) switch
    {
        0 => "^",
        1 => "$",
        2 => "\\m",
        3 => "\\M",
        4 => "\\y",
        5 => "\\A",
        6 => "\\Z",
        7 => $"(?={Alternatives(depth - 1)})",
        8 => $"(?!{Alternatives(depth - 1)})",
        _ => $"({Pick("?<=", "?<!")}{Alternatives(depth - 1)})",
    };

    private string Atom(int depth)
    {
        int kind = random.Next(depth > 0 ? 12 : 8);
        if (kind == 8 && _groups > 0)
            return "\\" + (1 + random.Next(_groups)).ToString(CultureInfo.InvariantCulture);
        if (kind is 9 or 10)
        {
            string inner = Alternatives(depth - 1);
            _groups++;
            return $"({inner})";
        }

        return kind == 11 ? $"(?:{Alternatives(depth - 1)})"
            : Pick("a", "b", "c", "a", "b", ".", "[ab]", "[^a]", "\\w", "\\d", "\\s", "[[:alpha:]]", "ab", "[a-c]", "\\W", "A");
    }
}
