using System.Buffers;
using System.Globalization;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>Text from clients, which must be valid UTF-8.</summary>
public static class Utf8Text
{
    /// <summary>Decodes, or throws 22021 naming the offending bytes as PostgreSQL does.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        Check(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Throws 22021 naming the offending bytes unless the text is valid. A zero byte is not: PostgreSQL has no such character in texts.</summary>
    public static void Check(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes) || bytes.Contains((byte)0))
            throw Invalid(bytes);
    }

    private static SqlException Invalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (bytes[at] != 0 && Rune.DecodeFromUtf8(bytes[at..], out _, out int consumed) == OperationStatus.Done)
            at += consumed;
        int length = Math.Min(bytes.Length - at, SequenceLength(bytes[at]));
        StringBuilder shown = new();
        foreach (byte value in bytes.Slice(at, length))
            shown.Append(shown.Length == 0 ? "" : " ").Append("0x").Append(value.ToString("x2", CultureInfo.InvariantCulture));
        return new SqlException(SqlState.CharacterNotInRepertoire, $"invalid byte sequence for encoding \"UTF8\": {shown}");
    }

    private static int SequenceLength(byte first) => first switch
    {
        >= 0xF0 and < 0xF8 => 4,
        >= 0xE0 and < 0xF0 => 3,
        >= 0xC0 and < 0xE0 => 2,
        _ => 1,
    };
}
