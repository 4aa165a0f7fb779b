using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>Text forms of bytea and uuid.</summary>
internal static class BinaryText
{
    private const int HexPartBytes = 1 << 12;

    public static byte[] ParseBytea(ReadOnlySpan<byte> text)
    {
        if (text.Length >= 2 && text[0] == (byte)'\\' && text[1] == (byte)'x')
            return ParseHex(text[2..]);
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            DepthGuard.Step();
            if (text[i] != (byte)'\\')
            {
                bytes.Add(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == (byte)'\\')
            {
                bytes.Add((byte)'\\');
                i++;
            }
            else if (i + 3 < text.Length && text[i + 1] is >= (byte)'0' and <= (byte)'3' && IsOctal(text[i + 2]) && IsOctal(text[i + 3]))
            {
                bytes.Add((byte)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                throw new SqlException(SqlState.InvalidTextRepresentation, "invalid input syntax for type bytea");
            }
        }

        return [.. bytes];

        static bool IsOctal(byte c) => c is >= (byte)'0' and <= (byte)'7';
    }

    public static byte[] ParseHex(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length / 2];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            DepthGuard.Step();
            if (TypeErrors.IsSpace(text[i]))
                continue;
            int high = HexDigitAt(text, i);
            if (++i >= text.Length)
                throw new SqlException(SqlState.InvalidParameterValue, "invalid hexadecimal data: odd number of digits");
            bytes[count++] = (byte)((high << 4) | HexDigitAt(text, i));
        }

        return bytes.Length == count ? bytes : bytes[..count];
    }

    private static int HexDigitAt(ReadOnlySpan<byte> text, int at)
    {
        int value = HexValue(text[at]);
        return value >= 0 ? value
            : throw new SqlException(SqlState.InvalidParameterValue, $"invalid hexadecimal digit: \"{System.Text.Encoding.UTF8.GetString(text.Slice(at, Math.Min(CharacterTypes.ByteOffset(text[at..], 1), text.Length - at)))}\"");
    }

    private static int HexDigit(byte c)
    {
        int value = HexValue(c);
        return value >= 0 ? value
            : throw new SqlException(SqlState.InvalidParameterValue, $"invalid hexadecimal digit: \"{(char)c}\"");
    }

    private static int HexValue(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };

    public static void WriteHex(ByteBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> part = bytes[..Math.Min(bytes.Length, HexPartBytes)];
            Convert.TryToHexStringLower(part, buffer.Reserve(part.Length * 2), out int written);
            buffer.Advance(written);
            bytes = bytes[part.Length..];
            DepthGuard.Step();
        }
    }

    /// <summary>encode's form "escape": only what is no text in every encoding is escaped.</summary>
    public static void WriteEscaped(ByteBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            DepthGuard.Step();
            if (b == (byte)'\\')
                buffer.Write("\\\\"u8);
            else if (b is 0 or >= 0x80)
                WriteOctal(buffer, b);
            else
                buffer.Write(b);
        }
    }

    private static void WriteOctal(ByteBuffer buffer, byte b)
    {
        buffer.Write('\\');
        buffer.Write((byte)('0' + (b >> 6)));
        buffer.Write((byte)('0' + ((b >> 3) & 7)));
        buffer.Write((byte)('0' + (b & 7)));
    }

    public static void WriteBytea(ByteBuffer buffer, ReadOnlySpan<byte> bytes, bool escape)
    {
        if (!escape)
        {
            buffer.Write("\\x"u8);
            WriteHex(buffer, bytes);
            return;
        }

        foreach (byte b in bytes)
        {
            DepthGuard.Step();
            if (b == (byte)'\\')
            {
                buffer.Write("\\\\"u8);
            }
            else if (b is < 0x20 or > 0x7E)
            {
                WriteOctal(buffer, b);
            }
            else
            {
                buffer.Write(b);
            }
        }
    }

    /// <summary>Reads a uuid; the 16 bytes are in network order.</summary>
    public static void ParseUuid(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        ReadOnlySpan<byte> digits = text;
        bool braces = digits.Length > 0 && digits[0] == (byte)'{';
        if (braces)
            digits = digits[1..];
        int at = 0;
        for (int i = 0; i < 16; i++)
        {
            int high = at < digits.Length ? HexValue(digits[at]) : -1;
            int low = at + 1 < digits.Length ? HexValue(digits[at + 1]) : -1;
            if (high < 0 || low < 0)
                throw TypeErrors.InvalidSyntax("uuid", text);
            destination[i] = (byte)((high << 4) | low);
            at += 2;
            if (at < digits.Length && digits[at] == (byte)'-' && i % 2 == 1 && i < 15)
                at++;
        }

        if (braces ? at != digits.Length - 1 || digits[at] != (byte)'}' : at != digits.Length)
            throw TypeErrors.InvalidSyntax("uuid", text);
    }

    public static void WriteUuid(ByteBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        WriteHex(buffer, bytes[..4]);
        for (int i = 4; i <= 8; i += 2)
        {
            buffer.Write('-');
            WriteHex(buffer, bytes.Slice(i, 2));
        }

        buffer.Write('-');
        WriteHex(buffer, bytes[10..]);
    }
}
