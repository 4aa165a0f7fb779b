using System.Text;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// jsonb is kept as normalized text: keys unique (the last wins) and ordered by length, then bytes; one space after ':' and ','; numbers as
/// numeric prints them. So equal values have equal bytes, except for numbers that differ in display scale.
/// </summary>
public static class JsonbText
{
    public static ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> text)
    {
        JsonText.Validate(text, checkEscapes: true);
        var scanner = new JsonScanner(text);
        var buffer = new ByteBuffer(text.Length + 16);
        WriteValue(ref scanner, buffer);
        return buffer.Written;
    }

    private static void WriteValue(ref JsonScanner scanner, ByteBuffer buffer)
    {
        DepthGuard.Check();
        switch (scanner.Peek())
        {
            case JsonKind.Object:
                WriteObject(ref scanner, buffer);
                break;
            case JsonKind.Array:
                scanner.Position++;
                buffer.Write('[');
                bool first = true;
                while (!scanner.TryTake(']'))
                {
                    if (!first)
                        buffer.Write(", "u8);
                    first = false;
                    WriteValue(ref scanner, buffer);
                    scanner.TryTake(',');
                }

                buffer.Write(']');
                break;
            case JsonKind.String:
                JsonScanner.WriteString(buffer, Encoding.UTF8.GetBytes(JsonScanner.Unescape(scanner.SkipString())));
                break;
            case JsonKind.Number:
                NumberText.WriteNumeric(buffer, NumberText.ParseNumeric(scanner.SkipValue()));
                break;
            default:
                buffer.Write(scanner.SkipValue());
                break;
        }
    }

    private static void WriteObject(ref JsonScanner scanner, ByteBuffer buffer)
    {
        scanner.Position++;
        var members = new SortedDictionary<byte[], byte[]>(KeyOrder.Instance);
        while (!scanner.TryTake('}'))
        {
            scanner.SkipSpace();
            byte[] key = Encoding.UTF8.GetBytes(JsonScanner.Unescape(scanner.SkipString()));
            scanner.TryTake(':');
            var value = new ByteBuffer(32);
            WriteValue(ref scanner, value);
            members[key] = value.ToArray();
            scanner.TryTake(',');
        }

        buffer.Write('{');
        bool first = true;
        foreach ((byte[] key, byte[] value) in members)
        {
            if (!first)
                buffer.Write(", "u8);
            first = false;
            JsonScanner.WriteString(buffer, key);
            buffer.Write(": "u8);
            buffer.Write(value);
        }

        buffer.Write('}');
    }

    /// <summary>Shorter keys first, then by bytes.</summary>
    private sealed class KeyOrder : IComparer<byte[]>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) =>
            x!.Length != y!.Length ? x.Length.CompareTo(y.Length) : x.AsSpan().SequenceCompareTo(y);
    }
}
