using System.Collections.Concurrent;
using System.Text;

namespace Strata.Engine.Types.TextSearch;

/// <summary>A text search configuration: which dictionaries, one after the other, may turn which kind of token into lexemes. Immutable, thread-safe.</summary>
public sealed class TsConfiguration
{
    internal const uint SimpleOid = 3748;
    internal const uint EnglishOid = 13164;
    internal const uint SimpleDictionaryOid = 3765;
    internal const uint EnglishDictionaryOid = 13163;

    /// <summary>Longest word, in bytes, that is indexed.</summary>
    private const int WordBytesMax = 2046;

    private static readonly ConcurrentDictionary<uint, TsConfiguration> s_builtin = new();

    // By kind of token.
    private readonly TsDictionary[][] _dictionaries;
    private readonly uint? _missingOid;

    /// <summary>A configuration of mappings: kind of token and dictionary, in the order in which dictionaries are asked.</summary>
    internal TsConfiguration(IEnumerable<(int Kind, TsDictionary Dictionary)> mappings)
    {
        _dictionaries = new TsDictionary[TsToken.Kinds.Length + 1][];
        Array.Fill(_dictionaries, []);
        foreach ((int kind, TsDictionary dictionary) in mappings)
            _dictionaries[kind] = [.. _dictionaries[kind], dictionary];
    }

    private TsConfiguration(uint missingOid)
        : this([]) => _missingOid = missingOid;

    /// <summary>Throws XX000 for a configuration that there is not: known when a text is about to be cut.</summary>
    internal void Require()
    {
        if (_missingOid is not null)
            throw new SqlException(SqlState.InternalError, $"cache lookup failed for text search configuration {_missingOid}");
    }

    /// <summary>True for a configuration that there is.</summary>
    internal bool Exists => _missingOid is null;

    /// <summary>The built-in configuration of an OID; one that nothing can be done with where there is none.</summary>
    internal static TsConfiguration Get(uint oid) => s_builtin.TryGetValue(oid, out TsConfiguration? known) ? known
        : ReadBuiltin(oid) is { } found ? s_builtin.GetOrAdd(oid, found) : new TsConfiguration(oid);

    private static TsConfiguration? ReadBuiltin(uint configuration)
    {
        CatalogTable table = CatalogTable.Open("pg_ts_config_map");
        int owner = table.ColumnIndex("mapcfg"), token = table.ColumnIndex("maptokentype"), dictionary = table.ColumnIndex("mapdict");
        var mappings = new List<(int, TsDictionary)>();
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Oid(owner) == configuration)
                mappings.Add(((int)table[i].Number(token), TsDictionaries.Builtin(table[i].Oid(dictionary))!));
        return mappings.Count == 0 ? null : new TsConfiguration(mappings);
    }

    /// <summary>OID behind a name, or null.</summary>
    internal static uint? Find(string name) => name switch
    {
        "simple" => SimpleOid,
        "english" => EnglishOid,
        _ => null,
    };

    internal static string? NameOf(uint oid) => oid switch
    {
        SimpleOid => "simple",
        EnglishOid => "english",
        _ => null,
    };

    internal static uint? FindDictionary(string name) => name switch
    {
        "simple" => SimpleDictionaryOid,
        "english_stem" => EnglishDictionaryOid,
        _ => null,
    };

    internal static string? DictionaryNameOf(uint oid) => oid switch
    {
        SimpleDictionaryOid => "simple",
        EnglishDictionaryOid => "english_stem",
        _ => null,
    };

    /// <summary>The dictionaries of a kind of token, in the order in which they are asked; none when such tokens are not indexed.</summary>
    internal ReadOnlySpan<TsDictionary> DictionariesOf(TsTokenKind kind)
    {
        Require();
        return _dictionaries[(int)kind];
    }

    /// <summary>The lexeme of a token; null when it is not indexed, empty for a stop word.</summary>
    internal string? Lexeme(TsToken token)
    {
        ReadOnlySpan<TsDictionary> dictionaries = DictionariesOf(token.Kind);
        if (dictionaries.IsEmpty || Encoding.UTF8.GetByteCount(token.Text) > WordBytesMax)
            return null;
        foreach (TsDictionary dictionary in dictionaries)
            if (dictionary.Lexize(token.Text) is { } lexemes)
                return lexemes.Length == 0 ? "" : lexemes[0];
        return null;
    }

    /// <summary>Adds a text's lexemes with their positions, which go on behind <paramref name="position"/>.</summary>
    internal void AddLexemes(string text, List<(byte[] Word, List<ushort> Positions)> words, ref int position)
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

    internal TsVector ToVector(string text)
    {
        var words = new List<(byte[] Word, List<ushort> Positions)>();
        int position = 0;
        AddLexemes(text, words, ref position);
        return TsVector.Build(words);
    }
}
