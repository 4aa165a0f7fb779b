namespace Strata.Engine.Types;

/// <summary>
/// The braces, quotes and delimiters of an array literal, checked the way PostgreSQL does before it reads any element (ArrayCount): the error of a malformed literal comes before that of an element.
/// </summary>
internal ref struct ArrayShape(string whole, int start, char delimiter)
{
    private enum Place
    {
        Outside,
        LevelStarted,
        ElementStarted,
        QuoteStarted,
        QuoteCompleted,
        ElementDelimited,
        LevelCompleted,
        LevelDelimited,
    }

    /// <summary>The literal without what stands before its first brace, as messages show it.</summary>
    private readonly string _text = whole[start..];
    private readonly int[] _counts = [1, 1, 1, 1, 1, 1];
    private readonly int[] _knownCounts = new int[ArrayValue.DimensionsMax];
    private Place _place;
    private int _level;
    private bool _isQuoted;

    /// <summary>Throws 22P02 where the text from its first brace on is not an array.</summary>
    public void Check()
    {
        int at = 0;
        do
        {
            if (at >= _text.Length)
                throw ArrayText.Malformed(_text, "Unexpected end of input.");
            if (_text[at] == '\\')
                Escape(ref at);
            else
                Take(_text[at]);
            at++;
        }
        while (_level > 0 || _place == Place.Outside);
        if (!_text.AsSpan(at).IsWhiteSpace())
            throw ArrayText.Malformed(_text, "Junk after closing right brace.");
    }

    private readonly SqlException Unexpected(char c) => ArrayText.Malformed(_text, $"Unexpected \"{c}\" character.");

    private readonly SqlException UnexpectedElement() => ArrayText.Malformed(_text, "Unexpected array element.");

    private readonly bool IsBeforeElement => _place is Place.LevelStarted or Place.ElementDelimited;

    private readonly bool IsBehindItem => _place is Place.ElementStarted or Place.QuoteCompleted or Place.LevelCompleted;

    private void Escape(ref int at)
    {
        if (!IsBeforeElement && _place is not (Place.ElementStarted or Place.QuoteStarted))
            throw Unexpected('\\');
        if (_place != Place.QuoteStarted)
            _place = Place.ElementStarted;
        if (++at >= _text.Length)
            throw ArrayText.Malformed(_text, "Unexpected end of input.");
    }

    private void Take(char c)
    {
        if (c == '"')
        {
            if (!IsBeforeElement && _place != Place.QuoteStarted)
                throw UnexpectedElement();
            _isQuoted = !_isQuoted;
            _place = _isQuoted ? Place.QuoteStarted : Place.QuoteCompleted;
        }
        else if (_isQuoted)
        {
            return;
        }
        else if (c == '{')
        {
            Open();
        }
        else if (c == '}')
        {
            Close();
        }
        else if (c == delimiter)
        {
            if (!IsBehindItem)
                throw Unexpected(c);
            _place = _place == Place.LevelCompleted ? Place.LevelDelimited : Place.ElementDelimited;
            _counts[_level - 1]++;
        }
        else if (!char.IsWhiteSpace(c))
        {
            if (!IsBeforeElement && _place != Place.ElementStarted)
                throw UnexpectedElement();
            _place = Place.ElementStarted;
        }
    }

    private void Open()
    {
        if (_place is not (Place.Outside or Place.LevelStarted or Place.LevelDelimited))
            throw Unexpected('{');
        _place = Place.LevelStarted;
        if (_level >= ArrayValue.DimensionsMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"number of array dimensions ({_level + 1}) exceeds the maximum allowed ({ArrayValue.DimensionsMax})");
        _level++;
    }

    private void Close()
    {
        if (!IsBehindItem && !(_level == 1 && _place == Place.LevelStarted))
            throw Unexpected('}');
        _place = Place.LevelCompleted;
        _level--;
        if (_knownCounts[_level] != 0 && _counts[_level] != _knownCounts[_level])
            throw ArrayText.Malformed(_text, "Multidimensional arrays must have sub-arrays with matching dimensions.");
        _knownCounts[_level] = _counts[_level];
        _counts[_level] = 1;
    }
}
