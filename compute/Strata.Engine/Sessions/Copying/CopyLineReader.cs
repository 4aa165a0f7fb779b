using System.Buffers;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Copying;

/// <summary>
/// Cuts a stream of bytes into the lines and fields of COPY's text and CSV formats, undoing escapes and quotes. Bytes may be cut anywhere, within a character or quote too. Fields live until more bytes
/// are added or the next line is read. For one thread.
/// </summary>
/// <remarks>
/// A line is read in one pass: from one byte that means something (delimiter, line end, backslash or quote) to the next, many bytes at a time. A field without escapes stays where it is in the input; others
/// are copied. A line that has not arrived as a whole is read again from its start when more has come, but not before a line end is among it.
/// </remarks>
internal sealed class CopyLineReader(CopyOptions options, int columns)
{
    private const int LineMaxBytes = 1 << 30;

    private readonly SearchValues<byte> _special = options.Format == CopyFormat.Csv
        ? SearchValues.Create([options.Delimiter, options.Quote, (byte)'\n', (byte)'\r'])
        : SearchValues.Create([options.Delimiter, (byte)'\\', (byte)'\n', (byte)'\r']);

    private readonly bool _hasNoColumns = columns == 0;
    private byte[] _input = new byte[64 << 10];
    private int _start;
    private int _end;
    private int _searched;
    private bool _complete;
    private bool _finished;
    private byte[] _fields = new byte[8 << 10];
    private int _fieldBytes;
    private Range[] _ranges = new Range[Math.Max(columns, 1)];
    private int _lineStart;
    private int _lineLength;

    private enum Ending
    {
        Field,
        Line,
        Incomplete,
    }

    private readonly record struct Range(int Start, int Length, bool IsNull, bool IsCopied);

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Fields of the line that was read last.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The raw line that was read last, without its end.</summary>
    public ReadOnlySpan<byte> Line => _input.AsSpan(_lineStart, _lineLength);

    /// <summary>A field, escapes undone.</summary>
    public ReadOnlySpan<byte> Field(int index)
    {
        ref readonly Range range = ref _ranges[index];
        return (range.IsCopied ? _fields : _input).AsSpan(range.Start, range.Length);
    }

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
        _searched = Math.Max(0, _searched - _start);
        _start = 0;
        _end = held;
    }

    /// <summary>No more bytes will come: the last line need not end.</summary>
    public void End() => _complete = true;

    /// <summary>Reads the next whole line into fields; false when more bytes are needed or at the end. <paramref name="isEnd"/> tells that the end marker <c>\.</c> was met.</summary>
    public bool TryRead(out bool isEnd)
    {
        isEnd = false;
        if (_finished || _start == _end || !HasLineEnd())
            return false;
        FieldCount = 0;
        _fieldBytes = 0;
        int at = _start;
        while (true)
        {
            Ending ending = options.Format == CopyFormat.Csv ? ReadCsvField(ref at) : ReadTextField(ref at);
            if (ending == Ending.Incomplete)
                return false;
            if (ending == Ending.Line)
                break;
        }

        _lineStart = _start;
        _lineLength = at - _start;
        // An empty line is a row of a table without columns.
        if (_hasNoColumns && _lineLength == 0)
            FieldCount = 0;
        int next = at;
        if (next < _end)
            next += _input[next] == (byte)'\r' && next + 1 < _end && _input[next + 1] == (byte)'\n' ? 2 : 1;
        _start = _searched = next;
        LineNumber++;
        if (_lineLength == 2 && Line.SequenceEqual("\\."u8))
            _finished = isEnd = true;
        return true;
    }

    // A long line comes in many pieces: it is not read before it may be whole.
    private bool HasLineEnd()
    {
        if (_complete || _searched <= _start)
            return true;
        bool found = _input.AsSpan(_searched, _end - _searched).IndexOfAny((byte)'\n', (byte)'\r') >= 0;
        _searched = _end;
        return found;
    }

    private Ending Incomplete()
    {
        _searched = _end;
        return Ending.Incomplete;
    }

    // At a line end: it may be the first half of one.
    private Ending EndLine(int at) => _input[at] == (byte)'\r' && at + 1 == _end && !_complete ? Wait(at) : Ending.Line;

    private Ending Wait(int at)
    {
        _searched = at;
        return Ending.Incomplete;
    }

    private Ending ReadTextField(ref int at)
    {
        int start = at, copiedFrom = at, copied = _fieldBytes;
        bool isCopied = false;
        while (true)
        {
            int found = _input.AsSpan(at, _end - at).IndexOfAny(_special);
            at = found < 0 ? _end : at + found;
            if (at == _end && !_complete)
                return Incomplete();
            if (at < _end && _input[at] == (byte)'\\')
            {
                // The character behind it means itself, a line end too; a backslash at the very end is one.
                if (at + 1 == _end && !_complete)
                    return Incomplete();
                if (at + 1 == _end)
                {
                    at++;
                    continue;
                }

                isCopied = true;
                CopyRaw(copiedFrom, at);
                at = UnescapeAt(at + 1);
                copiedFrom = at;
                continue;
            }

            Ending ending = at == _end ? Ending.Line : _input[at] == options.Delimiter ? Ending.Field : EndLine(at);
            if (ending == Ending.Incomplete)
                return ending;
            if (isCopied)
                CopyRaw(copiedFrom, at);
            bool isNull = _input.AsSpan(start, at - start).SequenceEqual(options.Null);
            AddField(isCopied ? new Range(copied, _fieldBytes - copied, isNull, true) : new Range(start, at - start, isNull, false));
            if (ending == Ending.Field)
                at++;
            return ending;
        }
    }

    // Digits of an octal or hexadecimal byte that have not arrived yet are waited for by the line end behind them: until then the line is read again from its start.
    private int UnescapeAt(int at)
    {
        ReserveFields(1);
        return Unescape(_input.AsSpan(0, _end), at);
    }

    private void CopyRaw(int from, int to)
    {
        ReserveFields(to - from);
        _input.AsSpan(from, to - from).CopyTo(_fields.AsSpan(_fieldBytes));
        _fieldBytes += to - from;
    }

    private void ReserveFields(int bytes)
    {
        if (_fields.Length - _fieldBytes < bytes)
            Array.Resize(ref _fields, Math.Max(_fields.Length * 2, _fieldBytes + bytes));
    }

    private void AddField(in Range range)
    {
        if (FieldCount == _ranges.Length)
            Array.Resize(ref _ranges, _ranges.Length * 2);
        _ranges[FieldCount++] = range;
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

    private Ending ReadCsvField(ref int at)
    {
        int start = at, copied = _fieldBytes;
        bool wasQuoted = false;
        int copiedFrom = at;
        while (true)
        {
            int found = _input.AsSpan(at, _end - at).IndexOfAny(_special);
            at = found < 0 ? _end : at + found;
            if (at == _end && !_complete)
                return Incomplete();
            if (at < _end && _input[at] == options.Quote)
            {
                CopyRaw(copiedFrom, at);
                wasQuoted = true;
                at++;
                if (!TryReadQuoted(ref at))
                    return Incomplete();
                copiedFrom = at;
                continue;
            }

            Ending ending = at == _end ? Ending.Line : _input[at] == options.Delimiter ? Ending.Field : EndLine(at);
            if (ending == Ending.Incomplete)
                return ending;
            if (wasQuoted)
            {
                CopyRaw(copiedFrom, at);
                AddField(new Range(copied, _fieldBytes - copied, false, true));
            }
            else
            {
                AddField(new Range(start, at - start, _input.AsSpan(start, at - start).SequenceEqual(options.Null), false));
            }

            if (ending == Ending.Field)
                at++;
            return ending;
        }
    }

    // Copies what is between two quotes; at the end the position is behind the second. False when that has not arrived.
    private bool TryReadQuoted(ref int at)
    {
        while (true)
        {
            int from = at;
            int found = _input.AsSpan(at, _end - at).IndexOfAny(options.Quote, options.Escape);
            at = found < 0 ? _end : at + found;
            CopyRaw(from, at);
            if (at == _end)
                return _complete ? throw new SqlException(SqlState.BadCopyFileFormat, "unterminated CSV quoted field") : false;
            byte c = _input[at];
            if (c == options.Escape)
            {
                // Whether it escapes shows in the byte behind it.
                if (at + 1 == _end && !_complete)
                    return false;
                if (at + 1 < _end && (_input[at + 1] == options.Quote || _input[at + 1] == options.Escape))
                {
                    CopyRaw(at + 1, at + 2);
                    at += 2;
                    continue;
                }
            }

            at++;
            if (c == options.Quote)
                return true;
            CopyRaw(at - 1, at);
        }
    }
}
