using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Ranges;

/// <summary>Text and binary forms of multirange types. Text: {}, {[1,2),[5,)}. Source: PostgreSQL 15, "Range Types".</summary>
internal sealed class MultirangeCodec : TypeCodec
{
    public static readonly MultirangeCodec Instance = new();

    private static SqlException Malformed(ReadOnlySpan<byte> text, string detail) =>
        new(SqlState.InvalidTextRepresentation, $"malformed multirange literal: \"{System.Text.Encoding.UTF8.GetString(text)}\"") { Detail = detail };

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        RangeInfo info = type.RangeInfo;
        var ranges = new List<byte[]>();
        int at = SkipSpace(text, 0);
        if (at == text.Length || text[at] != (byte)'{')
            throw Malformed(text, "Missing left brace.");
        at = SkipSpace(text, at + 1);
        if (at < text.Length && text[at] == (byte)'}')
        {
            at++;
        }
        else
        {
            while (true)
            {
                at = ParseRange(info, text, at, ranges, context);
                at = SkipSpace(text, at);
                if (at == text.Length)
                    throw Malformed(text, "Unexpected end of input.");
                byte c = text[at++];
                if (c == (byte)'}')
                    break;
                if (c != (byte)',')
                    throw Malformed(text, "Expected comma or end of multirange.");
                at = SkipSpace(text, at);
            }
        }

        if (SkipSpace(text, at) < text.Length)
            throw Malformed(text, "Junk after closing right brace.");
        result.SetBytes(row, MultirangeValue.Make(info, ranges));
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && TypeErrors.IsSpace(text[at]))
            at++;
        return at;
    }

    private static int ParseRange(RangeInfo info, ReadOnlySpan<byte> text, int at, List<byte[]> ranges, IFunctionContext context)
    {
        if (at == text.Length)
            throw Malformed(text, "Unexpected end of input.");
        if (text.Length - at >= 5 && NumberText.EqualsIgnoreCase(text.Slice(at, 5), "empty"))
            return at + 5;
        if (text[at] is not ((byte)'[' or (byte)'('))
            throw Malformed(text, "Expected range start.");
        int start = at;
        bool isQuoted = false;
        while (true)
        {
            if (++at >= text.Length)
                throw Malformed(text, "Unexpected end of input.");
            byte c = text[at];
            if (c == (byte)'\\')
                at++;
            else if (c == (byte)'"')
                isQuoted = !isQuoted;
            else if (!isQuoted && c is (byte)']' or (byte)')')
                break;
        }

        ranges.Add(RangeCodec.Parse(info, text[start..(at + 1)], context));
        return at + 1;
    }

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        buffer.Write('{');
        bool first = true;
        foreach (RangeValue range in new MultirangeValue(stored))
        {
            if (!first)
                buffer.Write(',');
            first = false;
            RangeCodec.Write(type.RangeInfo, range, buffer, settings, catalog);
        }

        buffer.Write('}');
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        var ranges = new MultirangeValue(stored);
        buffer.WriteInt32(ranges.Count);
        foreach (RangeValue range in ranges)
        {
            int at = buffer.Length;
            buffer.WriteInt32(0);
            RangeCodec.Send(type.RangeInfo, range, buffer, catalog);
            buffer.PatchInt32(at, buffer.Length - at - 4);
        }
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var reader = new BinaryCursor(bytes);
        int count = reader.Int32();
        var ranges = new List<byte[]>();
        for (int i = 0; i < count; i++)
            ranges.Add(RangeCodec.Receive(type.RangeInfo, reader.Bytes(reader.Int32()), context));
        reader.ExpectEnd();
        result.SetBytes(row, MultirangeValue.Make(type.RangeInfo, ranges));
    }
}
