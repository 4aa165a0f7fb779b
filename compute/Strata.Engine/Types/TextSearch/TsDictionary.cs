using System.Text;

namespace Strata.Engine.Types.TextSearch;

/// <summary>A dictionary of text search: what it makes of a word. Immutable, thread-safe.</summary>
public abstract class TsDictionary(uint oid)
{
    public uint Oid { get; } = oid;

    /// <summary>The lexemes of a word: null when the dictionary does not know it, none for a stop word. Throws 0A000 for dictionaries that there is no code for.</summary>
    public abstract string[]? Lexize(string word);
}

/// <summary>The template <c>simple</c>: words in lower case without stop words; with <paramref name="accepts"/> false the next dictionary gets what is none.</summary>
internal sealed class SimpleTsDictionary(uint oid, IReadOnlySet<string> stopWords, bool accepts) : TsDictionary(oid)
{
    public override string[]? Lexize(string word)
    {
        string lower = word.ToLowerInvariant();
        return lower.Length == 0 || stopWords.Contains(lower) ? [] : accepts ? [lower] : null;
    }
}

/// <summary>The template <c>snowball</c> with the English stemmer.</summary>
internal sealed class EnglishTsDictionary(uint oid, IReadOnlySet<string> stopWords) : TsDictionary(oid)
{
    public override string[]? Lexize(string word)
    {
        string lower = word.ToLowerInvariant();
        return lower.Length == 0 || stopWords.Contains(lower) ? [] : [new EnglishStemmer().Stem(lower)];
    }
}

/// <summary>A dictionary that is in the catalog only.</summary>
internal sealed class UnsupportedTsDictionary(uint oid, string name, string reason) : TsDictionary(oid)
{
    public override string[]? Lexize(string word) => throw new SqlException(SqlState.FeatureNotSupported, $"text search dictionary \"{name}\" is not supported") { Detail = reason };
}
