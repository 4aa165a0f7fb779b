using System.Text.RegularExpressions;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>
/// Statements with a mistake: a token of a good one lost, doubled, moved or exchanged. Only what PostgreSQL's parser and analyzer say of them is compared (classes 42 and 0A): a mistake that leaves a
/// valid statement may make its answer a matter of chance.
/// </summary>
internal sealed partial class Mutation(IRandom random)
{
    private static readonly string[] s_tokens =
    [
        "SELECT", "FROM", "WHERE", "GROUP", "BY", "ORDER", "JOIN", "ON", "AND", "OR", "NOT", "NULL", "AS", "IN", "(", ")", ",", ".", "*", "+", "=", "1", "'x'", "a", "b", "nosuch", "a.nosuch", "a.id", "count(*)", "int",
        "::text", "::int", "DISTINCT", "ALL", "CASE", "END", "IS", "USING", "VALUES", "max", "LIMIT", "SET", "INTO", "DEFAULT", "WITH", "OVER", "[", "]", ";", "<", "||", "user", "LATERAL", "UNION", "x", "i",
    ];

    [GeneratedRegex("""'(?:[^']|'')*'|"[^"]*"|\w+|\s+|::|[^\w\s]""")]
    private static partial Regex Token();

    /// <summary>The statement as a list of tokens, one of them wrong.</summary>
    public Node Of(string statement)
    {
        List<string> tokens = [.. Token().Matches(statement).Select(static match => match.Value)];
        for (int mistakes = random.Next(4) == 0 ? 2 : 1; mistakes > 0 && tokens.Count > 1; mistakes--)
        {
            int at = random.Next(tokens.Count);
            switch (random.Next(5))
            {
                case 0:
                    tokens.RemoveAt(at);
                    break;
                case 1:
                    tokens.Insert(at, tokens[at] + " ");
                    break;
                case 2:
                    int other = random.Next(tokens.Count);
                    (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                    break;
                case 3:
                    tokens.Insert(at, " " + s_tokens[random.Next(s_tokens.Length)] + " ");
                    break;
                default:
                    tokens[at] = s_tokens[random.Next(s_tokens.Length)];
                    break;
            }
        }

        return Node.List("", tokens.Select(static token => Node.Value("token", token)).ToList());
    }

    /// <summary>True when PostgreSQL's answer says what is wrong with the statement itself.</summary>
    public static bool IsComparable(Answer expected) => expected.SqlState is { } state && (state.StartsWith("42", StringComparison.Ordinal) || state.StartsWith("0A", StringComparison.Ordinal));
}
