using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Ranges;

/// <summary>Text and binary forms of range types. Text: empty, [1,10), ("a,b",]. Source: PostgreSQL 15, "Range Types".</summary>
internal sealed class RangeCodec : TypeCodec
{
    public static readonly RangeCodec Instance = new();

    public static SqlException Malformed(ReadOnlySpan<byte> text, string detail) =>
        new(SqlState.InvalidTextRepresentation, $"malformed range literal: \"{System.Text.Encoding.UTF8.GetString(text)}\"") { Detail = detail };

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row) =>
        result.SetBytes(row, Parse(type.RangeInfo, text, context));

    /// <summary>The stored form of a range's text.</summary>
    public static byte[] Parse(RangeInfo type, ReadOnlySpan<byte> text, IFunctionContext context)
    {
        int at = 0;
        SkipSpace(text, ref at);
        if (text.Length - at >= 5 && NumberText.EqualsIgnoreCase(text.Slice(at, 5), "empty"))
        {
            at += 5;
            SkipSpace(text, ref at);
            return at == text.Length ? RangeValue.Empty : throw Malformed(text, "Junk after \"empty\" key word.");
        }

        if (at == text.Length || text[at] is not ((byte)'[' or (byte)'('))
            throw Malformed(text, "Missing left parenthesis or bracket.");
        bool lowerInclusive = text[at++] == (byte)'[';
        byte[]? lower = ParseBound(text, ref at);
        if (text[at] != (byte)',')
            throw Malformed(text, "Missing comma after lower bound.");
        at++;
        byte[]? upper = ParseBound(text, ref at);
        if (text[at] == (byte)',')
            throw Malformed(text, "Too many commas.");
        bool upperInclusive = text[at++] == (byte)']';
        SkipSpace(text, ref at);
        if (at < text.Length)
            throw Malformed(text, "Junk after right parenthesis or bracket.");
        return RangeValue.Make(
            type,
            new RangeBound(Value(type, lower, context), lower is null, lowerInclusive, isLower: true),
            new RangeBound(Value(type, upper, context), upper is null, upperInclusive, isLower: false));
    }

    private static byte[] Value(RangeInfo type, byte[]? text, IFunctionContext context)
    {
        if (text is null)
            return [];
        using var vector = new Vector(type.Subtype);
        vector.Reset(1);
        TypeInput.Parse(type.Subtype, text, context, vector, 0);
        return vector.GetStored(0).ToArray();
    }

    private static void SkipSpace(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length && TypeErrors.IsSpace(text[at]))
            at++;
    }

    /// <summary>A bound up to the delimiter that it stops at; null for an infinite one.</summary>
    private static byte[]? ParseBound(ReadOnlySpan<byte> text, ref int at)
    {
        if (at < text.Length && IsDelimiter(text[at]))
            return null;
        var bound = new ByteBuffer();
        bool isQuoted = false;
        while (true)
        {
            if (at >= text.Length)
                throw Malformed(text, "Unexpected end of input.");
            byte c = text[at];
            if (!isQuoted && IsDelimiter(c))
                return bound.ToArray();
            at++;
            if (c == (byte)'\\')
            {
                if (at >= text.Length)
                    throw Malformed(text, "Unexpected end of input.");
                bound.Write(text[at++]);
            }
            else if (c == (byte)'"' && isQuoted && at < text.Length && text[at] == (byte)'"')
            {
                bound.Write(text[at++]);
            }
            else if (c == (byte)'"')
            {
                isQuoted = !isQuoted;
            }
            else
            {
                bound.Write(c);
            }
        }
    }

    private static bool IsDelimiter(byte c) => c is (byte)',' or (byte)')' or (byte)']';

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog) =>
        Write(type.RangeInfo, new RangeValue(stored), buffer, settings, catalog);

    public static void Write(RangeInfo type, RangeValue range, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        if (range.IsEmpty)
        {
            buffer.Write("empty"u8);
            return;
        }

        RangeBound lower = range.Lower, upper = range.Upper;
        buffer.Write(lower.IsInclusive ? '[' : '(');
        if (!lower.IsInfinite)
            WriteBound(type, lower.Value, buffer, settings, catalog);
        buffer.Write(',');
        if (!upper.IsInfinite)
            WriteBound(type, upper.Value, buffer, settings, catalog);
        buffer.Write(upper.IsInclusive ? ']' : ')');
    }

    private static void WriteBound(RangeInfo type, ReadOnlySpan<byte> value, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        int start = buffer.Length;
        TypeOutput.Write(type.Subtype, value, buffer, settings, catalog);
        PartQuoting.Quote(buffer, start, "()[],"u8);
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog) =>
        Send(type.RangeInfo, new RangeValue(stored), buffer, catalog);

    public static void Send(RangeInfo type, RangeValue range, ByteBuffer buffer, ICatalogServices? catalog)
    {
        buffer.Write(range.Flags);
        if (range.IsEmpty)
            return;
        if (!range.Lower.IsInfinite)
            SendBound(type, range.Lower.Value, buffer, catalog);
        if (!range.Upper.IsInfinite)
            SendBound(type, range.Upper.Value, buffer, catalog);
    }

    private static void SendBound(RangeInfo type, ReadOnlySpan<byte> value, ByteBuffer buffer, ICatalogServices? catalog)
    {
        int at = buffer.Length;
        buffer.WriteInt32(0);
        TypeBinary.Send(type.Subtype, value, buffer, catalog);
        buffer.PatchInt32(at, buffer.Length - at - 4);
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row) =>
        result.SetBytes(row, Receive(type.RangeInfo, bytes, context));

    public static byte[] Receive(RangeInfo type, ReadOnlySpan<byte> bytes, IFunctionContext context)
    {
        var reader = new BinaryCursor(bytes);
        byte flags = (byte)(reader.Byte() & 0x1F);
        if ((flags & RangeValue.EmptyFlag) != 0)
        {
            reader.ExpectEnd();
            return RangeValue.Empty;
        }

        byte[]? lower = (flags & RangeValue.LowerInfinite) == 0 ? ReceiveBound(type, ref reader, context) : null;
        byte[]? upper = (flags & RangeValue.UpperInfinite) == 0 ? ReceiveBound(type, ref reader, context) : null;
        reader.ExpectEnd();
        return RangeValue.Make(
            type,
            new RangeBound(lower, lower is null, (flags & RangeValue.LowerInclusive) != 0, isLower: true),
            new RangeBound(upper, upper is null, (flags & RangeValue.UpperInclusive) != 0, isLower: false));
    }

    private static byte[] ReceiveBound(RangeInfo type, ref BinaryCursor reader, IFunctionContext context)
    {
        using var vector = new Vector(type.Subtype);
        vector.Reset(1);
        TypeBinary.Receive(type.Subtype, reader.Bytes(reader.Int32()), context, vector, 0);
        return vector.GetStored(0).ToArray();
    }
}
