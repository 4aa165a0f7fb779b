using System.Text;

namespace Strata.Engine.Types.TextSearch;

/// <summary>Makes dictionaries of their catalog rows: template and options (<c>language = 'english', stopwords = 'english'</c>). Thread-safe.</summary>
internal static class TsDictionaries
{
    private const uint SimpleTemplate = 3727, SnowballTemplate = 13150;

    private static readonly HashSet<string> s_englishStopWords =
    [
        .. ("i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they them their "
            + "theirs themselves what which who whom this that these those am is are was were be been being have has had having do does did doing a an the "
            + "and but if or because as until while of at by for with about against between into through during before after above below to from up down "
            + "in out on off over under again further then once here there when where why how all any both each few more most other some such no nor not "
            + "only own same so than too very s t can will just don should now").Split(' '),
    ];

    private static readonly HashSet<string> s_none = [];

    private static readonly Lazy<Dictionary<uint, TsDictionary>> s_builtin = new(ReadBuiltin);

    /// <summary>A built-in dictionary, or null.</summary>
    public static TsDictionary? Builtin(uint oid) => s_builtin.Value.GetValueOrDefault(oid);

    private static Dictionary<uint, TsDictionary> ReadBuiltin()
    {
        CatalogTable table = CatalogTable.Open("pg_ts_dict");
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex("dictname"), template = table.ColumnIndex("dicttemplate"), options = table.ColumnIndex("dictinitoption");
        var dictionaries = new Dictionary<uint, TsDictionary>();
        for (int i = 0; i < table.RowCount; i++)
            dictionaries.Add(table[i].Oid(oid), Make(table[i].Oid(oid), table[i].Text(name)!, table[i].Oid(template), table[i].Text(options)));
        return dictionaries;
    }

    /// <summary>The dictionary of a row.</summary>
    public static TsDictionary Make(uint oid, string name, uint template, string? options)
    {
        Dictionary<string, string> values = ReadOptions(options ?? "");
        IReadOnlySet<string>? stopWords = !values.TryGetValue("stopwords", out string? file) ? s_none : file == "english" ? s_englishStopWords : null;
        if (template is SimpleTemplate or SnowballTemplate && stopWords is null)
            return new UnsupportedTsDictionary(oid, name, $"There are no stop words \"{file}\".");
        switch (template)
        {
            case SimpleTemplate:
                return new SimpleTsDictionary(oid, stopWords!, !values.TryGetValue("accept", out string? accept) || IsTrue(accept));
            case SnowballTemplate when values.GetValueOrDefault("language")?.ToLowerInvariant() == "english":
                return new EnglishTsDictionary(oid, stopWords!);
            case SnowballTemplate:
                return new UnsupportedTsDictionary(oid, name, $"There is no stemmer for language \"{values.GetValueOrDefault("language")}\".");
            default:
                return new UnsupportedTsDictionary(oid, name, "Dictionaries that read files are not supported.");
        }
    }

    private static bool IsTrue(string value) => value.ToLowerInvariant() is "true" or "t" or "on" or "1" or "yes" or "y";

    // name = 'value', …, as deparsed: quotes are doubled.
    private static Dictionary<string, string> ReadOptions(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (int at = 0; at < text.Length;)
        {
            int equals = text.IndexOf('=', at);
            if (equals < 0)
                break;
            string name = text[at..equals].Trim(' ', ',', '"');
            at = text.IndexOf('\'', equals) + 1;
            if (at == 0)
                break;
            var value = new StringBuilder();
            for (; at < text.Length && (text[at] != '\'' || (at + 1 < text.Length && text[at + 1] == '\'')); at++)
            {
                value.Append(text[at]);
                if (text[at] == '\'')
                    at++;
            }

            at++;
            values[name] = value.ToString();
        }

        return values;
    }
}
