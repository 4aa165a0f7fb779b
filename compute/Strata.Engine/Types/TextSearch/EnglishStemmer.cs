namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// The English stemmer of the Snowball project ("Porter2"). Source: its published description, snowballstem.org/algorithms/english.
/// Not thread-safe.
/// </summary>
internal sealed class EnglishStemmer
{
    private const string Vowels = "aeiouy";
    private static readonly string[] s_doubles = ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"];
    private static readonly string[] s_regionPrefixes = ["gener", "commun", "arsen"];

    private static readonly Dictionary<string, string> s_exceptions = new()
    {
        ["skis"] = "ski",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["idly"] = "idl",
        ["gently"] = "gentl",
        ["ugly"] = "ugli",
        ["early"] = "earli",
        ["only"] = "onli",
        ["singly"] = "singl",
        ["sky"] = "sky",
        ["news"] = "news",
        ["howe"] = "howe",
        ["atlas"] = "atlas",
        ["cosmos"] = "cosmos",
        ["bias"] = "bias",
        ["andes"] = "andes",
    };

    private static readonly HashSet<string> s_invariantAfterFirstStep =
        ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"];

    private static readonly (string Suffix, string Replacement)[] s_secondStep =
    [
        ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"), ("tional", "tion"), ("biliti", "ble"),
        ("lessli", "less"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"),
        ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ];

    private static readonly (string Suffix, string Replacement)[] s_thirdStep =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""), ("ical", "ic"), ("ness", ""), ("ful", ""),
    ];

    private static readonly string[] s_fourthStep =
    [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic",
    ];

    private string _word = "";
    private int _region1;
    private int _region2;

    /// <summary>The stem of a word in lower case.</summary>
    public string Stem(string word)
    {
        if (s_exceptions.TryGetValue(word, out string? exception))
            return exception;
        if (word.Length <= 2)
            return word;
        _word = MarkConsonants(word.StartsWith('\'') ? word[1..] : word);
        FindRegions();
        StepApostrophe();
        StepPlural();
        if (s_invariantAfterFirstStep.Contains(_word))
            return _word;
        StepPast();
        StepFinalY();
        StepDerivation();
        StepThird();
        StepFourth();
        StepFinal();
        return _word.Replace('Y', 'y');
    }

    /// <summary>A y at the beginning or after a vowel is a consonant, written Y.</summary>
    private static string MarkConsonants(string word)
    {
        char[] letters = word.ToCharArray();
        for (int i = 0; i < letters.Length; i++)
        {
            if (letters[i] == 'y' && (i == 0 || Vowels.Contains(letters[i - 1], StringComparison.Ordinal)))
                letters[i] = 'Y';
        }

        return new string(letters);
    }

    private static bool IsVowel(char c) => Vowels.Contains(c, StringComparison.Ordinal);

    private void FindRegions()
    {
        _region1 = _word.Length;
        bool isSpecial = false;
        foreach (string prefix in s_regionPrefixes)
        {
            if (!_word.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            _region1 = prefix.Length;
            isSpecial = true;
        }

        if (!isSpecial)
            _region1 = NextRegion(0);
        _region2 = NextRegion(_region1);
    }

    /// <summary>Behind the first consonant that follows a vowel.</summary>
    private int NextRegion(int from)
    {
        for (int i = from + 1; i < _word.Length; i++)
        {
            if (!IsVowel(_word[i]) && IsVowel(_word[i - 1]))
                return i + 1;
        }

        return _word.Length;
    }

    private bool Ends(string suffix) => _word.EndsWith(suffix, StringComparison.Ordinal);

    private void Cut(int letters) => _word = _word[..^letters];

    private bool IsInRegion1(string suffix) => _word.Length - suffix.Length >= _region1;

    private bool IsInRegion2(string suffix) => _word.Length - suffix.Length >= _region2;

    private static bool HasVowel(ReadOnlySpan<char> text) => text.IndexOfAny(Vowels) >= 0;

    private void StepApostrophe()
    {
        if (Ends("'s'"))
            Cut(3);
        else if (Ends("'s"))
            Cut(2);
        else if (Ends("'"))
            Cut(1);
    }

    private void StepPlural()
    {
        if (Ends("sses"))
        {
            Cut(2);
        }
        else if (Ends("ied") || Ends("ies"))
        {
            Cut(_word.Length > 4 ? 2 : 1);
        }
        else if (!Ends("us") && !Ends("ss") && Ends("s"))
        {
            // A vowel must stand before the letter in front of the s.
            if (_word.Length > 2 && HasVowel(_word.AsSpan(0, _word.Length - 2)))
                Cut(1);
        }
    }

    private void StepPast()
    {
        foreach (string suffix in (string[])["eedly", "eed"])
        {
            if (!Ends(suffix))
                continue;
            if (IsInRegion1(suffix))
                _word = _word[..^suffix.Length] + "ee";
            return;
        }

        foreach (string suffix in (string[])["ingly", "edly", "ing", "ed"])
        {
            if (!Ends(suffix))
                continue;
            if (!HasVowel(_word.AsSpan(0, _word.Length - suffix.Length)))
                return;
            Cut(suffix.Length);
            if (Ends("at") || Ends("bl") || Ends("iz"))
                _word += "e";
            else if (s_doubles.Any(Ends))
                Cut(1);
            else if (IsShort())
                _word += "e";
            return;
        }
    }

    /// <summary>A word that ends in a short syllable and has nothing behind it.</summary>
    private bool IsShort() => _region1 >= _word.Length && EndsInShortSyllable(_word.Length);

    private bool EndsInShortSyllable(int length)
    {
        if (length == 2)
            return IsVowel(_word[0]) && !IsVowel(_word[1]);
        return length > 2 && !IsVowel(_word[length - 3]) && IsVowel(_word[length - 2]) && !IsVowel(_word[length - 1])
            && _word[length - 1] is not ('w' or 'x' or 'Y');
    }

    private void StepFinalY()
    {
        if (_word.Length > 2 && _word[^1] is 'y' or 'Y' && !IsVowel(_word[^2]))
            _word = _word[..^1] + "i";
    }

    private void StepDerivation()
    {
        foreach ((string suffix, string replacement) in s_secondStep)
        {
            if (!Ends(suffix))
                continue;
            if (!IsInRegion1(suffix))
                return;
            char before = _word.Length > suffix.Length ? _word[^(suffix.Length + 1)] : ' ';
            if (suffix == "ogi" && before != 'l')
                return;
            if (suffix == "li" && !"cdeghkmnrt".Contains(before, StringComparison.Ordinal))
                return;
            _word = _word[..^suffix.Length] + replacement;
            return;
        }
    }

    private void StepThird()
    {
        foreach ((string suffix, string replacement) in s_thirdStep)
        {
            if (!Ends(suffix))
                continue;
            if (IsInRegion1(suffix) && (suffix != "ative" || IsInRegion2(suffix)))
                _word = _word[..^suffix.Length] + replacement;
            return;
        }
    }

    private void StepFourth()
    {
        foreach (string suffix in s_fourthStep)
        {
            if (!Ends(suffix))
                continue;
            if (IsInRegion2(suffix) && (suffix != "ion" || (_word.Length > 3 && _word[^4] is 's' or 't')))
                Cut(suffix.Length);
            return;
        }
    }

    private void StepFinal()
    {
        if (Ends("e"))
        {
            if (IsInRegion2("e") || (IsInRegion1("e") && !EndsInShortSyllable(_word.Length - 1)))
                Cut(1);
        }
        else if (Ends("ll") && IsInRegion2("l"))
        {
            Cut(1);
        }
    }
}
