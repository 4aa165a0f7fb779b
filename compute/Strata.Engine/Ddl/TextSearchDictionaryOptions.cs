using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>What the built-in templates take as options of dictionaries, as their init functions check it.</summary>
internal static class TextSearchDictionaryOptions
{
    private static readonly HashSet<string> s_languages =
    [
        "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian",
        "nepali", "norwegian", "porter", "portuguese", "romanian", "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
    ];

    /// <summary>Throws 22023 for options that a template does not know, knows once only, or misses; 42704 for a language without stemmer.</summary>
    public static void Check(uint template, IReadOnlyList<DefinitionElement> options)
    {
        switch (BuiltinNames.NameOf("pg_ts_template", "tmplname", template))
        {
            case "simple":
                Check(options, "simple dictionary", null, "stopwords", "accept");
                break;
            case "snowball":
                Check(options, "Snowball", "Language", "stopwords", "language");
                string language = DefinitionValues.Text(options.First(static option => option.Name == "language"));
                if (!s_languages.Contains(language.ToLowerInvariant()))
                    throw new SqlException(SqlState.UndefinedObject, $"no Snowball stemmer available for language \"{language}\" and encoding \"UTF8\"");
                break;
            case "synonym":
                Check(options, "synonym", "Synonyms", "synonyms", "casesensitive");
                break;
            case "thesaurus":
                Check(options, "Thesaurus", "DictFile", "dictfile", "dictionary");
                break;
            case "ispell":
                Check(options, "Ispell", "AffFile", "dictfile", "afffile", "stopwords");
                break;
        }
    }

    private static void Check(IReadOnlyList<DefinitionElement> options, string word, string? required, params string[] known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (DefinitionElement option in options)
        {
            if (Array.IndexOf(known, option.Name) < 0)
                throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized {word} parameter: \"{option.Name}\"");
            if (option.Name == "accept")
                DefinitionValues.Flag(option);
            if (!seen.Add(option.Name) && option.Name != "casesensitive")
                throw new SqlException(SqlState.InvalidParameterValue, $"multiple {Spelled(option.Name)} parameters");
        }

        if (required is not null && !seen.Contains(required.ToLowerInvariant()))
            throw new SqlException(SqlState.InvalidParameterValue, $"missing {required} parameter");
    }

    private static string Spelled(string name) => name switch
    {
        "stopwords" => "StopWords",
        "accept" => "Accept",
        "language" => "Language",
        "dictfile" => "DictFile",
        "afffile" => "AffFile",
        _ => name,
    };
}
