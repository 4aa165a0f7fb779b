using System.Globalization;
using System.Text;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// ts_headline: the part of a text that shows best how it matches a query, with the words of the query marked. Source: PostgreSQL 15,
/// "Highlighting Results". Not thread-safe.
/// </summary>
internal sealed class TsHeadline
{
    private int _maxWords = 35;
    private int _minWords = 15;
    private int _shortWord = 3;
    private int _maxFragments;
    private bool _highlightsAll;
    private string _start = "<b>";
    private string _stop = "</b>";
    private string _delimiter = " ... ";

    /// <summary>Reads options such as "MaxWords=10, StartSel=[".</summary>
    public TsHeadline(string options)
    {
        foreach ((string name, string value) in Options(options))
            Set(name, value);
        if (_highlightsAll)
            return;
        if (_minWords >= _maxWords)
            throw new SqlException(SqlState.InvalidParameterValue, "MinWords should be less than MaxWords");
        if (_minWords <= 0)
            throw new SqlException(SqlState.InvalidParameterValue, "MinWords should be positive");
        if (_shortWord < 0)
            throw new SqlException(SqlState.InvalidParameterValue, "ShortWord should be >= 0");
        if (_maxFragments < 0)
            throw new SqlException(SqlState.InvalidParameterValue, "MaxFragments should be >= 0");
    }

    private void Set(string name, string value)
    {
        switch (name.ToUpperInvariant())
        {
            case "MAXWORDS": _maxWords = Number(value); break;
            case "MINWORDS": _minWords = Number(value); break;
            case "SHORTWORD": _shortWord = Number(value); break;
            case "MAXFRAGMENTS": _maxFragments = Number(value); break;
            case "STARTSEL": _start = value; break;
            case "STOPSEL": _stop = value; break;
            case "FRAGMENTDELIMITER": _delimiter = value; break;
            case "HIGHLIGHTALL": _highlightsAll = value.ToUpperInvariant() is "1" or "ON" or "TRUE" or "T" or "Y" or "YES"; break;
            default: throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized headline parameter: \"{name}\"");
        }
    }

    private static int Number(string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        ? number : throw new SqlException(SqlState.InvalidTextRepresentation, $"invalid input syntax for type integer: \"{value}\"");

    /// <summary>name = value, …; values may stand in double quotes.</summary>
    private static List<(string Name, string Value)> Options(string text)
    {
        var options = new List<(string, string)>();
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]) || text[at] == ',')
            {
                at++;
                continue;
            }

            int equals = text.IndexOf('=', at);
            if (equals < 0)
                throw new SqlException(SqlState.SyntaxError, $"invalid parameter list format: \"{text}\"");
            string name = text[at..equals].Trim();
            at = equals + 1;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            var value = new StringBuilder();
            if (at < text.Length && text[at] is '"' or '\'')
            {
                char quote = text[at++];
                while (at < text.Length && text[at] != quote)
                    value.Append(text[at++]);
                at++;
            }
            else
            {
                while (at < text.Length && text[at] != ',' && !char.IsWhiteSpace(text[at]))
                    value.Append(text[at++]);
            }

            options.Add((name, value.ToString()));
        }

        return options;
    }

    /// <summary>A token of the text as the headline needs it.</summary>
    private struct Word
    {
        public string Text;
        public string? Lexeme;
        public int Position;
        public bool IsWord;
        public bool IsSelected;
        public bool IsHidden;
        public bool IsTag;
    }

    public string Make(TsConfiguration configuration, string text, TsQuery query)
    {
        Word[] words = Split(configuration, text, query);
        if (_highlightsAll)
            return Render(words, [(0, words.Length - 1)], hasFragments: false);
        if (_maxFragments > 0)
            return Render(words, Fragments(words, query), hasFragments: true);
        return Render(words, [BestRun(words, query)], hasFragments: false);
    }

    private static Word[] Split(TsConfiguration configuration, string text, TsQuery query)
    {
        configuration.Require();
        var sought = new List<TsQueryNode>();
        query.Root?.Collect(sought);
        var words = new List<Word>();
        int position = 0;
        foreach (TsToken token in TsTokenizer.Read(text))
        {
            string? lexeme = configuration.Lexeme(token);
            if (lexeme is not null)
                position++;
            byte[] bytes = Encoding.UTF8.GetBytes(lexeme ?? "");
            words.Add(new Word
            {
                Text = token.Text,
                Lexeme = lexeme,
                Position = position,
                IsWord = token.Kind is not (TsTokenKind.Blank or TsTokenKind.Tag or TsTokenKind.Protocol or TsTokenKind.Entity) && !token.IsCompound,
                IsSelected = bytes.Length > 0 && !token.IsCompound && sought.Exists(s => s.IsPrefix ? bytes.AsSpan().StartsWith(s.Word) : bytes.AsSpan().SequenceEqual(s.Word)),
                // The parts of a compound follow it: only they are shown.
                IsHidden = token.IsCompound,
                IsTag = token.Kind == TsTokenKind.Tag,
            });
        }

        return [.. words];
    }

    /// <summary>The shortest run of words from a place on that satisfies the query, or null.</summary>
    private static (int Begin, int End)? Cover(Word[] words, TsQuery query, int from)
    {
        for (int begin = from; begin < words.Length; begin++)
        {
            if (!words[begin].IsSelected)
                continue;
            for (int end = begin; end < words.Length; end++)
            {
                DepthGuard.Step();
                if (words[end].IsSelected && query.Root is not null && TsMatcher.Matches(query.Root, new RunSource(words, begin, end)))
                    return (begin, end);
            }
        }

        return null;
    }

    /// <summary>A run of words as a source of matches.</summary>
    private sealed class RunSource(Word[] words, int begin, int end) : TsWordSource
    {
        public override TsMatch Check(TsQueryNode word, TsPositions? positions)
        {
            TsMatch result = TsMatch.No;
            for (int i = begin; i <= end; i++)
            {
                DepthGuard.Step();
                if (!words[i].IsSelected)
                    continue;
                byte[] lexeme = Encoding.UTF8.GetBytes(words[i].Lexeme!);
                if (!(word.IsPrefix ? lexeme.AsSpan().StartsWith(word.Word) : lexeme.AsSpan().SequenceEqual(word.Word)))
                    continue;
                result = TsMatch.Yes;
                positions?.Values.Add(words[i].Position);
            }

            return result;
        }
    }

    private bool IsBadEnd(in Word word) => !word.IsWord || (word.Text.Length <= _shortWord && !word.IsSelected);

    /// <summary>The run with the most words of the query, stretched to the least length and cut to the greatest.</summary>
    private (int Begin, int End) BestRun(Word[] words, TsQuery query)
    {
        int best = -1, bestBegin = -1, bestEnd = -1;
        for (int from = 0; Cover(words, query, from) is { } cover; from = cover.Begin + 1)
        {
            (int begin, int end) = Stretch(words, cover.Begin, cover.End, _minWords, _maxWords);
            int selected = 0;
            for (int i = begin; i <= end; i++)
                selected += words[i].IsSelected ? 1 : 0;
            if (selected > best)
                (best, bestBegin, bestEnd) = (selected, begin, end);
        }

        if (best >= 0)
            return (bestBegin, bestEnd);
        int count = 0, last = -1;
        for (int i = 0; i < words.Length && count < _minWords; i++)
        {
            count += words[i].IsWord ? 1 : 0;
            last = i;
        }

        return (0, last);
    }

    private (int Begin, int End) Stretch(Word[] words, int begin, int end, int least, int most)
    {
        int count = 0;
        for (int i = begin; i <= end; i++)
        {
            count += words[i].IsWord ? 1 : 0;
            if (count >= most)
            {
                end = i;
                break;
            }
        }

        while (end + 1 < words.Length && count < most)
        {
            if (count >= least && !IsBadEnd(words[end]))
                break;
            end++;
            count += words[end].IsWord ? 1 : 0;
        }

        while (begin > 0 && count < least)
        {
            begin--;
            count += words[begin].IsWord ? 1 : 0;
        }

        return (begin, end);
    }

    private List<(int Begin, int End)> Fragments(Word[] words, TsQuery query)
    {
        var fragments = new List<(int Begin, int End)>();
        int from = 0;
        while (fragments.Count < _maxFragments && Cover(words, query, from) is { } cover)
        {
            int before = fragments.Count > 0 ? fragments[^1].End + 1 : 0;
            (int begin, int end) = Around(words, cover.Begin, cover.End, before);
            fragments.Add((begin, end));
            from = end + 1;
        }

        if (fragments.Count > 0)
            return fragments;
        int count = 0, last = -1;
        for (int i = 0; i < words.Length && count < _minWords; i++)
        {
            count += words[i].IsWord ? 1 : 0;
            last = i;
        }

        return [(0, last)];
    }

    /// <summary>A cover with half of the room that is left on each side.</summary>
    private (int Begin, int End) Around(Word[] words, int begin, int end, int before)
    {
        int count = 0;
        for (int i = begin; i <= end; i++)
            count += words[i].IsWord ? 1 : 0;
        if (count >= _maxWords)
            return Stretch(words, begin, end, _minWords, _maxWords);
        int room = (_maxWords - count) / 2, first = begin;
        for (int i = begin - 1, taken = 0; i >= before && taken < room; i--)
        {
            taken += words[i].IsWord ? 1 : 0;
            first = i;
            count += words[i].IsWord ? 1 : 0;
        }

        while (first < begin && IsBadEnd(words[first]))
        {
            count -= words[first].IsWord ? 1 : 0;
            first++;
        }

        int last = end;
        for (int i = end + 1; i < words.Length && count < _maxWords; i++)
        {
            count += words[i].IsWord ? 1 : 0;
            last = i;
        }

        while (last > end && IsBadEnd(words[last]))
            last--;
        return (first, last);
    }

    private string Render(Word[] words, List<(int Begin, int End)> runs, bool hasFragments)
    {
        var text = new StringBuilder();
        for (int run = 0; run < runs.Count; run++)
        {
            if (run > 0 && hasFragments)
                text.Append(_delimiter);
            for (int i = runs[run].Begin; i <= runs[run].End; i++)
            {
                if (words[i].IsHidden)
                    continue;
                if (words[i].IsTag && !_highlightsAll)
                    text.Append(' ');
                else if (words[i].IsSelected)
                    text.Append(_start).Append(words[i].Text).Append(_stop);
                else
                    text.Append(words[i].Text);
            }
        }

        return text.ToString();
    }
}
