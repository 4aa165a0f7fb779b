using System.Text;
using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// Shares of texts that match a pattern (PostgreSQL's patternsel): the pattern is tried on common values and on the histogram; when that is small, the range of its fixed prefix and a guess by its other
/// characters take part. For one planning.
/// </summary>
internal sealed class PatternEstimate(ConstantEstimate constants, SampledValues samples)
{
    private const double MatchDefault = 0.005;
    private const double ShareMin = 0.0001;
    private const double FixedCharacter = 0.20;
    private const double AnyCharacter = 0.9;
    private const double FullWildcard = 5.0;
    private const int HistogramFull = 100;
    private const int HistogramMin = 10;

    /// <summary>The share of rows whose text matches; <paramref name="condition"/> is the whole call.</summary>
    public double Share(Expression condition, Variable? variable, ConstantExpression? pattern, bool isLike, bool ignoresCase)
    {
        if (pattern is { IsNull: true })
            return 0;
        if (variable is null || pattern is null || !ValueScale.IsText(pattern.Type.Oid))
            return MatchDefault;
        string text = pattern.Value.AsText;
        (string prefix, double rest, bool isExact) = isLike ? SplitLike(text, ignoresCase) : SplitRegex(text, ignoresCase);
        if (isExact)
            return constants.Equal(variable, new ConstantExpression(SqlType.Text, Datum.OfText(prefix)));
        double heuristic = Heuristic(variable, prefix, rest);
        if (variable.Statistics is not { } statistics)
            return Math.Clamp(heuristic, ShareMin, 1 - ShareMin);
        double sampled = samples.Share(condition) ?? heuristic;
        int bounds = statistics.Bounds.Length;
        if (bounds >= HistogramFull || statistics.OtherShare < ShareMin)
            return Math.Clamp(sampled, ShareMin, 1 - ShareMin);
        double weight = bounds < HistogramMin ? 0 : (double)bounds / HistogramFull;
        return Math.Clamp((sampled * weight) + (heuristic * (1 - weight)), ShareMin, 1 - ShareMin);
    }

    private double Heuristic(Variable variable, string prefix, double rest)
    {
        if (prefix.Length == 0)
            return rest;
        var from = new ConstantExpression(SqlType.Text, Datum.OfText(prefix));
        double equal = constants.Equal(variable, from);
        if (variable.Statistics is null)
            return Math.Max(MatchDefault, equal) * rest;
        double above = constants.Range(variable, from, isAbove: true, isInclusive: true);
        double below = constants.Range(variable, new ConstantExpression(SqlType.Text, Datum.OfText(prefix + '\uffff')), isAbove: false, isInclusive: false);
        return Math.Max(Math.Max(above + below - 1 + variable.NullFraction, equal), ShareMin) * rest;
    }

    /// <summary>A LIKE pattern's fixed prefix, a guess for what follows, and whether there is nothing but the prefix.</summary>
    private static (string Prefix, double Following, bool IsExact) SplitLike(string pattern, bool ignoresCase)
    {
        var prefix = new StringBuilder();
        int i = 0;
        for (; i < pattern.Length && pattern[i] is not ('%' or '_') && !(ignoresCase && char.IsLetter(pattern[i])); i++)
        {
            if (pattern[i] == '\\' && ++i == pattern.Length)
                break;
            prefix.Append(pattern[i]);
        }

        bool isExact = i >= pattern.Length;
        double rest = 1;
        // A leading wildcard says nothing about what comes next.
        while (i < pattern.Length && pattern[i] is '%' or '_')
            i++;
        for (; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '%':
                    rest *= FullWildcard;
                    break;
                case '_':
                    rest *= AnyCharacter;
                    break;
                case '\\' when i + 1 < pattern.Length:
                    i++;
                    rest *= FixedCharacter;
                    break;
                default:
                    rest *= FixedCharacter;
                    break;
            }
        }

        return (prefix.ToString(), Math.Min(1, rest), isExact);
    }

    /// <summary>The same of a regular expression: literals up to the first operator, when it is anchored.</summary>
    private static (string Prefix, double Following, bool IsExact) SplitRegex(string pattern, bool ignoresCase)
    {
        bool isAnchored = pattern.StartsWith('^') && !pattern.Contains('|', StringComparison.Ordinal) && !ignoresCase;
        int i = isAnchored ? 1 : 0;
        var prefix = new StringBuilder();
        while (isAnchored && i < pattern.Length && IsLiteral(pattern[i]) && !(i + 1 < pattern.Length && pattern[i + 1] is '*' or '?' or '{'))
            prefix.Append(pattern[i++]);
        bool isExact = isAnchored && i == pattern.Length - 1 && pattern[i] == '$';
        double rest = 1;
        for (; i < pattern.Length; i++)
            rest *= pattern[i] switch
            {
                '.' => AnyCharacter,
                '*' or '+' or '?' or '{' => 2,
                '(' or ')' or '|' or '^' or '$' or '}' => 1,
                '[' => 0.25 / FixedCharacter,
                _ => FixedCharacter,
            };
        // An expression that is not anchored at its end matches more.
        if (!pattern.EndsWith('$'))
            rest *= FullWildcard;
        return (prefix.ToString(), Math.Min(1, rest), isExact);
    }

    private static bool IsLiteral(char c) => c is not ('.' or '*' or '+' or '?' or '(' or ')' or '[' or ']' or '{' or '}' or '^' or '$' or '\\' or '|');
}
