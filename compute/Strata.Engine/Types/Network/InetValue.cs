using System.Net;
using System.Text;

namespace Strata.Engine.Types.Network;

/// <summary>
/// An inet or cidr value. Immutable. Stored so that the order of the bytes is the order of the values (family, network, mask, host):
/// <code>
/// | family:1 (2 IPv4, 3 IPv6) | address with the bits right of the mask cleared:4 or 16 | mask bits:1 | address:4 or 16 |
/// </code>
/// </summary>
internal readonly struct InetValue
{
    private const byte FamilyV4 = 2;
    private const byte FamilyV6 = 3;

    /// <summary>The address as a number, IPv4 in the lowest 32 bits.</summary>
    public UInt128 Address { get; }

    public bool IsV6 { get; }

    /// <summary>Bits of the network part.</summary>
    public int MaskBits { get; }

    public InetValue(bool isV6, UInt128 address, int maskBits)
    {
        IsV6 = isV6;
        Address = address;
        MaskBits = maskBits;
    }

    public int BitsMax => IsV6 ? 128 : 32;

    public int AddressBytes => IsV6 ? 16 : 4;

    /// <summary>PostgreSQL's number of the family, also in its binary form.</summary>
    public byte FamilyCode => IsV6 ? FamilyV6 : FamilyV4;

    private UInt128 AllBits => IsV6 ? UInt128.MaxValue : uint.MaxValue;

    /// <summary>Ones in the network part.</summary>
    public UInt128 NetMask => MaskBits == 0 ? 0 : AllBits << (BitsMax - MaskBits) & AllBits;

    /// <summary>Ones in the host part.</summary>
    public UInt128 HostMask => NetMask ^ AllBits;

    public UInt128 NetworkAddress => Address & NetMask;

    public InetValue WithAddress(UInt128 address) => new(IsV6, address & AllBits, MaskBits);

    public InetValue WithMask(int maskBits) => new(IsV6, Address, maskBits);

    public static InetValue Decode(ReadOnlySpan<byte> stored)
    {
        bool isV6 = stored[0] == FamilyV6;
        int length = isV6 ? 16 : 4;
        return new InetValue(isV6, ReadAddress(stored.Slice(length + 2, length)), stored[length + 1]);
    }

    public static UInt128 ReadAddress(ReadOnlySpan<byte> bytes)
    {
        UInt128 address = 0;
        foreach (byte b in bytes)
            address = (address << 8) | b;
        return address;
    }

    public void WriteAddress(UInt128 address, Span<byte> destination)
    {
        for (int i = AddressBytes - 1; i >= 0; i--, address >>= 8)
            destination[i] = (byte)address;
    }

    public byte[] Encode()
    {
        int length = AddressBytes;
        var bytes = new byte[2 + (2 * length)];
        bytes[0] = FamilyCode;
        WriteAddress(NetworkAddress, bytes.AsSpan(1));
        bytes[length + 1] = (byte)MaskBits;
        WriteAddress(Address, bytes.AsSpan(length + 2));
        return bytes;
    }

    /// <summary>Reads inet's text, or cidr's, whose missing octets and mask are completed by address class; null when it is neither.</summary>
    public static InetValue? TryParse(ReadOnlySpan<byte> text, bool isCidr)
    {
        string address = Encoding.ASCII.GetString(text);
        int slash = address.IndexOf('/', StringComparison.Ordinal), bits = -1;
        bool isV6 = address.Contains(':', StringComparison.Ordinal);
        if (slash >= 0)
        {
            string digits = address[(slash + 1)..];
            if (digits.Length is 0 or > 3 || !digits.All(char.IsAsciiDigit))
                return null;
            bits = int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
            if (bits > (isV6 ? 128 : 32) || (isV6 && digits.Length > 1 && digits[0] == '0'))
                return null;
            address = address[..slash];
        }

        return isV6 ? ParseV6(address, bits) : ParseV4(address, bits, isCidr);
    }

    private static InetValue? ParseV6(string address, int bits)
    {
        // The parser of .NET also takes brackets and scopes.
        foreach (char c in address)
        {
            if (!char.IsAsciiHexDigit(c) && c is not (':' or '.'))
                return null;
        }

        if (!IPAddress.TryParse(address, out IPAddress? parsed) || parsed.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return null;
        return new InetValue(true, ReadAddress(parsed.GetAddressBytes()), bits < 0 ? 128 : bits);
    }

    private static InetValue? ParseV4(string address, int bits, bool isCidr)
    {
        string[] parts = address.Split('.');
        if (parts.Length > 4)
            return null;
        UInt128 value = 0;
        foreach (string part in parts)
        {
            if (part.Length == 0 || !part.All(char.IsAsciiDigit) || !int.TryParse(part, out int octet) || octet > 255)
                return null;
            value = (value << 8) | (uint)octet;
        }

        int given = parts.Length;
        value <<= 8 * (4 - given);
        if (!isCidr)
        {
            if (bits < 0)
                return given == 4 ? new InetValue(false, value, 32) : null;
            return bits / 8 > given ? null : new InetValue(false, value, bits);
        }

        if (bits < 0)
        {
            int first = (int)(value >> 24);
            bits = Math.Max(first switch { >= 240 => 32, >= 224 => 8, >= 192 => 24, >= 128 => 16, _ => 8 }, given * 8);
            if (bits == 8 && first == 224)
                bits = 4;
        }

        return new InetValue(false, value, bits);
    }

    /// <summary>The address without its mask.</summary>
    public void WriteHost(ByteBuffer buffer)
    {
        if (!IsV6)
        {
            WriteDotted(buffer, Address, 4);
            return;
        }

        Span<ushort> words = stackalloc ushort[8];
        Words(words);
        (int start, int length) = LongestZeros(words);
        if (length < 2)
            length = 0;
        bool embeds = start == 0 && (length == 6 || (length == 7 && words[7] != 1) || (length == 5 && words[5] == 0xFFFF));
        for (int i = 0; i < 8; i++)
        {
            if (i >= start && i < start + length)
            {
                if (i == start)
                    buffer.Write(':');
                continue;
            }

            if (i != 0)
                buffer.Write(':');
            if (i == 6 && embeds)
            {
                WriteDotted(buffer, Address & uint.MaxValue, 4);
                return;
            }

            WriteHex(buffer, words[i]);
        }

        if (length > 0 && start + length == 8)
            buffer.Write(':');
    }

    public void WriteMask(ByteBuffer buffer)
    {
        buffer.Write('/');
        buffer.WriteNumber(MaskBits);
    }

    /// <summary>abbrev(cidr): only as many octets or words as the network part has.</summary>
    public void WriteAbbreviated(ByteBuffer buffer)
    {
        if (IsV6)
            WriteAbbreviatedV6(buffer);
        else if (MaskBits == 0)
            buffer.Write('0');
        else
            WriteDotted(buffer, NetworkAddress, (MaskBits + 7) / 8);
        WriteMask(buffer);
    }

    private void WriteAbbreviatedV6(ByteBuffer buffer)
    {
        if (MaskBits == 0)
        {
            buffer.Write("::"u8);
            return;
        }

        Span<ushort> all = stackalloc ushort[8];
        WithAddress(NetworkAddress).Words(all);
        int count = Math.Max((MaskBits + 15) / 16, 2);
        Span<ushort> words = all[..count];
        (int start, int length) = LongestZeros(words);
        bool embeds = length != count && start == 0 && (length == 6 || (length == 5 && words[5] == 0xFFFF) || (length == 7 && words[7] is not (0 or 1)));
        int begin = buffer.Length;
        for (int i = 0; i < count; i++)
        {
            if (length > 0 && i >= start && i < start + length)
            {
                if (i == start)
                    buffer.Write(':');
                if (i == count - 1)
                    buffer.Write(':');
                continue;
            }

            if (embeds && i > 5)
            {
                buffer.Write(i == 6 ? ':' : '.');
                buffer.WriteNumber(words[i] >> 8);
                if (i != 7 || MaskBits > 120)
                {
                    buffer.Write('.');
                    buffer.WriteNumber(words[i] & 0xFF);
                }

                continue;
            }

            if (buffer.Length > begin)
                buffer.Write(':');
            WriteHex(buffer, words[i]);
        }
    }

    private void Words(Span<ushort> words)
    {
        for (int i = 0; i < 8; i++)
            words[i] = (ushort)(Address >> (112 - (i * 16)));
    }

    private static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> words)
    {
        int bestStart = -1, bestLength = 0, length = 0;
        for (int i = 0; i < words.Length; i++)
        {
            length = words[i] == 0 ? length + 1 : 0;
            if (length > bestLength)
            {
                bestLength = length;
                bestStart = i - length + 1;
            }
        }

        return (bestStart, bestLength);
    }

    private static void WriteDotted(ByteBuffer buffer, UInt128 address, int octets)
    {
        for (int i = 0; i < octets; i++)
        {
            if (i > 0)
                buffer.Write('.');
            buffer.WriteNumber((byte)(address >> (24 - (i * 8))));
        }
    }

    private static void WriteHex(ByteBuffer buffer, ushort word) => buffer.Write(word.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
}
