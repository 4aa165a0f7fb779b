namespace Strata.Sql;

/// <summary>How freely a key word may serve as a name (PostgreSQL's keyword categories).</summary>
public enum KeywordCategory : byte
{
    /// <summary>Any name.</summary>
    Unreserved,

    /// <summary>A column or table name, but not a function or type name.</summary>
    ColumnName,

    /// <summary>A function or type name, but not a column or table name.</summary>
    TypeOrFunctionName,

    /// <summary>Only a label after AS.</summary>
    Reserved,
}

/// <summary>
/// PostgreSQL 15's key words: the data of <c>pg_get_keywords()</c> and a lookup that allocates nothing.
/// The lookup is an open-addressing hash table over the folded characters, built once. Thread-safe.
/// </summary>
public static class Keywords
{
    private const int MaxLength = 17;
    private const int TableSize = 2048;

    private const string Unreserved =
        """
        abort absolute access action add admin after aggregate also alter always asensitive assertion assignment at
        atomic attach attribute backward before begin breadth by cache call called cascade cascaded catalog chain
        characteristics checkpoint class close cluster columns comment comments commit committed compression
        configuration conflict connection constraints content continue conversion copy cost csv cube current cursor
        cycle data database day deallocate declare defaults deferred definer delete delimiter delimiters depends depth
        detach dictionary disable discard document domain double drop each enable encoding encrypted enum escape event
        exclude excluding exclusive execute explain expression extension external family filter finalize first
        following force forward function functions generated global granted groups handler header hold hour identity if
        immediate immutable implicit import include including increment index indexes inherit inherits inline input
        insensitive insert instead invoker isolation key label language large last leakproof level listen load local
        location lock locked logged mapping match matched materialized maxvalue merge method minute minvalue mode month
        move name names new next nfc nfd nfkc nfkd no normalized nothing notify nowait nulls object of off oids old
        operator option options ordinality others over overriding owned owner parallel parameter parser partial
        partition passing password plans policy preceding prepare prepared preserve prior privileges procedural
        procedure procedures program publication quote range read reassign recheck recursive ref referencing refresh
        reindex relative release rename repeatable replace replica reset restart restrict return returns revoke role
        rollback rollup routine routines rows rule savepoint schema schemas scroll search second security sequence
        sequences serializable server session set sets share show simple skip snapshot sql stable standalone start
        statement statistics stdin stdout storage stored strict strip subscription support sysid system tables
        tablespace temp template temporary text ties transaction transform trigger truncate trusted type types uescape
        unbounded uncommitted unencrypted unknown unlisten unlogged until update vacuum valid validate validator value
        varying version view views volatile whitespace within without work wrapper write xml year yes zone
        """;

    private const string ColumnNames =
        """
        between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int
        integer interval least national nchar none normalize nullif numeric out overlay position precision real row
        setof smallint substring time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists
        xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
        """;

    private const string TypeOrFunctionNames =
        """
        authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left
        like natural notnull outer overlaps right similar tablesample verbose
        """;

    private const string ReservedWords =
        """
        all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
        current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
        distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
        leading limit localtime localtimestamp not null offset on only or order placing primary references returning
        select session_user some symmetric table then to trailing true union unique user using variadic when where
        window with
        """;

    /// <summary>Words that need AS when they label a column.</summary>
    private const string NeedAs =
        """
        array as char character create day except fetch filter for from grant group having hour intersect into isnull
        limit minute month notnull offset on order over overlaps precision returning second to union varying where
        window with within without year
        """;

    private static readonly string[] s_texts;
    private static readonly KeywordCategory[] s_categories;
    private static readonly bool[] s_bareLabels;
    private static readonly ushort[] s_table = new ushort[TableSize];

    static Keywords()
    {
        var byText = new SortedDictionary<string, KeywordCategory>(StringComparer.Ordinal);
        Add(byText, Unreserved, KeywordCategory.Unreserved);
        Add(byText, ColumnNames, KeywordCategory.ColumnName);
        Add(byText, TypeOrFunctionNames, KeywordCategory.TypeOrFunctionName);
        Add(byText, ReservedWords, KeywordCategory.Reserved);

        s_texts = new string[byText.Count + 1];
        s_categories = new KeywordCategory[byText.Count + 1];
        s_bareLabels = new bool[byText.Count + 1];
        s_texts[0] = "";
        var needAs = new HashSet<string>(Split(NeedAs), StringComparer.Ordinal);
        int row = 1;
        foreach ((string text, KeywordCategory category) in byText)
        {
            s_texts[row] = text;
            s_categories[row] = category;
            s_bareLabels[row] = !needAs.Contains(text);
            int slot = (int)(Hash(text) % TableSize);
            while (s_table[slot] != 0)
            {
                slot = (slot + 1) % TableSize;
            }

            s_table[slot] = (ushort)row;
            row++;
        }
    }

    /// <summary>Number of key words.</summary>
    public static int Count => s_texts.Length - 1;

    /// <summary>The key words with category and whether they may label a column without AS, in alphabetical order.</summary>
    public static IEnumerable<(string Word, KeywordCategory Category, bool IsBareLabel)> All
    {
        get
        {
            for (int row = 1; row < s_texts.Length; row++)
            {
                yield return (s_texts[row], s_categories[row], s_bareLabels[row]);
            }
        }
    }

    /// <summary>Category of <paramref name="word"/> (in any case), or null if it is no key word.</summary>
    public static KeywordCategory? CategoryOf(ReadOnlySpan<char> word)
    {
        Keyword keyword = Find(word);
        return keyword == Keyword.None ? null : Category(keyword);
    }

    internal static string Text(Keyword keyword) => s_texts[(int)keyword];

    internal static KeywordCategory Category(Keyword keyword) => s_categories[(int)keyword];

    internal static bool IsBareLabel(Keyword keyword) => s_bareLabels[(int)keyword];

    /// <summary>The key word that <paramref name="word"/> is when ASCII letters are folded, or None.</summary>
    internal static Keyword Find(ReadOnlySpan<char> word)
    {
        if (word.Length > MaxLength)
        {
            return Keyword.None;
        }

        int slot = (int)(Hash(word) % TableSize);
        while (s_table[slot] != 0)
        {
            string text = s_texts[s_table[slot]];
            if (text.Length == word.Length && EqualsFolded(word, text))
            {
                return (Keyword)s_table[slot];
            }

            slot = (slot + 1) % TableSize;
        }

        return Keyword.None;
    }

    private static uint Hash(ReadOnlySpan<char> word)
    {
        uint hash = 2166136261;
        foreach (char c in word)
        {
            hash = (hash ^ Fold(c)) * 16777619;
        }

        return hash ^ (hash >> 15);
    }

    private static bool EqualsFolded(ReadOnlySpan<char> word, string text)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (Fold(word[i]) != text[i])
            {
                return false;
            }
        }

        return true;
    }

    private static uint Fold(char c) => (uint)(c - 'A') <= 'Z' - 'A' ? c | 0x20u : c;

    private static string[] Split(string words) => words.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static void Add(SortedDictionary<string, KeywordCategory> byText, string words, KeywordCategory category)
    {
        foreach (string word in Split(words))
        {
            byText.Add(word, category);
        }
    }
}
