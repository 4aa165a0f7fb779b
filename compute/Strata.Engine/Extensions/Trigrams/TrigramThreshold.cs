using System.Globalization;
using Strata.Engine.Functions;

namespace Strata.Engine.Extensions.Trigrams;

/// <summary>How similar texts must be for an operator to hold: a setting of the session. Immutable; thread-safe.</summary>
/// <param name="setting">The setting.</param>
/// <param name="usual">Its value when nobody sets it.</param>
internal sealed class TrigramThreshold(string setting, float usual)
{
    public static readonly TrigramThreshold Similarity = new("pg_trgm.similarity_threshold", 0.3f);
    public static readonly TrigramThreshold WordSimilarity = new("pg_trgm.word_similarity_threshold", 0.6f);
    public static readonly TrigramThreshold StrictWordSimilarity = new("pg_trgm.strict_word_similarity_threshold", 0.5f);

    public string Setting { get; } = setting;

    public float Usual { get; } = usual;

    /// <summary>The value for a call.</summary>
    public float Of(IFunctionContext context) =>
        context.Session.GetSetting(Setting) is { } text && float.TryParse(text, CultureInfo.InvariantCulture, out float value) ? value : Usual;
}
