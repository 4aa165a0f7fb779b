using System.Text;

namespace Strata.Engine.Deparsing;

/// <summary>Text of a definition while it is written, with PostgreSQL's rules for line breaks and indentation. Not thread-safe.</summary>
internal sealed class PrintBuffer(PrintStyle style, int wrapColumn)
{
    /// <summary>Indentation of clauses.</summary>
    public const int ClauseIndent = 8;

    /// <summary>Indentation of joins and of list items.</summary>
    public const int ItemIndent = 4;

    private const int IndentLimit = 40;

    private readonly StringBuilder _text = new();
    private int _start; // where the innermost captured text begins

    public PrintStyle Style => style;

    /// <summary>Columns after which lists are wrapped; negative: never.</summary>
    public int WrapColumn => wrapColumn;

    public bool IsIndented => (style & PrintStyle.Indented) != 0;

    public bool HasFewParentheses => (style & PrintStyle.FewParentheses) != 0;

    public int IndentLevel { get; set; }

    public PrintBuffer Append(string text)
    {
        _text.Append(text);
        return this;
    }

    public PrintBuffer Append(char c)
    {
        _text.Append(c);
        return this;
    }

    /// <summary>A parenthesis that is left out where few are wanted.</summary>
    public void Parenthesis(char c)
    {
        if (!HasFewParentheses)
            _text.Append(c);
    }

    /// <summary>A keyword on a line of its own (when indented), with the indentation changed before and after it.</summary>
    public void Keyword(string text, int before, int after, int plus)
    {
        if (!IsIndented)
        {
            _text.Append(text);
            return;
        }

        IndentLevel += before;
        TrimSpaces();
        _text.Append('\n');
        int indent = IndentLevel < IndentLimit
            ? Math.Max(IndentLevel, 0)
            : (IndentLimit + ((IndentLevel - IndentLimit) / (ClauseIndent / 2))) % IndentLimit;
        _text.Append(' ', indent + plus).Append(text);
        IndentLevel = Math.Max(0, IndentLevel + after);
    }

    /// <summary>Runs <paramref name="write"/> and takes what it wrote out of the buffer.</summary>
    public string Capture(Action write)
    {
        int start = _text.Length;
        int outer = _start;
        _start = start;
        write();
        _start = outer;
        string text = _text.ToString(start, _text.Length - start);
        _text.Length = start;
        return text;
    }

    /// <summary>Adds an item of a list, on a new line when the line would get too long or <paramref name="breaks"/> is set.</summary>
    public void AppendItem(string item, bool isFirst, bool breaks)
    {
        if (IsIndented && wrapColumn >= 0)
        {
            if (item.StartsWith('\n'))
                TrimSpaces();
            else if (!isFirst && (CurrentLineLength + item.Length > wrapColumn || breaks))
                Keyword("", -ClauseIndent, ClauseIndent, ItemIndent);
        }

        _text.Append(item);
    }

    public void TrimSpaces()
    {
        while (_text.Length > _start && _text[^1] == ' ')
            _text.Length--;
    }

    private int CurrentLineLength
    {
        get
        {
            int length = 0;
            for (int i = _text.Length - 1; i >= _start && _text[i] != '\n'; i--)
                length++;
            return length;
        }
    }

    public override string ToString() => _text.ToString();
}
