using System.Text;

namespace Strata.Engine.Types.Geometry;

/// <summary>Reads the text forms of geometric types, with all the places where PostgreSQL lets parentheses be left out. Not thread-safe.</summary>
internal ref struct GeoReader(ReadOnlySpan<byte> text, string type)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    public readonly SqlException Bad() => TypeErrors.InvalidSyntax(type, _text);

    public readonly byte Peek => _at < _text.Length ? _text[_at] : (byte)0;

    public void Skip() => _at++;

    public void SkipSpace()
    {
        while (_at < _text.Length && TypeErrors.IsSpace(_text[_at]))
            _at++;
    }

    public readonly void ExpectEnd()
    {
        if (_at < _text.Length)
            throw Bad();
    }

    public void Expect(char c)
    {
        if (Peek != c)
            throw Bad();
        _at++;
    }

    /// <summary>A coordinate with white space around it.</summary>
    public double Number()
    {
        SkipSpace();
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit((char)_text[_at]) || _text[_at] is (byte)'+' or (byte)'-' or (byte)'.'))
            _at++;
        if (_at == start)
            throw Bad();
        double value;
        try
        {
            value = NumberText.ParseFloat64(_text[start.._at]);
        }
        catch (SqlException e) when (e.State == SqlState.InvalidTextRepresentation)
        {
            throw Bad();
        }

        SkipSpace();
        return value;
    }

    /// <summary>x,y or (x,y).</summary>
    public GeoPoint Pair()
    {
        SkipSpace();
        bool isEnclosed = Peek == '(';
        if (isEnclosed)
            _at++;
        double x = Number();
        Expect(',');
        double y = Number();
        if (isEnclosed)
        {
            Expect(')');
            SkipSpace();
        }

        return new GeoPoint(x, y);
    }

    /// <summary>How many points the commas make; 0 when they make none.</summary>
    public readonly int CountPairs()
    {
        int commas = _text.Count((byte)',');
        return commas % 2 == 1 ? (commas + 1) / 2 : 0;
    }

    /// <summary>Points in parentheses, in brackets where <paramref name="mayBeOpen"/>, or bare. Stops behind them.</summary>
    public GeoPoint[] Points(int count, bool mayBeOpen, out bool isOpen)
    {
        int depth = 0;
        SkipSpace();
        isOpen = Peek == '[';
        if (isOpen)
        {
            if (!mayBeOpen)
                throw Bad();
            depth++;
            _at++;
        }
        else if (Peek == '(')
        {
            int next = _at + 1;
            while (next < _text.Length && TypeErrors.IsSpace(_text[next]))
                next++;
            if ((next < _text.Length && _text[next] == (byte)'(') || _text.LastIndexOf((byte)'(') == _at)
            {
                depth++;
                _at = next;
            }
        }

        var points = new GeoPoint[count];
        for (int i = 0; i < count; i++)
        {
            points[i] = Pair();
            if (Peek == ',')
                _at++;
        }

        while (depth > 0)
        {
            if (Peek != ')' && !(Peek == ']' && isOpen && depth == 1))
                throw Bad();
            depth--;
            _at++;
            SkipSpace();
        }

        return points;
    }

    /// <summary>Skips a single parenthesis around all points.</summary>
    public bool SkipOnlyParenthesis()
    {
        SkipSpace();
        if (Peek != '(' || _text.LastIndexOf((byte)'(') != _at)
            return false;
        _at++;
        return true;
    }

    /// <summary>The opening of a circle: &lt;, or the first of two parentheses.</summary>
    public bool SkipCircleOpening()
    {
        SkipSpace();
        if (Peek == '<')
        {
            _at++;
            return true;
        }

        if (Peek != '(')
            return false;
        int next = _at + 1;
        while (next < _text.Length && TypeErrors.IsSpace(_text[next]))
            next++;
        if (next >= _text.Length || _text[next] != (byte)'(')
            return false;
        _at = next;
        return true;
    }

    public override readonly string ToString() => Encoding.UTF8.GetString(_text);
}
