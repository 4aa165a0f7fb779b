using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>Text form of arrays: {1,2}, {{a,"b c"},{NULL,""}}, [0:1]={1,2}.</summary>
internal static class ArrayText
{
    internal static SqlException Malformed(string text, string? detail) =>
        new(SqlState.InvalidTextRepresentation, $"malformed array literal: \"{text}\"") { Detail = detail };

    public static void Parse(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        string text = Encoding.UTF8.GetString(bytes);
        SqlType element = type.ElementType!.WithTypmod(type.Typmod);
        var builder = new ArrayBuilder();
        using var item = new Vector(element);
        var parser = new Parser(text, element, context, builder, item);
        try
        {
            parser.Run();
        }
        catch (SqlException) when (parser.Start >= 0)
        {
            new ArrayShape(text, parser.Start, (char)element.Delimiter).Check();
            throw;
        }

        result.SetBytes(row, builder.Build(element.Oid, parser.Lengths, parser.LowerBounds));
    }

    private ref struct Parser(string text, SqlType element, IFunctionContext context, ArrayBuilder builder, Vector item)
    {
        private readonly int[] _lengths = new int[ArrayValue.DimensionsMax];
        private readonly int[] _lowerBounds = new int[ArrayValue.DimensionsMax];
        private int _dimensions;
        private int _declared;
        private int _at;

        /// <summary>Where the first brace is; -1 before it was found.</summary>
        public int Start { get; private set; } = -1;

        public readonly ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, _dimensions);

        public readonly ReadOnlySpan<int> LowerBounds => _lowerBounds.AsSpan(0, _dimensions);

        public void Run()
        {
            Array.Fill(_lowerBounds, 1);
            Array.Fill(_lengths, -1);
            SkipSpace();
            ParseBounds();
            if (_at >= text.Length || text[_at] != '{')
                throw Malformed(text, _declared > 0 ? "Array contents must start with \"{\"." : "Array value must start with \"{\" or dimension information.");
            Start = _at;
            int[] declaredLengths = [.. _lengths];
            Array.Fill(_lengths, -1);
            ParseLevel(0);
            SkipSpace();
            if (_at < text.Length)
                throw Malformed(text, "Junk after closing right brace.");
            if (_declared > 0 && builder.Count > 0 && (_declared != _dimensions || !declaredLengths.AsSpan(0, _declared).SequenceEqual(Lengths)))
                throw Malformed(text, "Specified array dimensions do not match array contents.");
        }

        private void SkipSpace()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
        }

        private void ParseBounds()
        {
            while (_at < text.Length && text[_at] == '[')
            {
                if (_at + 1 < text.Length && !(char.IsAsciiDigit(text[_at + 1]) || text[_at + 1] is '-' or '+'))
                    throw Malformed(text, "\"[\" must introduce explicitly-specified array dimensions.");
                int end = text.IndexOf(']', _at);
                if (end < 0 || _declared >= ArrayValue.DimensionsMax)
                    throw Malformed(text, "Missing \"]\" after array dimensions.");
                int digits = _at + 1;
                while (digits < end && (char.IsAsciiDigit(text[digits]) || text[digits] is '-' or '+'))
                    digits++;
                if (digits > _at + 1 && digits < end && text[digits] != ':')
                    throw Malformed(text, "Missing \"]\" after array dimensions.");
                string[] parts = text[(_at + 1)..end].Split(':');
                int lower = 1;
                if (parts.Length > 2 || !int.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int upper)
                    || (parts.Length == 2 && !int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out lower)))
                    throw Malformed(text, "\"[\" must introduce explicitly-specified array dimensions.");
                if (upper < lower)
                    throw new SqlException(SqlState.ArraySubscriptError, "upper bound cannot be less than lower bound");
                _lowerBounds[_declared] = lower;
                _lengths[_declared++] = upper - lower + 1;
                _at = end + 1;
                SkipSpace();
            }

            if (_declared == 0)
                return;
            if (_at >= text.Length || text[_at] != '=')
                throw Malformed(text, "Missing \"=\" after array dimensions.");
            _at++;
            SkipSpace();
        }

        private void ParseLevel(int depth)
        {
            DepthGuard.Check();
            if (depth >= ArrayValue.DimensionsMax)
                throw new SqlException(SqlState.ProgramLimitExceeded, $"number of array dimensions ({depth + 1}) exceeds the maximum allowed ({ArrayValue.DimensionsMax})");
            _at++;
            int count = 0;
            bool nested = false;
            while (true)
            {
                SkipSpace();
                if (_at >= text.Length)
                    throw Malformed(text, "Unexpected end of input.");
                char c = text[_at];
                if (c == '}' && count == 0)
                    break;
                if (c == '{')
                {
                    if (count > 0 && !nested)
                        throw Malformed(text, "Multidimensional arrays must have sub-arrays with matching dimensions.");
                    nested = true;
                    ParseLevel(depth + 1);
                }
                else
                {
                    if (nested || (_dimensions > 0 && depth + 1 != _dimensions))
                        throw Malformed(text, nested ? "Unexpected array element." : "Multidimensional arrays must have sub-arrays with matching dimensions.");
                    _dimensions = depth + 1;
                    ParseElement();
                }

                count++;
                SkipSpace();
                if (_at < text.Length && text[_at] == (char)element.Delimiter)
                {
                    _at++;
                    SkipSpace();
                    if (_at < text.Length && text[_at] == '}')
                        throw Malformed(text, "Unexpected \"}\" character.");
                    continue;
                }

                if (_at < text.Length && text[_at] == '}')
                    break;
                throw Malformed(text, _at >= text.Length ? "Unexpected end of input." : $"Unexpected \"{text[_at]}\" character.");
            }

            _at++;
            if (_lengths[depth] < 0)
                _lengths[depth] = count;
            else if (_lengths[depth] != count)
                throw Malformed(text, "Multidimensional arrays must have sub-arrays with matching dimensions.");
        }

        private void ParseElement()
        {
            var value = new StringBuilder();
            bool quoted = false;
            if (text[_at] == '"')
            {
                quoted = true;
                for (_at++; ; _at++)
                {
                    if (_at >= text.Length)
                        throw Malformed(text, "Unexpected end of input.");
                    if (text[_at] == '"')
                        break;
                    if (text[_at] == '\\')
                        _at++;
                    if (_at >= text.Length)
                        throw Malformed(text, "Unexpected end of input.");
                    value.Append(text[_at]);
                }

                _at++;
            }
            else
            {
                int significant = 0;
                for (; _at < text.Length && text[_at] != (char)element.Delimiter && text[_at] != '}'; _at++)
                {
                    if (text[_at] is '{' or '"')
                        throw Malformed(text, text[_at] == '{' ? "Unexpected \"{\" character." : "Unexpected array element.");
                    bool escaped = text[_at] == '\\';
                    if (escaped && ++_at >= text.Length)
                        throw Malformed(text, "Unexpected end of input.");
                    value.Append(text[_at]);
                    if (escaped || !char.IsWhiteSpace(text[_at]))
                        significant = value.Length;
                    quoted |= escaped;
                }

                value.Length = significant;
                if (value.Length == 0)
                    throw Malformed(text, _at < text.Length ? $"Unexpected \"{text[_at]}\" character." : "Unexpected end of input.");
            }

            string content = value.ToString();
            if (!quoted && content.Equals("NULL", StringComparison.OrdinalIgnoreCase))
            {
                builder.AddNull();
                return;
            }

            item.Reset(1);
            TypeInput.Parse(element, Encoding.UTF8.GetBytes(content), context, item, 0);
            builder.Add(item.GetStored(0));
        }
    }

    public static void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        var array = new ArrayValue(stored);
        if (array.Count == 0)
        {
            buffer.Write("{}"u8);
            return;
        }

        bool showBounds = false;
        for (int i = 0; i < array.Dimensions; i++)
            showBounds |= array.LowerBound(i) != 1;
        if (showBounds)
        {
            for (int i = 0; i < array.Dimensions; i++)
            {
                buffer.Write('[');
                buffer.WriteNumber(array.LowerBound(i));
                buffer.Write(':');
                buffer.WriteNumber(array.LowerBound(i) + array.Length(i) - 1);
                buffer.Write(']');
            }

            buffer.Write('=');
        }

        SqlType element = type.ElementType ?? BuiltinTypes.Find(array.ElementOid) ?? SqlType.Text;
        ArrayValue.Enumerator elements = array.GetEnumerator();
        WriteLevel(array, 0, ref elements, element, buffer, settings, catalog);
    }

    private static void WriteLevel(
        ArrayValue array, int dimension, ref ArrayValue.Enumerator elements, SqlType element, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        buffer.Write('{');
        for (int i = 0; i < array.Length(dimension); i++)
        {
            if (i > 0)
                buffer.Write(element.Delimiter);
            if (dimension + 1 < array.Dimensions)
            {
                WriteLevel(array, dimension + 1, ref elements, element, buffer, settings, catalog);
                continue;
            }

            elements.MoveNext();
            if (elements.Current.IsNull)
            {
                buffer.Write("NULL"u8);
                continue;
            }

            int start = buffer.Length;
            TypeOutput.Write(element, elements.Current.Stored, buffer, settings, catalog);
            QuoteFrom(buffer, start, element.Delimiter);
        }

        buffer.Write('}');
    }

    /// <summary>Quotes the text written from a position on, if it needs it.</summary>
    private static void QuoteFrom(ByteBuffer buffer, int start, byte delimiter)
    {
        ReadOnlySpan<byte> text = buffer.Written[start..];
        bool quote = text.IsEmpty || NumberText.EqualsIgnoreCase(text, "null");
        foreach (byte c in text)
            quote |= c == delimiter || c is (byte)'"' or (byte)'\\' or (byte)'{' or (byte)'}' || TypeErrors.IsSpace(c);
        if (!quote)
            return;
        byte[] content = text.ToArray();
        buffer.Length = start;
        buffer.Write('"');
        foreach (byte c in content)
        {
            if (c is (byte)'"' or (byte)'\\')
                buffer.Write('\\');
            buffer.Write(c);
        }

        buffer.Write('"');
    }
}
