namespace Strata.Engine.Types;

/// <summary>Case as PostgreSQL folds words in UTF-8: only ASCII letters. Thread-safe.</summary>
internal static class AsciiCase
{
    /// <summary>The text with its ASCII letters in lower case.</summary>
    public static string Lower(string text) => string.Create(text.Length, text, static (lower, word) =>
    {
        for (int i = 0; i < lower.Length; i++)
            lower[i] = Lower(word[i]);
    });

    /// <summary>The letter in lower case.</summary>
    public static char Lower(char c) => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
}
