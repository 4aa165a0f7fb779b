using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Network;

/// <summary>Text and binary forms of macaddr (6 bytes) and macaddr8 (8 bytes). Stored as the address's bytes.</summary>
internal sealed class MacAddressCodec : TypeCodec
{
    public static readonly MacAddressCodec Instance = new();

    /// <summary>The forms of macaddr: n is a hexadecimal number of any length, 2 one of up to two digits.</summary>
    private static readonly string[] s_forms = ["n:n:n:n:n:n", "n-n-n-n-n-n", "222:222", "222-222", "22.22.22", "22-22-22", "222222"];

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        if (type.Oid == TypeOid.MacAddr8)
            result.SetBytes(row, ParseLong(text));
        else
            result.SetBytes(row, ParseShort(text));
    }

    private static byte[] ParseShort(ReadOnlySpan<byte> text)
    {
        string address = Encoding.UTF8.GetString(TypeErrors.Trim(text));
        var octets = new int[6];
        foreach (string form in s_forms)
        {
            if (!Matches(address, form, octets))
                continue;
            var bytes = new byte[6];
            for (int i = 0; i < 6; i++)
            {
                if (octets[i] is < 0 or > 255)
                    throw new SqlException(SqlState.NumericValueOutOfRange, $"invalid octet value in \"macaddr\" value: \"{Encoding.UTF8.GetString(text)}\"");
                bytes[i] = (byte)octets[i];
            }

            return bytes;
        }

        throw TypeErrors.InvalidSyntax("macaddr", text);
    }

    private static bool Matches(string text, string form, int[] octets)
    {
        int at = 0, count = 0;
        foreach (char c in form)
        {
            if (c is 'n' or '2')
            {
                // As C's scanf reads a hexadecimal number: white space, and within the width a sign and 0x.
                while (at < text.Length && TypeErrors.IsSpace((byte)Math.Min(text[at], '\x7f')))
                    at++;
                int end = Math.Min(text.Length, at + (c == '2' ? 2 : 10));
                bool isNegative = at < end && text[at] == '-';
                if (at < end && text[at] is '-' or '+')
                    at++;
                if (at + 2 < end && text[at] == '0' && text[at + 1] is 'x' or 'X' && char.IsAsciiHexDigit(text[at + 2]))
                    at += 2;
                int start = at;
                while (at < end && char.IsAsciiHexDigit(text[at]))
                    at++;
                if (at == start)
                    return false;
                int octet = unchecked((int)ulong.Parse(text.AsSpan(start, at - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                octets[count++] = isNegative ? unchecked(-octet) : octet;
            }
            else if (at >= text.Length || text[at++] != c)
            {
                return false;
            }
        }

        return at == text.Length;
    }

    /// <summary>Pairs of digits with one kind of separator or none. Six bytes become eight with ff:fe in the middle.</summary>
    private static byte[] ParseLong(ReadOnlySpan<byte> text)
    {
        SqlException Bad(ReadOnlySpan<byte> all) => TypeErrors.InvalidSyntax("macaddr8", all);
        var bytes = new byte[8];
        int at = 0, count = 0;
        byte separator = 0;
        while (at < text.Length && TypeErrors.IsSpace(text[at]))
            at++;
        while (at + 1 < text.Length)
        {
            if (count == 8 || !char.IsAsciiHexDigit((char)text[at]) || !char.IsAsciiHexDigit((char)text[at + 1]))
                throw Bad(text);
            bytes[count++] = byte.Parse(text.Slice(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at += 2;
            if (at < text.Length && text[at] is (byte)':' or (byte)'-' or (byte)'.')
            {
                if (separator == 0)
                    separator = text[at];
                else if (separator != text[at])
                    throw Bad(text);
                at++;
            }

            if (count is 6 or 8 && at < text.Length && TypeErrors.IsSpace(text[at]))
            {
                while (at < text.Length && TypeErrors.IsSpace(text[at]))
                    at++;
                if (at < text.Length)
                    throw Bad(text);
            }
        }

        return count switch
        {
            6 => Widen(bytes),
            8 => bytes,
            _ => throw Bad(text),
        };
    }

    /// <summary>The EUI-64 form of a 48-bit address.</summary>
    public static byte[] Widen(ReadOnlySpan<byte> address) =>
        [address[0], address[1], address[2], 0xFF, 0xFE, address[3], address[4], address[5]];

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        for (int i = 0; i < stored.Length; i++)
        {
            if (i > 0)
                buffer.Write(':');
            buffer.Write(stored[i].ToString("x2", CultureInfo.InvariantCulture));
        }
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog) => buffer.Write(stored);

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        bool isLong = type.Oid == TypeOid.MacAddr8;
        var reader = new BinaryCursor(bytes);
        bool widens = isLong && bytes.Length == 6;
        ReadOnlySpan<byte> address = reader.Bytes(isLong && !widens ? 8 : 6);
        reader.ExpectEnd();
        result.SetBytes(row, widens ? Widen(address) : address);
    }
}
