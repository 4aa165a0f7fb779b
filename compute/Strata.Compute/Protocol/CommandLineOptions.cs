using System.Text;

namespace Strata.Compute.Protocol;

/// <summary>
/// The startup parameter <c>options</c>: words separated by spaces, '\' escapes, with <c>-c name=value</c>, <c>-cname=value</c> and <c>--name=value</c> as PostgreSQL reads
/// them, plus <c>endpoint=ID</c> (also as a setting), which names the endpoint.
/// </summary>
public static class CommandLineOptions
{
    /// <summary>Adds what the text sets to <paramref name="settings"/> and returns the endpoint that it names, or null. False when it is malformed.</summary>
    public static bool TryParse(string text, List<KeyValuePair<string, string>> settings, out string? endpoint)
    {
        endpoint = null;
        List<string> words = Split(text);
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            string assignment;
            if (word is "-c" or "--")
            {
                if (++i == words.Count)
                    return false;
                assignment = words[i];
            }
            else if (word.StartsWith("--", StringComparison.Ordinal) || word.StartsWith("-c", StringComparison.Ordinal))
            {
                assignment = word[2..];
            }
            else if (word.StartsWith("endpoint=", StringComparison.Ordinal))
            {
                assignment = word;
            }
            else
            {
                return false;
            }
            int equals = assignment.IndexOf('=');
            if (equals <= 0)
                return false;
            string name = assignment[..equals].Replace('-', '_'), value = assignment[(equals + 1)..];
            if (name == "endpoint")
                endpoint = value;
            else
                settings.Add(new(name, value));
        }
        return true;
    }

    private static List<string> Split(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool inside = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                if (inside)
                    words.Add(word.ToString());
                word.Clear();
                inside = false;
                continue;
            }
            if (c == '\\' && i + 1 < text.Length)
                c = text[++i];
            word.Append(c);
            inside = true;
        }
        if (inside)
            words.Add(word.ToString());
        return words;
    }
}
