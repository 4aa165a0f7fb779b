using System.Text;

namespace Strata.Engine.Types.TextSearch;

/// <summary>Reads words of a tsvector's or tsquery's text: plain, with backslashes, or in quotes. Not thread-safe.</summary>
internal ref struct TsWordReader(ReadOnlySpan<byte> text, bool isQuery)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private readonly ByteBuffer _word = new(32);

    public int At { get; set; }

    public readonly byte Peek => At < _text.Length ? _text[At] : (byte)0;

    public readonly bool IsAtEnd => At >= _text.Length;

    public readonly SqlException Bad() =>
        new(SqlState.SyntaxError, $"syntax error in {(isQuery ? "tsquery" : "tsvector")}: \"{Encoding.UTF8.GetString(_text)}\"");

    public void SkipSpace()
    {
        while (At < _text.Length && TypeErrors.IsSpace(_text[At]))
            At++;
    }

    private static bool IsOperator(byte c) => c is (byte)'!' or (byte)'&' or (byte)'|' or (byte)'(' or (byte)')' or (byte)'<';

    /// <summary>The next word; the reader stands at its first byte.</summary>
    public byte[] Word()
    {
        _word.Clear();
        if (Peek == '\'')
            QuotedWord();
        else
            PlainWord();
        if (_word.Length == 0)
            throw Bad();
        if (_word.Length > TsLexeme.WordBytesMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"word is too long ({_word.Length} bytes, max {TsLexeme.WordBytesMax} bytes)");
        return _word.ToArray();
    }

    private void QuotedWord()
    {
        At++;
        while (true)
        {
            if (IsAtEnd)
                throw Bad();
            byte c = _text[At++];
            if (c == (byte)'\\')
            {
                if (IsAtEnd)
                    throw Escape();
                _word.Write(_text[At++]);
            }
            else if (c != (byte)'\'')
            {
                _word.Write(c);
            }
            else if (Peek == '\'')
            {
                _word.Write(_text[At++]);
            }
            else
            {
                return;
            }
        }
    }

    private readonly SqlException Escape() => new(SqlState.SyntaxError, $"there is no escaped character: \"{Encoding.UTF8.GetString(_text)}\"");

    private void PlainWord()
    {
        while (!IsAtEnd)
        {
            byte c = _text[At];
            // A colon that begins a word of a tsvector belongs to it.
            if (TypeErrors.IsSpace(c) || (c == (byte)':' && (isQuery || _word.Length > 0)) || (isQuery && IsOperator(c)))
                return;
            // A quote in the middle ends the word.
            if (c == (byte)'\'' && _word.Length > 0 && !isQuery)
                return;
            At++;
            if (c == (byte)'\\')
            {
                if (IsAtEnd)
                    throw Escape();
                c = _text[At++];
            }

            _word.Write(c);
        }
    }

    private static int Letter(byte c) => c switch
    {
        (byte)'a' or (byte)'A' or (byte)'*' => 3,
        (byte)'b' or (byte)'B' => 2,
        (byte)'c' or (byte)'C' => 1,
        (byte)'d' or (byte)'D' => 0,
        _ => -1,
    };

    /// <summary>The digits as C reads them into a long.</summary>
    private long Number()
    {
        Int128 number = 0;
        for (; Peek is >= (byte)'0' and <= (byte)'9'; At++)
            number = Int128.Min((number * 10) + (Peek - '0'), long.MaxValue);
        return (long)number;
    }

    /// <summary>What PostgreSQL keeps of it: too large is the largest, but beyond 32 bits it counts what is left in them, and then in 14.</summary>
    private static int PositionOf(long number) =>
        unchecked((int)number) is var position && position > TsLexeme.PositionMax ? TsLexeme.PositionMax : position & TsLexeme.PositionMax;

    /// <summary>:1A,2,… behind a word of a tsvector; empty without.</summary>
    public List<ushort> Positions()
    {
        var positions = new List<ushort>();
        if (Peek != ':')
            return positions;
        do
        {
            At++;
            if (Peek is < (byte)'0' or > (byte)'9')
                throw Bad();
            int position = PositionOf(Number());
            if (position == 0)
                throw new SqlException(SqlState.SyntaxError, $"wrong position info in tsvector: \"{Encoding.UTF8.GetString(_text)}\"");
            // D is no weight: another letter may follow it.
            int weight = 0;
            for (int letter = Letter(Peek); letter >= 0 && weight == 0; letter = Letter(Peek))
            {
                weight = letter;
                At++;
            }

            positions.Add(TsLexeme.Pack(position, weight));
        }
        while (Peek == ',');
        if (!IsAtEnd && !TypeErrors.IsSpace(Peek))
            throw Bad();
        return positions;
    }
}
