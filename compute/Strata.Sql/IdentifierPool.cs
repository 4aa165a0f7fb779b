namespace Strata.Sql;

/// <summary>
/// Hands out strings for folded identifiers; names that recur come from a small direct-mapped cache, so that parsing the same
/// statement again allocates no names. Races only lose a cache entry. Thread-safe.
/// </summary>
internal static class IdentifierPool
{
    private const int Size = 4096;
    private const int MaxCachedLength = 64;

    private static readonly string?[] s_cache = new string?[Size];

    /// <summary>The string equal to <paramref name="text"/> with ASCII letters in lower case.</summary>
    public static string Fold(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxCachedLength)
        {
            return string.Create(text.Length, text, static (target, source) => FoldTo(source, target));
        }

        Span<char> folded = stackalloc char[MaxCachedLength];
        folded = folded[..text.Length];
        uint hash = FoldTo(text, folded);
        return Find(folded, hash);
    }

    /// <summary>The string equal to <paramref name="text"/>.</summary>
    public static string Exact(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxCachedLength)
        {
            return text.ToString();
        }

        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        return Find(text, hash);
    }

    private static string Find(ReadOnlySpan<char> text, uint hash)
    {
        ref string? slot = ref s_cache[(hash ^ (hash >> 16)) % Size];
        string? cached = slot;
        if (cached is not null && text.SequenceEqual(cached))
        {
            return cached;
        }

        string created = text.ToString();
        slot = created;
        return created;
    }

    private static uint FoldTo(ReadOnlySpan<char> source, Span<char> target)
    {
        uint hash = 2166136261;
        for (int i = 0; i < source.Length; i++)
        {
            char c = source[i];
            if ((uint)(c - 'A') <= 'Z' - 'A')
            {
                c = (char)(c | 0x20);
            }

            target[i] = c;
            hash = (hash ^ c) * 16777619;
        }

        return hash;
    }
}
