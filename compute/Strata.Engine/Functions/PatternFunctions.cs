using System.Text;
using Strata.Engine.Functions.Kernels;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>LIKE and ILIKE. Compiled patterns are kept at the call site.</summary>
internal static class PatternFunctions
{
    public static void Register(FunctionTable t)
    {
        foreach (string type in new[] { "text", "name" })
        {
            t.Add(type + "like", static (ref FunctionCall c) => c.Return(Like(ref c).Matches(c.Bytes(0), c.Context.Cancellation)));
            t.Add(type + "nlike", static (ref FunctionCall c) => c.Return(!Like(ref c).Matches(c.Bytes(0), c.Context.Cancellation)));
            t.Add(type + "iclike", static (ref FunctionCall c) => c.Return(LikeIgnoringCase(ref c)));
            t.Add(type + "icnlike", static (ref FunctionCall c) => c.Return(!LikeIgnoringCase(ref c)));
        }

        t.Add("bytealike", static (ref FunctionCall c) => c.Return(Like(ref c, isBinary: true).Matches(c.Bytes(0), c.Context.Cancellation)));
        t.Add("byteanlike", static (ref FunctionCall c) => c.Return(!Like(ref c, isBinary: true).Matches(c.Bytes(0), c.Context.Cancellation)));
        // char(n): the padding counts as text.
        t.Add("like_escape", static (ref FunctionCall c) => c.Return(LikePattern.Rewrite(c.String(0), c.String(1))));
        t.Add("like_escape_bytea", static (ref FunctionCall c) =>
        {
            // A byte is a character here, as in Latin-1.
            if (c.Bytes(1).Length > 1)
                throw LikePattern.InvalidEscape();
            c.Return(Encoding.Latin1.GetBytes(LikePattern.Rewrite(Encoding.Latin1.GetString(c.Bytes(0)), Encoding.Latin1.GetString(c.Bytes(1)))));
        });
    }

    private static LikePattern Like(ref FunctionCall c, bool isBinary = false)
    {
        ReadOnlySpan<byte> pattern = c.Bytes(1);
        if (c.Site.State is LikePattern known && known.IsFor(pattern))
            return known;
        LikePattern compiled = LikePattern.Compile(pattern, isBinary);
        c.Site.State = compiled;
        return compiled;
    }

    private sealed record FoldedPattern(byte[] Source, LikePattern Pattern);

    private static bool LikeIgnoringCase(ref FunctionCall c)
    {
        ReadOnlySpan<byte> pattern = c.Bytes(1);
        if (c.Site.State is not FoldedPattern known || !pattern.SequenceEqual(known.Source))
        {
            byte[] folded = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(pattern).ToLowerInvariant());
            c.Site.State = known = new FoldedPattern(pattern.ToArray(), LikePattern.Compile(folded));
        }

        return known.Pattern.Matches(Encoding.UTF8.GetBytes(c.String(0).ToLowerInvariant()), c.Context.Cancellation);
    }
}
