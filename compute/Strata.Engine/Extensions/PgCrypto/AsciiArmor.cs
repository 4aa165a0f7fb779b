using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>The text form of OpenPGP messages (RFC 4880, 6): base 64 between two lines, with a checksum. Stateless; thread-safe.</summary>
internal static class AsciiArmor
{
    private const int LineChars = 76;
    private const uint CrcStart = 0xB704CE;
    private const uint CrcPolynomial = 0x1864CFB;
    private const string Begin = "-----BEGIN PGP MESSAGE-----";
    private const string End = "-----END PGP MESSAGE-----";

    /// <summary>The text form of some bytes.</summary>
    public static string Write(ReadOnlySpan<byte> data, (string Key, string Value)[] headers)
    {
        var text = new StringBuilder(Begin).Append('\n');
        foreach ((string key, string value) in headers)
            text.Append(key).Append(": ").Append(value).Append('\n');
        text.Append('\n');
        string coded = Convert.ToBase64String(data);
        for (int at = 0; at < coded.Length; at += LineChars)
            text.Append(coded, at, Math.Min(LineChars, coded.Length - at)).Append('\n');
        uint crc = Checksum(data);
        return text.Append('=').Append(Convert.ToBase64String([(byte)(crc >> 16), (byte)(crc >> 8), (byte)crc])).Append('\n').Append(End).Append('\n').ToString();
    }

    /// <summary>The bytes and headers of a text. Throws 39000.</summary>
    public static (byte[] Data, List<(string, string?)> Headers) Read(string text)
    {
        string[] lines = text.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        int at = Array.FindIndex(lines, static line => line.StartsWith("-----BEGIN PGP ", StringComparison.Ordinal) && line.TrimEnd().EndsWith("-----", StringComparison.Ordinal));
        if (at < 0)
            throw Corrupt();
        var headers = new List<(string, string?)>();
        for (at++; at < lines.Length && lines[at].Trim().Length > 0; at++)
        {
            int colon = lines[at].IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0)
                throw Corrupt();
            headers.Add((lines[at][..colon], lines[at][(colon + 2)..]));
        }

        var coded = new StringBuilder();
        string? checksum = null;
        for (at++; at < lines.Length && !lines[at].StartsWith("-----END PGP ", StringComparison.Ordinal); at++)
        {
            string line = lines[at].Trim();
            if (line.StartsWith('='))
                checksum = line[1..];
            else
                coded.Append(line);
        }

        if (at >= lines.Length)
            throw Corrupt();
        byte[] data = Decode(coded.ToString());
        if (checksum is not null && !Decode(checksum).AsSpan().SequenceEqual<byte>([(byte)(Checksum(data) >> 16), (byte)(Checksum(data) >> 8), (byte)Checksum(data)]))
            throw Corrupt();
        return (data, headers);
    }

    private static byte[] Decode(string text)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out int written) ? bytes[..written] : throw Corrupt();
    }

    private static SqlException Corrupt() => new(SqlState.ExternalRoutineInvocationException, "Corrupt ascii-armor");

    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint crc = CrcStart;
        foreach (byte b in data)
        {
            crc ^= (uint)b << 16;
            for (int i = 0; i < 8; i++)
            {
                crc <<= 1;
                if ((crc & 0x1000000) != 0)
                    crc ^= CrcPolynomial;
            }
        }

        return crc & 0xFFFFFF;
    }
}
