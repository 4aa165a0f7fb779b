using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.TextSearch;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Text search functions that run a query or explain a configuration. Source: PostgreSQL 15, "Gathering Document Statistics", "Query Rewriting", "Testing and Debugging Text Search".</summary>
internal static class TextSearchQueries
{
    private const uint DebugOfConfiguration = 6183;
    private const uint Debug = 6184;

    public static void Register(FunctionTable t)
    {
        t.Add("tsquery_rewrite_query", Rewrite);
        t.AddSet("ts_stat1", static (ref FunctionCall c) => new StatisticsSource(Gather(ref c, 0)));
        t.AddSet("ts_stat2", static (ref FunctionCall c) => new StatisticsSource(Gather(ref c, WeightsOf(c.String(1)))));
        t.AddSet(DebugOfConfiguration, static (ref FunctionCall c) =>
            TextSearchFunctions.Configuration(ref c, true) is { Exists: true } configuration ? new DebugSource(configuration, TsTokenizer.Tokenize(c.String(1))) : null);
        t.AddSet(Debug, static (ref FunctionCall c) => new DebugSource(TextSearchFunctions.Configuration(ref c, false), TsTokenizer.Tokenize(c.String(0))));
    }

    private static void Rewrite(ref FunctionCall c)
    {
        TsQueryNode? query = TsQuery.Decode(c.Bytes(0)).Root;
        if (query is null)
        {
            c.ReturnArgument(0);
            return;
        }

        c.Context.Session.RunQuery(
            c.String(1),
            static types =>
            {
                if (types.Length != 2 || types[0].Plain.Oid != TypeOid.TsQuery || types[1].Plain.Oid != TypeOid.TsQuery)
                    throw new SqlException(SqlState.InvalidParameterValue, "ts_rewrite query must return two tsquery columns");
            },
            row =>
            {
                if (query is null || row[0].IsNull || row[1].IsNull || TsQuery.Decode(row[0].Bytes).Root is not { } target)
                    return;
                query = TsQueryBuilder.Rewrite(query, target, TsQuery.Decode(row[1].Bytes).Root) is { } rewritten ? TsQueryBuilder.Sort(rewritten) : null;
            });
        c.Return(new TsQuery(query).Encode());
    }

    /// <summary>Number of vectors with a word, and of its places in them.</summary>
    private sealed record WordCount(byte[] Word)
    {
        public int Documents { get; set; }

        public int Entries { get; set; }
    }

    private static int WeightsOf(string letters)
    {
        int weights = 0;
        foreach (char letter in letters)
        {
            weights |= char.ToLowerInvariant(letter) switch { 'a' => 8, 'b' => 4, 'c' => 2, 'd' => 1, _ => 0 };
        }

        return weights;
    }

    private static List<WordCount> Gather(ref FunctionCall c, int weights)
    {
        var words = new Dictionary<string, WordCount>(StringComparer.Ordinal);
        c.Context.Session.RunQuery(
            c.String(0),
            static types =>
            {
                if (types.Length != 1 || types[0].Plain.Oid != TypeOid.TsVector)
                    throw new SqlException(SqlState.InvalidParameterValue, "ts_stat query must return one tsvector column");
            },
            row =>
            {
                if (row[0].IsNull)
                    return;
                foreach (TsLexeme lexeme in TsVector.Decode(row[0].Bytes).Lexemes)
                    Count(words, lexeme, weights);
            });
        List<WordCount> counts = [.. words.Values];
        counts.Sort(static (a, b) => a.Word.AsSpan().SequenceCompareTo(b.Word));
        return counts;
    }

    private static void Count(Dictionary<string, WordCount> words, TsLexeme lexeme, int weights)
    {
        int entries = 0;
        if (weights == 0)
            entries = Math.Max(1, lexeme.Positions.Length);
        else
            foreach (ushort position in lexeme.Positions)
                entries += (weights >> TsLexeme.Weight(position)) & 1;
        if (entries == 0)
            return;
        string key = Encoding.UTF8.GetString(lexeme.Word);
        if (!words.TryGetValue(key, out WordCount? count))
            words.Add(key, count = new WordCount(lexeme.Word));
        count.Documents++;
        count.Entries += entries;
    }

    private sealed class StatisticsSource(List<WordCount> words) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < words.Count; count++)
            {
                WordCount word = words[_next++];
                columns[0].SetBytes(start + count, word.Word);
                columns[1].Set(start + count, word.Documents);
                columns[2].Set(start + count, word.Entries);
            }

            return count;
        }
    }

    /// <summary>Tokens with the dictionary that recognizes them.</summary>
    private sealed class DebugSource(TsConfiguration configuration, List<TsToken> tokens) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < tokens.Count; count++)
                Write(columns, start + count, tokens[_next++]);
            return count;
        }

        private void Write(ReadOnlySpan<Vector> columns, int row, TsToken token)
        {
            (string alias, string description) = TsToken.Kinds[(int)token.Kind - 1];
            columns[0].SetBytes(row, Encoding.UTF8.GetBytes(alias));
            columns[1].SetBytes(row, Encoding.UTF8.GetBytes(description));
            columns[2].SetBytes(row, Encoding.UTF8.GetBytes(token.Text));
            // The first that knows the word, or else the first.
            TsDictionary? chosen = null;
            string[]? lexemes = null;
            var dictionaries = new ArrayBuilder();
            foreach (TsDictionary dictionary in configuration.DictionariesOf(token.Kind))
            {
                dictionaries.Add(BitConverter.GetBytes(dictionary.Oid));
                chosen ??= dictionary;
                if (lexemes is null && dictionary.Lexize(token.Text) is { } found)
                    (chosen, lexemes) = (dictionary, found);
            }

            columns[3].SetBytes(row, dictionaries.Build(TypeOid.RegDictionary));
            if (chosen is null)
                columns[4].SetNull(row);
            else
                columns[4].Set(row, chosen.Oid);
            if (lexemes is null)
            {
                columns[5].SetNull(row);
                return;
            }

            var words = new ArrayBuilder();
            foreach (string lexeme in lexemes)
                words.Add(Encoding.UTF8.GetBytes(lexeme));
            columns[5].SetBytes(row, words.Build(TypeOid.Text));
        }
    }
}
