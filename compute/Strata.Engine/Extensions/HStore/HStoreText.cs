using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.HStore;

/// <summary>The text form of hstores: <c>"key"=>"value", "other"=>NULL</c>. Stateless; thread-safe.</summary>
internal static class HStoreText
{
    /// <summary>Reads a text. Throws XX000, as PostgreSQL 15 does.</summary>
    public static byte[] Parse(ReadOnlySpan<byte> text)
    {
        var reader = new Reader(text);
        var builder = new HStoreBuilder();
        while (reader.ReadWord(isKey: true, out byte[] key, out _))
        {
            reader.SkipSpace();
            reader.Expect((byte)'=');
            reader.Expect((byte)'>');
            if (!reader.ReadWord(isKey: false, out byte[] value, out bool isQuoted))
                throw UnexpectedEnd();
            bool isNull = !isQuoted && value.Length == 4 && System.Text.Ascii.EqualsIgnoreCase(value, "null"u8);
            builder.Add(key, value, isNull);
            reader.SkipSpace();
            if (reader.IsAtEnd)
                break;
            reader.Expect((byte)',');
        }

        return builder.Build();
    }

    private static SqlException UnexpectedEnd() => new(SqlState.InternalError, "Unexpected end of string");

    private ref struct Reader(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _at;

        public readonly bool IsAtEnd => _at >= _text.Length;

        public void SkipSpace()
        {
            while (_at < _text.Length && IsSpace(_text[_at]))
                _at++;
        }

        private static bool IsSpace(byte c) => c is (byte)' ' or (>= 9 and <= 13);

        public void Expect(byte wanted)
        {
            if (IsAtEnd)
                throw UnexpectedEnd();
            if (_text[_at] != wanted)
                throw Wrong();
            _at++;
        }

        private readonly SqlException Wrong()
        {
            _ = Rune.DecodeFromUtf8(_text[_at..], out _, out int bytes);
            return new SqlException(SqlState.InternalError, $"Syntax error near \"{Encoding.UTF8.GetString(_text.Slice(_at, bytes))}\" at position {_at}");
        }

        /// <summary>A key or a value, quoted or not; false at the end of the text. A key without quotes ends at an equals sign, a value at a comma.</summary>
        public bool ReadWord(bool isKey, out byte[] word, out bool isQuoted)
        {
            SkipSpace();
            word = [];
            isQuoted = !IsAtEnd && _text[_at] == '"';
            if (IsAtEnd)
                return false;
            if (isKey && _text[_at] == '=')
                throw Wrong();
            var bytes = new List<byte>();
            if (isQuoted)
                ReadQuoted(bytes);
            else
                ReadPlain(isKey, bytes);
            word = [.. bytes];
            return true;
        }

        private void ReadQuoted(List<byte> bytes)
        {
            for (_at++; ; _at++)
            {
                if (IsAtEnd)
                    throw UnexpectedEnd();
                if (_text[_at] == '"')
                    break;
                if (_text[_at] == '\\' && ++_at >= _text.Length)
                    throw UnexpectedEnd();
                bytes.Add(_text[_at]);
            }

            _at++;
        }

        private void ReadPlain(bool isKey, List<byte> bytes)
        {
            for (; !IsAtEnd; _at++)
            {
                byte c = _text[_at];
                // The first character of a value may be a comma.
                bool isEnd = IsSpace(c) || (bytes.Count > 0 && c == (isKey ? (byte)'=' : (byte)','));
                if (isEnd)
                    return;
                if (c == '\\' && ++_at >= _text.Length)
                    throw UnexpectedEnd();
                bytes.Add(_text[_at]);
            }
        }
    }

    /// <summary>Writes the text form.</summary>
    public static void Write(in HStoreValue value, ByteBuffer buffer)
    {
        for (int i = 0; i < value.Count; i++)
        {
            if (i > 0)
                buffer.Write(", "u8);
            WriteQuoted(value.Key(i), buffer);
            buffer.Write("=>"u8);
            if (value.IsNull(i))
                buffer.Write("NULL"u8);
            else
                WriteQuoted(value.Value(i), buffer);
        }
    }

    private static void WriteQuoted(ReadOnlySpan<byte> text, ByteBuffer buffer)
    {
        buffer.Write('"');
        foreach (byte b in text)
        {
            if (b is (byte)'"' or (byte)'\\')
                buffer.Write('\\');
            buffer.Write(b);
        }

        buffer.Write('"');
    }
}
