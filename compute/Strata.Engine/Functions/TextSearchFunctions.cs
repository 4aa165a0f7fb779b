using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.TextSearch;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Making and querying tsvector and tsquery. Source: PostgreSQL 15, "Text Search Functions and Operators".</summary>
internal static class TextSearchFunctions
{
    public static void Register(FunctionTable t)
    {
        RegisterMaking(t);
        RegisterMatching(t);
        RegisterQueries(t);
        RegisterRanking(t);
        JsonTextSearchFunctions.Register(t);
        TsVectorFunctions.Register(t);
        TsParserFunctions.Register(t);
        TextSearchQueries.Register(t);
    }

    internal static TsVector Vector(ref FunctionCall c, int argument) => TsVector.Decode(c.Bytes(argument));

    internal static TsQuery Query(ref FunctionCall c, int argument) => TsQuery.Decode(c.Bytes(argument));

    /// <summary>The configuration given as first argument, or the session's when the call has none.</summary>
    internal static TsConfiguration Configuration(ref FunctionCall c, bool isGiven) => c.Context.Catalog.TextSearchConfiguration(isGiven ? c.Oid(0) : DefaultOid(ref c));

    private static uint DefaultOid(ref FunctionCall c)
    {
        string name = c.Context.Session.GetSetting("default_text_search_config") ?? "simple";
        string plain = name.StartsWith("pg_catalog.", StringComparison.Ordinal) ? name["pg_catalog.".Length..] : "";
        return TsConfiguration.Find(plain) ?? c.Context.Catalog.ResolveName(TypeOid.RegConfig, name) ?? TsConfiguration.Find(name)
            ?? throw new SqlException(SqlState.UndefinedObject, $"text search configuration \"{name}\" does not exist");
    }

    /// <summary>Adds a function in the form that takes the configuration first and in the one that uses the session's.</summary>
    internal static void AddBoth(FunctionTable t, string withConfiguration, string without, ConfiguredFunction function)
    {
        t.Add(withConfiguration, (ref FunctionCall c) => function(ref c, Configuration(ref c, true), 1));
        t.Add(without, (ref FunctionCall c) => function(ref c, Configuration(ref c, false), 0));
    }

    internal delegate void ConfiguredFunction(ref FunctionCall c, TsConfiguration configuration, int first);

    private static void RegisterMaking(FunctionTable t)
    {
        t.Add("get_current_ts_config", static (ref FunctionCall c) => c.Return(DefaultOid(ref c)));
        AddBoth(t, "to_tsvector_byid", "to_tsvector", static (ref FunctionCall c, TsConfiguration configuration, int first) =>
            c.Return(configuration.ToVector(c.String(first)).Encode()));
        AddBoth(t, "to_tsquery_byid", "to_tsquery", static (ref FunctionCall c, TsConfiguration configuration, int first) =>
            ReturnQuery(ref c, TsQueryBuilder.ToQuery(configuration, c.Bytes(first)), first, c.Bytes(first).IndexOfAnyExcept(" \t\n\v\f\r"u8) < 0));
        AddBoth(t, "plainto_tsquery_byid", "plainto_tsquery", static (ref FunctionCall c, TsConfiguration configuration, int first) =>
            ReturnQuery(ref c, TsQueryBuilder.FromText(configuration, c.String(first), TsOperator.And), first, c.Bytes(first).IsEmpty));
        AddBoth(t, "phraseto_tsquery_byid", "phraseto_tsquery", static (ref FunctionCall c, TsConfiguration configuration, int first) =>
            ReturnQuery(ref c, TsQueryBuilder.FromText(configuration, c.String(first), TsOperator.Phrase), first, c.Bytes(first).IsEmpty));
        AddBoth(t, "websearch_to_tsquery_byid", "websearch_to_tsquery", static (ref FunctionCall c, TsConfiguration configuration, int first) =>
            ReturnQuery(ref c, TsQueryBuilder.FromWebSearch(configuration, c.String(first)), first, c.Bytes(first).IndexOfAnyExcept(" \t\n\v\f\r"u8) < 0));
    }

    /// <summary>A query that can match nothing is worth a notice.</summary>
    private static void ReturnQuery(ref FunctionCall c, TsQuery query, int textArgument, bool isBlank)
    {
        Notice(ref c, query, textArgument, isBlank);
        c.Return(query.Encode());
    }

    private static void Notice(ref FunctionCall c, TsQuery query, int textArgument, bool isBlank)
    {
        if (query.Root is null)
            c.Context.Notice(isBlank ? TsCodec.NoLexemes(c.Bytes(textArgument)) : "text-search query contains only stop words or doesn't contain lexemes, ignored");
    }

    private static void RegisterMatching(FunctionTable t)
    {
        t.Add("ts_match_vq", static (ref FunctionCall c) => c.Return(TsMatcher.Matches(CachedQuery(ref c, 1), new TsVectorSource(Vector(ref c, 0)))));
        t.Add("ts_match_qv", static (ref FunctionCall c) => c.Return(TsMatcher.Matches(CachedQuery(ref c, 0), new TsVectorSource(Vector(ref c, 1)))));
        t.Add("ts_match_tq", static (ref FunctionCall c) =>
            c.Return(TsMatcher.Matches(Query(ref c, 1), new TsVectorSource(Configuration(ref c, false).ToVector(c.String(0))))));
        t.Add("ts_match_tt", static (ref FunctionCall c) =>
        {
            TsConfiguration configuration = Configuration(ref c, false);
            var vector = new TsVectorSource(configuration.ToVector(c.String(0)));
            TsQuery query = TsQueryBuilder.FromText(configuration, c.String(1), TsOperator.And);
            Notice(ref c, query, 1, c.Bytes(1).IsEmpty);
            c.Return(TsMatcher.Matches(query, vector));
        });
    }

    /// <summary>A query that is the same for many rows is decoded once.</summary>
    private static TsQuery CachedQuery(ref FunctionCall c, int argument)
    {
        if (c.Site.State is CachedDecoding cached && c.Bytes(argument).SequenceEqual(cached.Stored))
            return cached.Query;
        byte[] stored = c.Bytes(argument).ToArray();
        var decoded = new CachedDecoding(stored, TsQuery.Decode(stored));
        c.Site.State = decoded;
        return decoded.Query;
    }

    private sealed record CachedDecoding(byte[] Stored, TsQuery Query);

    private static void RegisterQueries(FunctionTable t)
    {
        t.Add("tsquery_and", static (ref FunctionCall c) => c.Return(Join(Query(ref c, 0), Query(ref c, 1), TsOperator.And, 0).Encode()));
        t.Add("tsquery_or", static (ref FunctionCall c) => c.Return(Join(Query(ref c, 0), Query(ref c, 1), TsOperator.Or, 0).Encode()));
        t.Add("tsquery_phrase", static (ref FunctionCall c) => c.Return(Join(Query(ref c, 0), Query(ref c, 1), TsOperator.Phrase, 1).Encode()));
        t.Add("tsquery_phrase_distance", static (ref FunctionCall c) =>
        {
            int distance = c.Int32(2);
            if (distance is < 0 or > TsQueryParser.DistanceMax)
                throw TsQueryParser.DistanceOutOfRange();
            c.Return(Join(Query(ref c, 0), Query(ref c, 1), TsOperator.Phrase, distance).Encode());
        });
        t.Add("tsquery_not", static (ref FunctionCall c) => c.Return(Query(ref c, 0).Root is { } root ? new TsQuery(TsQueryNode.Not(root)).Encode() : default));
        t.Add("tsquery_numnode", static (ref FunctionCall c) => c.Return(Query(ref c, 0).Count));
        t.Add("tsquerytree", static (ref FunctionCall c) => ReturnTree(ref c));
        t.Add("tsq_mcontains", static (ref FunctionCall c) => c.Return(ContainsWords(Query(ref c, 0), Query(ref c, 1))));
        t.Add("tsq_mcontained", static (ref FunctionCall c) => c.Return(ContainsWords(Query(ref c, 1), Query(ref c, 0))));
        t.Add("tsquery_rewrite", static (ref FunctionCall c) =>
        {
            TsQuery query = Query(ref c, 0), target = Query(ref c, 1), substitute = Query(ref c, 2);
            if (query.Root is null || target.Root is null)
                c.ReturnArgument(0);
            else
                c.Return(new TsQuery(TsQueryBuilder.Rewrite(query.Root, target.Root, substitute.Root)).Encode());
        });
        AddOrder(t, "tsquery");
        AddOrder(t, "tsvector");
    }

    private static void AddOrder(FunctionTable t, string type)
    {
        t.Add(type + "_eq", static (ref FunctionCall c) => c.Return(Compare(ref c) == 0));
        t.Add(type + "_ne", static (ref FunctionCall c) => c.Return(Compare(ref c) != 0));
        t.Add(type + "_lt", static (ref FunctionCall c) => c.Return(Compare(ref c) < 0));
        t.Add(type + "_le", static (ref FunctionCall c) => c.Return(Compare(ref c) <= 0));
        t.Add(type + "_gt", static (ref FunctionCall c) => c.Return(Compare(ref c) > 0));
        t.Add(type + "_ge", static (ref FunctionCall c) => c.Return(Compare(ref c) >= 0));
        t.Add(type + "_cmp", static (ref FunctionCall c) => c.Return(Math.Sign(Compare(ref c))));
    }

    private static int Compare(ref FunctionCall c) => ValueComparison.For(c.ArgumentType(0)).Compare(c.Bytes(0), c.Bytes(1));

    private static TsQuery Join(TsQuery a, TsQuery b, TsOperator op, int distance)
    {
        if (a.Root is null || b.Root is null)
            return a.Root is null ? b : a;
        return new TsQuery(TsQueryNode.Of(op, a.Root, b.Root, distance));
    }

    /// <summary>querytree: the part that an index can search for; T when that is everything.</summary>
    private static void ReturnTree(ref FunctionCall c)
    {
        TsQuery query = Query(ref c, 0);
        if (query.Root is null)
        {
            c.Return("");
            return;
        }

        TsQueryNode? positive = Positive(query.Root);
        if (positive is null)
        {
            c.Return("T");
            return;
        }

        var text = new ByteBuffer();
        new TsQuery(positive).Write(text);
        c.Return(text.Written);
    }

    private static TsQueryNode? Positive(TsQueryNode node)
    {
        DepthGuard.Check();
        if (node.IsWord)
            return node;
        if (node.Operator == TsOperator.Not)
            return null;
        TsQueryNode? left = Positive(node.Left!), right = Positive(node.Right!);
        if (left is not null && right is not null)
            return TsQueryNode.Of(node.Operator, left, right, node.Distance);
        return node.Operator == TsOperator.Or ? null : left ?? right;
    }

    private static bool ContainsWords(TsQuery outer, TsQuery inner)
    {
        var all = new List<TsQueryNode>();
        var sought = new List<TsQueryNode>();
        outer.Root?.Collect(all);
        inner.Root?.Collect(sought);
        return sought.TrueForAll(s => all.Exists(a => a.Word.AsSpan().SequenceEqual(s.Word)));
    }

    private static void RegisterRanking(FunctionTable t)
    {
        t.Add("ts_rank_wttf", static (ref FunctionCall c) => c.Return(TsRank.Rank(Weights(ref c), Vector(ref c, 1), Query(ref c, 2), c.Int32(3))));
        t.Add("ts_rank_wtt", static (ref FunctionCall c) => c.Return(TsRank.Rank(Weights(ref c), Vector(ref c, 1), Query(ref c, 2), 0)));
        t.Add("ts_rank_ttf", static (ref FunctionCall c) => c.Return(TsRank.Rank(TsRank.DefaultWeights, Vector(ref c, 0), Query(ref c, 1), c.Int32(2))));
        t.Add("ts_rank_tt", static (ref FunctionCall c) => c.Return(TsRank.Rank(TsRank.DefaultWeights, Vector(ref c, 0), Query(ref c, 1), 0)));
        t.Add("ts_rankcd_wttf", static (ref FunctionCall c) => c.Return(TsRank.RankCoverDensity(Weights(ref c), Vector(ref c, 1), Query(ref c, 2), c.Int32(3))));
        t.Add("ts_rankcd_wtt", static (ref FunctionCall c) => c.Return(TsRank.RankCoverDensity(Weights(ref c), Vector(ref c, 1), Query(ref c, 2), 0)));
        t.Add("ts_rankcd_ttf", static (ref FunctionCall c) => c.Return(TsRank.RankCoverDensity(TsRank.DefaultWeights, Vector(ref c, 0), Query(ref c, 1), c.Int32(2))));
        t.Add("ts_rankcd_tt", static (ref FunctionCall c) => c.Return(TsRank.RankCoverDensity(TsRank.DefaultWeights, Vector(ref c, 0), Query(ref c, 1), 0)));
    }

    private static float[] Weights(ref FunctionCall c)
    {
        var array = new ArrayValue(c.Bytes(0));
        if (array.Dimensions != 1)
            throw new SqlException(SqlState.ArraySubscriptError, "array of weight must be one-dimensional");
        if (array.Count < TsRank.DefaultWeights.Length)
            throw new SqlException(SqlState.ArraySubscriptError, "array of weight is too short");
        var weights = new float[TsRank.DefaultWeights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            ArrayValue.Element element = array[i];
            if (element.IsNull)
                throw new SqlException(SqlState.NullValueNotAllowed, "array of weight must not contain nulls");
            float weight = BitConverter.ToSingle(element.Stored);
            weights[i] = weight >= 0 ? weight : TsRank.DefaultWeights[i];
            if (weights[i] > 1.0)
                throw new SqlException(SqlState.InvalidParameterValue, "weight out of range");
        }

        return weights;
    }
}
