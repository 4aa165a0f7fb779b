namespace Strata.Platform;

/// <summary>The one rule for paths of <see cref="IFileSystem"/>: relative, '/' separated, inside the root.</summary>
internal static class FilePaths
{
    /// <summary>Checks a path and returns it without a trailing '/'.</summary>
    public static string Validate(string path)
    {
        foreach (Range part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[part] is ".." or ".")
                throw new ArgumentException($"path \"{path}\" leaves its root", nameof(path));
        }
        if (path.StartsWith('/'))
            throw new ArgumentException($"path \"{path}\" is absolute", nameof(path));
        return path.TrimEnd('/');
    }

    /// <summary>The directory part of a path, "" for the root.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";

    public static string Combine(string directory, string path) =>
        directory.Length == 0 ? path : path.Length == 0 ? directory : $"{directory}/{path}";
}
