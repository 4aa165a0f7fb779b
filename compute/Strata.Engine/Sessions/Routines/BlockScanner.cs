using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Routines;

/// <summary>Reads the text of an anonymous block: words, and statements up to where they end. For one block.</summary>
internal sealed class BlockScanner(string text)
{
    private int _at;

    /// <summary>The next word in lower case, which stays; an empty one where no word stands.</summary>
    public string Peek()
    {
        SkipSpace();
        int end = _at;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        return text[_at..end].ToLowerInvariant();
    }

    /// <summary>Takes a word if it comes next.</summary>
    public bool Accept(string word)
    {
        if (Peek() != word)
            return false;
        _at += word.Length;
        return true;
    }

    /// <summary>Takes a sign if it comes next.</summary>
    public bool Accept(char sign)
    {
        SkipSpace();
        if (_at >= text.Length || text[_at] != sign)
            return false;
        _at++;
        return true;
    }

    /// <summary>Takes a word. Throws 42601 when another comes.</summary>
    public void Expect(string word)
    {
        if (!Accept(word))
            throw Unexpected();
    }

    public void Expect(char sign)
    {
        if (!Accept(sign))
            throw Unexpected();
    }

    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    /// <summary>42601 for what comes next.</summary>
    public SqlException Unexpected()
    {
        SkipSpace();
        string word = Peek();
        return new SqlException(SqlState.SyntaxError, _at == text.Length
            ? "syntax error at end of input" : $"syntax error at or near \"{(word.Length > 0 ? word : text[_at].ToString())}\"");
    }

    /// <summary>The text up to a semicolon, which is taken too, or up to a word outside parentheses and CASE, which is not. Throws 42601 at the end of the text.</summary>
    public string Until(string? word)
    {
        SkipSpace();
        int start = _at;
        if (!TryReach(';', word))
            throw Unexpected();
        string found = text[start.._at];
        if (text[_at] != ';')
            return found;
        if (word is not null)
            throw Unexpected();
        _at++;
        return found;
    }

    /// <summary>The text up to a comma or a word outside parentheses, brackets and CASE, which are not taken, or to the end.</summary>
    public string Part(string? word)
    {
        SkipSpace();
        int start = _at;
        TryReach(',', word);
        return text[start.._at];
    }

    // Goes to a sign or a word, whichever comes first outside parentheses, brackets and CASE; false at the end of the text.
    private bool TryReach(char sign, string? word)
    {
        int parentheses = 0, cases = 0;
        while (_at < text.Length)
        {
            char c = text[_at];
            if (TrySkipQuoted() || TrySkipComment())
                continue;
            if (char.IsLetter(c) || c == '_')
            {
                string next = Peek();
                if (parentheses == 0 && cases == 0 && next == word)
                    return true;
                cases += next == "case" ? 1 : next == "end" && cases > 0 ? -1 : 0;
                _at += next.Length;
                continue;
            }

            if (c == sign && parentheses <= 0)
                return true;
            parentheses += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            _at++;
        }

        return false;
    }

    /// <summary>Number of the line that comes next, from 1.</summary>
    public int Line
    {
        get
        {
            SkipSpace();
            return text.AsSpan(0, _at).Count('\n') + 1;
        }
    }

    /// <summary>Takes a string constant, as it is written, if one comes next.</summary>
    public bool TryString([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? literal)
    {
        SkipSpace();
        int start = _at;
        literal = null;
        if (_at + 1 < text.Length && text[_at] is 'e' or 'E' && text[_at + 1] == '\'')
            _at++;
        if (_at < text.Length && text[_at] is '\'' or '$' && TrySkipQuoted())
            literal = text[start.._at];
        else
            _at = start;
        return literal is not null;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && (char.IsWhiteSpace(text[_at]) || TrySkipComment(before: true)))
            if (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
    }

    private bool TrySkipComment(bool before = false)
    {
        if (text.AsSpan(_at).StartsWith("--", StringComparison.Ordinal))
        {
            int end = text.IndexOf('\n', _at);
            _at = end < 0 ? text.Length : end;
            return true;
        }

        if (!text.AsSpan(_at).StartsWith("/*", StringComparison.Ordinal))
            return false;
        int close = text.IndexOf("*/", _at, StringComparison.Ordinal);
        _at = close < 0 ? text.Length : close + 2;
        return !before || _at <= text.Length;
    }

    // Strings, quoted names and dollar-quoted texts.
    private bool TrySkipQuoted()
    {
        char quote = text[_at];
        if (quote is '\'' or '"')
        {
            bool hasEscapes = quote == '\'' && _at > 0 && text[_at - 1] is 'e' or 'E';
            for (_at++; _at < text.Length && text[_at] != quote; _at++)
                if (hasEscapes && text[_at] == '\\')
                    _at++;
            _at = Math.Min(_at + 1, text.Length);
            return true;
        }

        if (quote != '$')
            return false;
        int end = _at + 1;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        if (end >= text.Length || text[end] != '$')
            return false;
        string tag = text[_at..(end + 1)];
        int close = text.IndexOf(tag, end + 1, StringComparison.Ordinal);
        _at = close < 0 ? text.Length : close + tag.Length;
        return true;
    }
}
