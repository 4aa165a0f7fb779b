using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Copying;

/// <summary>
/// Cuts a stream of bytes into the lines and fields of COPY's text and CSV formats, undoing escapes and quotes. Bytes may be cut anywhere, within a character or quote too. Fields live until the next line. For one thread.
/// </summary>
internal sealed class CopyLineReader(CopyOptions options, int columns)
{
    private const int LineMaxBytes = 1 << 30;

    private byte[] _input = new byte[64 << 10];
    private int _start;
    private int _end;
    private int _scanned;
    private bool _inQuote;
    private bool _escaped;
    private bool _complete;
    private bool _finished;
    private byte[] _fields = new byte[8 << 10];
    private int _fieldBytes;
    private (int Start, int Length, bool IsNull)[] _ranges = new (int, int, bool)[Math.Max(columns, 1)];
    private int _lineStart;
    private int _lineLength;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Fields of the line that was read last.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The raw line that was read last, without its end.</summary>
    public ReadOnlySpan<byte> Line => _input.AsSpan(_lineStart, _lineLength);

    /// <summary>A field, escapes undone.</summary>
    public ReadOnlySpan<byte> Field(int index) => _fields.AsSpan(_ranges[index].Start, _ranges[index].Length);

    /// <summary>The field was the null marker.</summary>
    public bool IsNull(int index) => _ranges[index].IsNull;

    /// <summary>Adds bytes to the input.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_finished)
            return;
        if (_input.Length - _end < data.Length)
            MakeRoom(data.Length);
        data.CopyTo(_input.AsSpan(_end));
        _end += data.Length;
    }

    private void MakeRoom(int bytes)
    {
        int held = _end - _start;
        if ((long)held + bytes > LineMaxBytes)
            throw new SqlException(SqlState.ProgramLimitExceeded, "COPY line is too long");
        byte[] target = _input.Length - held >= bytes ? _input : new byte[Math.Max(_input.Length * 2, held + bytes)];
        Buffer.BlockCopy(_input, _start, target, 0, held);
        _input = target;
        _scanned -= _start;
        _start = 0;
        _end = held;
    }

    /// <summary>No more bytes will come: the last line need not end.</summary>
    public void End() => _complete = true;

    /// <summary>Reads the next whole line into fields; false when more bytes are needed or at the end. <paramref name="isEnd"/> tells that the end marker <c>\.</c> was met.</summary>
    public bool TryRead(out bool isEnd)
    {
        isEnd = false;
        if (_finished || !TryFindLine(out int length, out int next))
            return false;
        LineNumber++;
        _lineStart = _start;
        _lineLength = length;
        _start = _scanned = next;
        if (Line.SequenceEqual("\\."u8))
        {
            _finished = isEnd = true;
            return true;
        }

        FieldCount = 0;
        _fieldBytes = 0;
        if (_fields.Length < _lineLength)
            _fields = new byte[Math.Max(_lineLength, _fields.Length * 2)];
        if (options.Format == CopyFormat.Csv)
            SplitCsv();
        else
            SplitText();
        return true;
    }

    private bool TryFindLine(out int length, out int next)
    {
        bool csv = options.Format == CopyFormat.Csv;
        while (_scanned < _end)
        {
            int at = _scanned;
            byte b = _input[at];
            if (csv ? ScanCsv(b) : ScanText(b))
            {
                // A carriage return may be the first half of a line end: look at the byte behind it.
                if (b == (byte)'\r' && at + 1 == _end && !_complete)
                    break;
                bool pair = b == (byte)'\r' && at + 1 < _end && _input[at + 1] == (byte)'\n';
                length = at - _start;
                next = at + (pair ? 2 : 1);
                return true;
            }

            _scanned++;
        }

        length = _end - _start;
        next = _end;
        if (!_complete || length == 0)
            return false;
        if (_inQuote)
            throw new SqlException(SqlState.BadCopyFileFormat, "unterminated CSV quoted field");
        return true;
    }

    private bool ScanText(byte b)
    {
        if (_escaped)
        {
            _escaped = false;
            return false;
        }

        _escaped = b == (byte)'\\';
        return b is (byte)'\n' or (byte)'\r';
    }

    // Whether an escape doubles a quote shows when the next byte comes; for finding line ends toggling at each quote is the same.
    private bool ScanCsv(byte b)
    {
        if (_escaped)
        {
            _escaped = false;
            return false;
        }

        if (_inQuote && options.Escape != options.Quote && b == options.Escape)
        {
            _escaped = true;
            return false;
        }

        if (b == options.Quote)
            _inQuote = !_inQuote;
        return !_inQuote && b is ((byte)'\n' or (byte)'\r');
    }

    private void EndField(int start, bool isNull)
    {
        if (FieldCount == _ranges.Length)
            Array.Resize(ref _ranges, _ranges.Length * 2);
        _ranges[FieldCount++] = (start, _fieldBytes - start, isNull);
    }

    private void SplitText()
    {
        ReadOnlySpan<byte> line = Line;
        int at = 0;
        while (true)
        {
            int fieldStart = _fieldBytes, rawStart = at;
            while (at < line.Length && line[at] != options.Delimiter)
            {
                if (line[at] == (byte)'\\' && at + 1 < line.Length)
                    at = Unescape(line, at + 1);
                else
                    _fields[_fieldBytes++] = line[at++];
            }

            bool isNull = line[rawStart..at].SequenceEqual(options.Null);
            EndField(fieldStart, isNull);
            if (at >= line.Length)
                return;
            at++;
        }
    }

    // After a backslash: control letters, octal and hexadecimal bytes, or the character itself. Returns the position behind it.
    private int Unescape(ReadOnlySpan<byte> line, int at)
    {
        byte c = line[at++];
        switch (c)
        {
            case (byte)'b':
                c = 8;
                break;
            case (byte)'f':
                c = 12;
                break;
            case (byte)'n':
                c = 10;
                break;
            case (byte)'r':
                c = 13;
                break;
            case (byte)'t':
                c = 9;
                break;
            case (byte)'v':
                c = 11;
                break;
            case >= (byte)'0' and <= (byte)'7':
                int octal = c - '0';
                for (int i = 0; i < 2 && at < line.Length && line[at] is >= (byte)'0' and <= (byte)'7'; i++)
                    octal = (octal * 8) + (line[at++] - '0');
                c = (byte)octal;
                break;
            case (byte)'x' when at < line.Length && char.IsAsciiHexDigit((char)line[at]):
                int hex = 0;
                for (int i = 0; i < 2 && at < line.Length && char.IsAsciiHexDigit((char)line[at]); i++)
                    hex = (hex * 16) + Convert.ToInt32(((char)line[at++]).ToString(), 16);
                c = (byte)hex;
                break;
        }

        _fields[_fieldBytes++] = c;
        return at;
    }

    private void SplitCsv()
    {
        ReadOnlySpan<byte> line = Line;
        int at = 0;
        while (true)
        {
            int fieldStart = _fieldBytes, rawStart = at;
            bool inQuote = false, sawQuote = false;
            while (at < line.Length && (inQuote || line[at] != options.Delimiter))
            {
                byte c = line[at++];
                if (inQuote && c == options.Escape && at < line.Length && (line[at] == options.Quote || line[at] == options.Escape))
                    _fields[_fieldBytes++] = line[at++];
                else if (c == options.Quote)
                {
                    inQuote = !inQuote;
                    sawQuote = true;
                }
                else
                    _fields[_fieldBytes++] = c;
            }

            bool isNull = !sawQuote && line[rawStart..at].SequenceEqual(options.Null);
            EndField(fieldStart, isNull);
            if (at >= line.Length)
                return;
            at++;
        }
    }
}
