using System.Reflection;
using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>Texts of the built-in views that are written in SQL (Catalog/Data/*.sql): each begins with a line <c>-- view NAME</c>. Read once, parsed view by view when first used.</summary>
internal static class SystemViews
{
    private const string Heading = "-- view ";

    private static readonly Dictionary<string, string> s_texts = Read("system_views").Concat(Read("information_schema")).ToDictionary(StringComparer.Ordinal);

    /// <summary>The SELECT of a built-in view, or null when code makes its rows.</summary>
    public static string? Find(string view) => s_texts.GetValueOrDefault(view);

    private static Dictionary<string, string> Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Catalog.{resource}.sql")
            ?? throw new InvariantViolationException($"no texts of {resource}");
        using var reader = new StreamReader(stream);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        string? name = null;
        var body = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith(Heading, StringComparison.Ordinal))
            {
                body.Add(line);
                continue;
            }

            Keep(texts, name, body);
            name = line[Heading.Length..];
        }

        Keep(texts, name, body);
        return texts;
    }

    private static void Keep(Dictionary<string, string> texts, string? name, List<string> body)
    {
        if (name is not null)
            texts.Add(name, string.Join('\n', body).Trim().TrimEnd(';'));
        body.Clear();
    }
}
