using Strata.Engine.Vectors;

namespace Strata.Engine.Types.TextSearch;

/// <summary>ts_rank and ts_rank_cd. Source: PostgreSQL 15, "Ranking Search Results". Stateless, thread-safe.</summary>
internal static class TsRank
{
    private const int ByLogLength = 1;
    private const int ByLength = 2;
    private const int ByExtentDistance = 4;
    private const int ByUnique = 8;
    private const int ByLogUnique = 16;
    private const int ByRankPlusOne = 32;

    /// <summary>Weights of D, C, B and A.</summary>
    public static readonly float[] DefaultWeights = [0.1f, 0.2f, 0.4f, 1.0f];

    /// <summary>Of a lexeme without positions: one at the end.</summary>
    private static readonly ushort[] s_noPositions = [TsLexeme.Pack(TsLexeme.PositionMax - 1, 0)];

    public static float Rank(float[] weights, TsVector vector, TsQuery query, int method)
    {
        if (vector.Lexemes.Length == 0 || query.Root is null)
            return 0;
        TsQueryNode[] words = UniqueWords(query);
        bool isAnd = query.Root.Operator is TsOperator.And or TsOperator.Phrase && words.Length >= 2;
        float result = isAnd ? RankAnd(weights, vector, words) : RankOr(weights, vector, words);
        if (result < 0)
            result = 1e-20f;
        return Normalize(result, vector, method & ~ByExtentDistance, isCoverDensity: false);
    }

    private static float Normalize(float rank, TsVector vector, int method, bool isCoverDensity)
    {
        double result = rank;
        int length = 0;
        foreach (TsLexeme lexeme in vector.Lexemes)
            length += Math.Max(lexeme.Positions.Length, 1);
        if ((method & ByLogLength) != 0)
            result = (float)(result / (isCoverDensity ? Math.Log(length + 1) : Math.Log(length + 1) / Math.Log(2.0)));
        if ((method & ByLength) != 0 && length > 0)
            result = (float)(result / length);
        if ((method & ByUnique) != 0)
            result = (float)(result / vector.Lexemes.Length);
        if ((method & ByLogUnique) != 0)
            result = (float)(result / (Math.Log(vector.Lexemes.Length + 1) / Math.Log(2.0)));
        if ((method & ByRankPlusOne) != 0)
            result = (float)(result / (float)(result + 1));
        return (float)result;
    }

    private static TsQueryNode[] UniqueWords(TsQuery query)
    {
        var words = new List<TsQueryNode>();
        query.Root!.Collect(words);
        words.Sort(static (a, b) => a.Word.AsSpan().SequenceCompareTo(b.Word));
        var unique = new List<TsQueryNode>();
        foreach (TsQueryNode word in words)
        {
            if (unique.Count == 0 || !unique[^1].Word.AsSpan().SequenceEqual(word.Word))
                unique.Add(word);
        }

        return [.. unique];
    }

    private static float WeightOf(float[] weights, ushort position) => weights[TsLexeme.Weight(position)];

    private static float WordDistance(int distance) => distance > 100 ? 1e-30f : (float)(1.0 / (1.005 + (0.05 * Math.Exp((distance / 1.5) - 2))));

    private static float RankAnd(float[] weights, TsVector vector, TsQueryNode[] words)
    {
        float result = -1;
        var found = new ushort[]?[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            foreach (TsLexeme lexeme in vector.Matching(words[i].Word, words[i].IsPrefix))
            {
                ushort[] positions = found[i] = lexeme.Positions.Length > 0 ? lexeme.Positions : s_noPositions;
                for (int k = 0; k < i; k++)
                {
                    if (found[k] is { } others)
                        result = AddPairs(result, weights, positions, others);
                }
            }
        }

        return result;
    }

    private static float AddPairs(float result, float[] weights, ushort[] positions, ushort[] others)
    {
        foreach (ushort a in positions)
        {
            foreach (ushort b in others)
            {
                int distance = Math.Abs(TsLexeme.Position(a) - TsLexeme.Position(b));
                if (distance == 0 && positions != s_noPositions && others != s_noPositions)
                    continue;
                if (distance == 0)
                    distance = TsLexeme.PositionMax + 1;
                float current = (float)Math.Sqrt(WeightOf(weights, a) * WeightOf(weights, b) * WordDistance(distance));
                result = result < 0 ? current : (float)(1.0 - ((1.0 - result) * (1.0 - current)));
            }
        }

        return result;
    }

    private static float RankOr(float[] weights, TsVector vector, TsQueryNode[] words)
    {
        const double limit = 1.64493406685;
        float result = 0;
        foreach (TsQueryNode word in words)
        {
            foreach (TsLexeme lexeme in vector.Matching(word.Word, word.IsPrefix))
            {
                ushort[] positions = lexeme.Positions.Length > 0 ? lexeme.Positions : s_noPositions;
                float sum = 0, best = -1;
                int bestAt = 0;
                for (int j = 0; j < positions.Length; j++)
                {
                    float weight = WeightOf(weights, positions[j]);
                    sum += weight / ((j + 1) * (j + 1));
                    if (weight > best)
                    {
                        best = weight;
                        bestAt = j;
                    }
                }

                result = (float)(result + ((best + sum - (best / ((bestAt + 1) * (bestAt + 1)))) / limit));
            }
        }

        return words.Length > 0 ? result / words.Length : result;
    }

    /// <summary>A position at which words of the query stand.</summary>
    private sealed class Place(ushort position)
    {
        public ushort Value { get; } = position;

        public List<TsQueryNode> Words { get; } = [];
    }

    /// <summary>The words between two places, as a source of matches.</summary>
    private sealed class PlacesSource : TsWordSource
    {
        private readonly Dictionary<TsQueryNode, List<int>> _positions = [];

        public void Add(Place place, bool isReversed)
        {
            foreach (TsQueryNode word in place.Words)
            {
                if (!_positions.TryGetValue(word, out List<int>? positions))
                    _positions.Add(word, positions = []);
                int at = TsLexeme.Position(place.Value);
                if (!positions.Contains(at))
                    positions.Insert(isReversed ? 0 : positions.Count, at);
            }
        }

        public override TsMatch Check(TsQueryNode word, TsPositions? positions)
        {
            if (!_positions.TryGetValue(word, out List<int>? found))
                return TsMatch.No;
            if (positions is not null)
                positions.Values = [.. found];
            return TsMatch.Yes;
        }
    }

    public static float RankCoverDensity(float[] weights, TsVector vector, TsQuery query, int method)
    {
        if (query.Root is null || vector.Lexemes.Length == 0)
            return 0;
        List<Place> places = FindPlaces(vector, query);
        double density = 0, distances = 0, previous = 0;
        int covers = 0, next = 0;
        while (FindCover(places, query, ref next, out int begin, out int end))
        {
            double inverse = 0;
            for (int i = begin; i <= end; i++)
                inverse += 1.0 / WeightOf(weights, places[i].Value);
            int first = TsLexeme.Position(places[begin].Value), last = TsLexeme.Position(places[end].Value);
            int noise = last - first - (end - begin);
            if (noise < 0)
                noise = (end - begin) / 2;
            density += (end - begin + 1) / inverse / (1 + noise);
            double middle = (last + first) / 2.0;
            if (covers > 0 && middle > previous)
                distances += 1.0 / (middle - previous);
            previous = middle;
            covers++;
        }

        if (covers == 0)
            return 0;
        if ((method & ByExtentDistance) != 0 && distances > 0)
        {
            // This norm comes between the others, all of which are factors.
            density /= covers / distances;
        }

        return Normalize((float)density, vector, method, isCoverDensity: true);
    }

    private static List<Place> FindPlaces(TsVector vector, TsQuery query)
    {
        var words = new List<TsQueryNode>();
        query.Root!.Collect(words);
        // One place per position and lexeme, in the order of positions, then weights.
        var places = new SortedDictionary<(int Position, int Weight, int Lexeme), Place>();
        foreach (TsQueryNode word in words)
        {
            foreach (TsLexeme lexeme in vector.Matching(word.Word, word.IsPrefix))
            {
                int index = vector.Find(lexeme.Word);
                foreach (ushort position in lexeme.Positions)
                {
                    DepthGuard.Step();
                    if (word.Weights != 0 && (word.Weights & (1 << TsLexeme.Weight(position))) == 0)
                        continue;
                    (int, int, int) at = (TsLexeme.Position(position), TsLexeme.Weight(position), index);
                    if (!places.TryGetValue(at, out Place? place))
                        places.Add(at, place = new Place(position));
                    place.Words.Add(word);
                }
            }
        }

        return [.. places.Values];
    }

    /// <summary>The next shortest run of places that satisfies the query.</summary>
    private static bool FindCover(List<Place> places, TsQuery query, ref int next, out int begin, out int end)
    {
        for (; ; next++)
        {
            begin = end = -1;
            var source = new PlacesSource();
            for (int i = next; i < places.Count && end < 0; i++)
            {
                DepthGuard.Step();
                source.Add(places[i], isReversed: false);
                if (TsMatcher.Matches(query, source))
                    end = i;
            }

            if (end < 0)
                return false;
            source = new PlacesSource();
            for (int i = end; i >= next && begin < 0; i--)
            {
                source.Add(places[i], isReversed: true);
                if (TsMatcher.Matches(query, source))
                    begin = i;
            }

            if (begin < 0)
                continue;
            next = begin + 1;
            return true;
        }
    }
}
