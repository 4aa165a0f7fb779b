using System.Text;

namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// A text search configuration: which dictionary turns which kind of token into lexemes. Built in are simple and english, with PostgreSQL 15's OIDs.
/// Immutable, thread-safe.
/// </summary>
internal sealed class TsConfiguration
{
    public const uint SimpleOid = 3748;
    public const uint EnglishOid = 13164;
    public const uint SimpleDictionaryOid = 3765;
    public const uint EnglishDictionaryOid = 13163;

    /// <summary>Longest word, in bytes, that is indexed.</summary>
    private const int WordBytesMax = 2046;

    private static readonly HashSet<string> s_englishStopWords =
    [
        .. ("i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they them their "
            + "theirs themselves what which who whom this that these those am is are was were be been being have has had having do does did doing a an the "
            + "and but if or because as until while of at by for with about against between into through during before after above below to from up down "
            + "in out on off over under again further then once here there when where why how all any both each few more most other some such no nor not "
            + "only own same so than too very s t can will just don should now").Split(' '),
    ];

    private static readonly TsConfiguration s_simple = new(isEnglish: false);
    private static readonly TsConfiguration s_english = new(isEnglish: true);

    private readonly bool _isEnglish;

    private readonly uint? _missingOid;

    private TsConfiguration(bool isEnglish, uint? missingOid = null) => (_isEnglish, _missingOid) = (isEnglish, missingOid);

    /// <summary>Throws XX000 for a configuration that there is not: known when a text is about to be cut.</summary>
    public void Require()
    {
        if (_missingOid is not null)
            throw new SqlException(SqlState.InternalError, $"cache lookup failed for text search configuration {_missingOid}");
    }

    /// <summary>The configuration of an OID; one that nothing can be done with where there is none.</summary>
    public static TsConfiguration Get(uint oid) => oid switch
    {
        SimpleOid => s_simple,
        EnglishOid => s_english,
        _ => new TsConfiguration(false, oid),
    };

    /// <summary>OID behind a name, or null.</summary>
    public static uint? Find(string name) => name switch
    {
        "simple" => SimpleOid,
        "english" => EnglishOid,
        _ => null,
    };

    public static string? NameOf(uint oid) => oid switch
    {
        SimpleOid => "simple",
        EnglishOid => "english",
        _ => null,
    };

    public static uint? FindDictionary(string name) => name switch
    {
        "simple" => SimpleDictionaryOid,
        "english_stem" => EnglishDictionaryOid,
        _ => null,
    };

    public static string? DictionaryNameOf(uint oid) => oid switch
    {
        SimpleDictionaryOid => "simple",
        EnglishDictionaryOid => "english_stem",
        _ => null,
    };

    /// <summary>The lexemes of a word in a dictionary: null when it is unknown, none for a stop word.</summary>
    public static string[]? Lexize(uint dictionary, string word)
    {
        string lower = word.ToLowerInvariant();
        if (dictionary != EnglishDictionaryOid)
            return [lower];
        return s_englishStopWords.Contains(lower) ? [] : [new EnglishStemmer().Stem(lower)];
    }

    /// <summary>Dictionary of a kind of token; 0 when such tokens are not indexed.</summary>
    public uint DictionaryOf(TsTokenKind kind)
    {
        Require();
        switch (kind)
        {
            case TsTokenKind.Blank or TsTokenKind.Tag or TsTokenKind.Protocol or TsTokenKind.Entity:
                return 0;
            case TsTokenKind.AsciiWord or TsTokenKind.Word or TsTokenKind.HyphenatedPart or TsTokenKind.HyphenatedAsciiPart
                or TsTokenKind.HyphenatedAsciiWord or TsTokenKind.HyphenatedWord:
                return _isEnglish ? EnglishDictionaryOid : SimpleDictionaryOid;
            default:
                return SimpleDictionaryOid;
        }
    }

    /// <summary>The lexeme of a token; null when it is not indexed, empty for a stop word.</summary>
    public string? Lexeme(TsToken token)
    {
        uint dictionary = DictionaryOf(token.Kind);
        if (dictionary == 0 || Encoding.UTF8.GetByteCount(token.Text) > WordBytesMax)
            return null;
        string[]? lexemes = Lexize(dictionary, token.Text);
        return lexemes is null ? null : lexemes.Length == 0 ? "" : lexemes[0];
    }

    /// <summary>Adds a text's lexemes with their positions, which go on behind <paramref name="position"/>.</summary>
    public void AddLexemes(string text, List<(byte[] Word, List<ushort> Positions)> words, ref int position)
    {
        Require();
        // Positions come in ascending order, and a lexeme keeps the first ones: the same word a million times takes no more room than some hundred times.
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (TsToken token in TsTokenizer.Read(text))
        {
            if (Lexeme(token) is not { } lexeme)
                continue;
            position++;
            if (lexeme.Length == 0)
                continue;
            if (!places.TryGetValue(lexeme, out int place))
            {
                places.Add(lexeme, words.Count);
                words.Add((Encoding.UTF8.GetBytes(lexeme), [TsLexeme.Pack(position, 0)]));
            }
            else if (words[place].Positions.Count < TsLexeme.PositionsMax)
            {
                words[place].Positions.Add(TsLexeme.Pack(position, 0));
            }
        }
    }

    public TsVector ToVector(string text)
    {
        var words = new List<(byte[] Word, List<ushort> Positions)>();
        int position = 0;
        AddLexemes(text, words, ref position);
        return TsVector.Build(words);
    }
}
