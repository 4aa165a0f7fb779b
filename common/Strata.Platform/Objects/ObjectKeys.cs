using System.Buffers;

namespace Strata.Platform;

/// <summary>The one rule for object keys: parts of ASCII letters, digits and <c>-_.=</c>, separated by single '/'; at most <see cref="MaxLength"/>.</summary>
internal static class ObjectKeys
{
    public const int MaxLength = 900;

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=/");

    /// <summary>Throws <see cref="ArgumentException"/> on a malformed key.</summary>
    public static void Validate(string key)
    {
        bool ok = key.Length is > 0 and <= MaxLength && !key.AsSpan().ContainsAnyExcept(s_allowed) &&
            key[0] != '/' && key[^1] != '/' && !key.Contains("//", StringComparison.Ordinal);
        if (ok)
        {
            foreach (Range part in key.AsSpan().Split('/'))
                ok &= key.AsSpan()[part] is not ("." or "..");
        }
        if (!ok)
            throw new ArgumentException($"malformed object key \"{key}\"", nameof(key));
    }
}
