using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.Trigrams;

/// <summary>pg_trgm: similarity of texts by trigrams, and indexes that find substrings and patterns.</summary>
internal static class TrigramLibrary
{
    public static NativeLibrary Make()
    {
        var library = new NativeLibrary("$libdir/pg_trgm");
        var items = new TrigramItems();
        library.Add("gin_extract_value_trgm", items);
        library.Add("gtrgm_compress", items);
        library.Add(new OpaqueType("gtrgm_in", "gtrgm"));
        FunctionTable t = library.Functions;
        t.Add("set_limit", static (ref FunctionCall c) =>
        {
            float limit = c.Float32(0);
            c.Context.Session.SetSetting(TrigramThreshold.Similarity.Setting, limit.ToString(CultureInfo.InvariantCulture), isLocal: false);
            c.Return(TrigramThreshold.Similarity.Of(c.Context));
        });
        t.Add("show_limit", static (ref FunctionCall c) => c.Return(TrigramThreshold.Similarity.Of(c.Context)));
        t.Add("show_trgm", static (ref FunctionCall c) =>
        {
            var array = new ArrayBuilder();
            foreach (uint trigram in TrigramExtractor.Set(c.Bytes(0)))
                array.Add(Encoding.UTF8.GetBytes(TrigramExtractor.Show(trigram)));
            c.Return(array.Build(TypeOid.Text));
        });
        t.Add("similarity", static (ref FunctionCall c) => c.Return(Similarity(ref c)));
        t.Add("similarity_dist", static (ref FunctionCall c) => c.Return(1 - Similarity(ref c)));
        t.Add("similarity_op", static (ref FunctionCall c) => c.Return(Similarity(ref c) >= TrigramThreshold.Similarity.Of(c.Context)));
        RegisterExtents(t, "word_similarity", isStrict: false, TrigramThreshold.WordSimilarity);
        RegisterExtents(t, "strict_word_similarity", isStrict: true, TrigramThreshold.StrictWordSimilarity);
        return library;
    }

    private static float Similarity(ref FunctionCall c) => TrigramSimilarity.OfSets(TrigramExtractor.Set(c.Bytes(0)), TrigramExtractor.Set(c.Bytes(1)));

    private static void RegisterExtents(FunctionTable t, string name, bool isStrict, TrigramThreshold threshold)
    {
        t.Add(name, (ref FunctionCall c) => c.Return(Extent(ref c, 0, isStrict, null)));
        t.Add(name + "_op", (ref FunctionCall c) => c.Return(Reaches(ref c, 0, isStrict, threshold)));
        t.Add(name + "_commutator_op", (ref FunctionCall c) => c.Return(Reaches(ref c, 1, isStrict, threshold)));
        t.Add(name + "_dist_op", (ref FunctionCall c) => c.Return(1 - Extent(ref c, 0, isStrict, null)));
        t.Add(name + "_dist_commutator_op", (ref FunctionCall c) => c.Return(1 - Extent(ref c, 1, isStrict, null)));
    }

    private static float Extent(ref FunctionCall c, int first, bool isStrict, float? threshold) =>
        TrigramSimilarity.OfExtent(c.Bytes(first), c.Bytes(1 - first), isStrict, threshold, c.Context.Cancellation);

    private static bool Reaches(ref FunctionCall c, int first, bool isStrict, TrigramThreshold threshold)
    {
        float least = threshold.Of(c.Context);
        return Extent(ref c, first, isStrict, least) >= least;
    }
}
