using System.Globalization;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Plans;

/// <summary>
/// Takes the literals out of a statement's text and puts parameters in their place, so that statements that differ in them only can share a plan: clients of the simple protocol write each value
/// into the text. It only has to be right about where tokens begin and end; whether the parameters mean the same is for the planner to find out. Reused by a session; not thread-safe.
/// </summary>
internal sealed class LiteralScanner
{
    /// <summary>Longer texts, which mostly hold many rows of values, are left alone.</summary>
    public const int TextLengthMax = 4096;

    /// <summary>Most literals of a text.</summary>
    public const int LiteralsMax = 64;

    private readonly StringBuilder _normalized = new();
    private readonly StringBuilder _kinds = new();
    private readonly List<(long Number, string? Text)> _literals = [];
    private string _sql = "";
    private int _position;
    private bool _isFixed;

    /// <summary>A text that <see cref="TryScan"/> took, with $1, $2, … for its literals.</summary>
    public string Normalized => _normalized.ToString();

    /// <summary>A letter per literal: i for one that fits an integer, l for a bigint, s for a string.</summary>
    public string Kinds => _kinds.ToString();

    public int Count => _literals.Count;

    /// <summary>The value of a number.</summary>
    public long Number(int index) => _literals[index].Number;

    /// <summary>The content of a string; null for a number.</summary>
    public string? Text(int index) => _literals[index].Text;

    /// <summary>The parameter types that the literals stand for: null leaves it to the context, as for a quoted literal.</summary>
    public SqlType?[] ParameterTypes()
    {
        var types = new SqlType?[_kinds.Length];
        for (int i = 0; i < types.Length; i++)
            types[i] = _kinds[i] switch { 'i' => SqlType.Int4, 'l' => SqlType.Int8, _ => null };
        return types;
    }

    /// <summary>
    /// Scans one SELECT, INSERT, UPDATE or DELETE with literals. False for everything else, and for what is rarely written and hard to cut into tokens: comments, dollar quotes, escape strings,
    /// parameters, several statements.
    /// </summary>
    public bool TryScan(string sql)
    {
        if (sql.Length > TextLengthMax || !BeginsLikeQuery(sql))
            return false;
        _sql = sql;
        _position = 0;
        _isFixed = false;
        _normalized.Clear();
        _kinds.Clear();
        _literals.Clear();
        while (_position < sql.Length)
        {
            if (!TryToken(sql[_position]))
                return false;
        }

        return _literals.Count is > 0 and <= LiteralsMax;
    }

    private static bool BeginsLikeQuery(string sql)
    {
        ReadOnlySpan<char> text = sql.AsSpan().TrimStart();
        return text.StartsWith("select", StringComparison.OrdinalIgnoreCase) || text.StartsWith("update", StringComparison.OrdinalIgnoreCase) ||
            text.StartsWith("insert", StringComparison.OrdinalIgnoreCase) || text.StartsWith("delete", StringComparison.OrdinalIgnoreCase);
    }

    private bool TryToken(char c)
    {
        switch (c)
        {
            case '\'':
                return TryString();
            case '"':
                return TryQuotedName();
            case '$' or '\\' or '\0':
                return false;
            case '-' or '/' when _position + 1 < _sql.Length && _sql[_position + 1] == (c == '-' ? '-' : '*'):
                return false;
            case ';':
                return _sql.AsSpan(_position).Trim("; \t\r\n").IsEmpty && Skip();
            case '.' when _position + 1 < _sql.Length && char.IsAsciiDigit(_sql[_position + 1]):
                return CopyNumber();
        }

        if (char.IsAsciiDigit(c))
            return TryNumber();
        if (IsNamePart(c))
            return TryWord();
        _normalized.Append(c);
        _position++;
        return true;
    }

    private bool Skip()
    {
        _position = _sql.Length;
        return true;
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || c >= 0x80;

    private bool TryWord()
    {
        int begin = _position;
        while (_position < _sql.Length && IsNamePart(_sql[_position]))
            _position++;
        ReadOnlySpan<char> word = _sql.AsSpan(begin, _position - begin);
        // E'…', B'…', X'…', N'…', U&'…': other rules hold inside.
        if (word.Length == 1 && _position < _sql.Length && _sql[_position] is '\'' or '&')
            return false;
        // Behind these a number is no value of a type: a column's position, or what decides the plan.
        _isFixed |= word.Equals("by", StringComparison.OrdinalIgnoreCase) || word.Equals("limit", StringComparison.OrdinalIgnoreCase) ||
            word.Equals("offset", StringComparison.OrdinalIgnoreCase) || word.Equals("fetch", StringComparison.OrdinalIgnoreCase);
        _normalized.Append(word);
        return true;
    }

    private bool TryQuotedName()
    {
        int end = _sql.IndexOf('"', _position + 1);
        if (end < 0)
            return false;
        _normalized.Append(_sql, _position, end + 1 - _position);
        _position = end + 1;
        return true;
    }

    private bool TryNumber()
    {
        int begin = _position;
        while (_position < _sql.Length && char.IsAsciiDigit(_sql[_position]))
            _position++;
        bool isWhole = _position == _sql.Length || !(IsNamePart(_sql[_position]) || _sql[_position] == '.');
        if (_isFixed || !isWhole || !long.TryParse(_sql.AsSpan(begin, _position - begin), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            _position = begin;
            return CopyNumber();
        }

        Add(number <= int.MaxValue ? 'i' : 'l', number, null);
        return true;
    }

    /// <summary>Copies digits, points, letters (also of what is no number at all) and exponents.</summary>
    private bool CopyNumber()
    {
        while (_position < _sql.Length && (IsNamePart(_sql[_position]) || _sql[_position] == '.' || (_sql[_position] is '+' or '-' && _sql[_position - 1] is 'e' or 'E')))
            _normalized.Append(_sql[_position++]);
        return true;
    }

    private bool TryString()
    {
        int begin = _position;
        for (int i = begin + 1; i < _sql.Length; i++)
        {
            if (_sql[i] == '\\')
                return false;
            if (_sql[i] != '\'')
                continue;
            if (i + 1 < _sql.Length && _sql[i + 1] == '\'')
            {
                i++;
                continue;
            }

            _position = i + 1;
            if (_isFixed)
                _normalized.Append(_sql, begin, _position - begin);
            else
                Add('s', 0, _sql[(begin + 1)..i].Replace("''", "'", StringComparison.Ordinal));
            // A string may go on in the next line.
            int next = _position;
            while (next < _sql.Length && char.IsWhiteSpace(_sql[next]))
                next++;
            return next == _sql.Length || _sql[next] != '\'';
        }

        return false;
    }

    private void Add(char kind, long number, string? text)
    {
        _literals.Add((number, text));
        _kinds.Append(kind);
        _normalized.Append('$').Append(_literals.Count);
    }
}
