using System.Runtime.InteropServices;
using System.Text;

namespace Strata.Engine.Extensions.Trigrams;

/// <summary>
/// Takes texts apart into trigrams as pg_trgm does: words of letters and digits in lower case, two blanks before and one behind. A trigram is three bytes in an integer whose order is PostgreSQL's
/// (bytes are signed there); characters that take more than three bytes together stand as three bytes of a checksum. Stateless; thread-safe.
/// </summary>
internal static class TrigramExtractor
{
    private const uint SignBits = 0x808080;
    private const int BlanksBefore = 2;

    private static readonly uint[] s_crcTable = MakeCrcTable();

    /// <summary>The trigrams of a text, in order of their numbers, each once.</summary>
    public static uint[] Set(ReadOnlySpan<byte> text)
    {
        var found = new List<uint>();
        AddText(text, found, null);
        return Unique(found);
    }

    /// <summary>The trigrams of a text in its order; <paramref name="bounds"/> tells which are the first and the last of a word.</summary>
    public static List<uint> Sequence(ReadOnlySpan<byte> text, List<WordBounds> bounds)
    {
        var found = new List<uint>();
        AddText(text, found, bounds);
        return found;
    }

    /// <summary>Sorts, and drops what is there twice.</summary>
    public static uint[] Unique(List<uint> trigrams)
    {
        trigrams.Sort();
        int kept = 0;
        Span<uint> all = CollectionsMarshal.AsSpan(trigrams);
        for (int i = 0; i < all.Length; i++)
            if (i == 0 || all[i] != all[kept - 1])
                all[kept++] = all[i];
        return all[..kept].ToArray();
    }

    private static void AddText(ReadOnlySpan<byte> text, List<uint> found, List<WordBounds>? bounds)
    {
        var word = new List<Rune>();
        foreach (Rune rune in Encoding.UTF8.GetString(text).ToLowerInvariant().EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
                word.Add(rune);
            else
                EndWord(word, found, bounds);
        }

        EndWord(word, found, bounds);
    }

    private static void EndWord(List<Rune> word, List<uint> found, List<WordBounds>? bounds)
    {
        if (word.Count == 0)
            return;
        int first = found.Count;
        AddWord(word, hasBegin: true, hasEnd: true, found);
        word.Clear();
        if (bounds is null)
            return;
        for (int i = first; i < found.Count; i++)
            bounds.Add((i == first ? WordBounds.Left : 0) | (i == found.Count - 1 ? WordBounds.Right : 0));
    }

    /// <summary>Adds the trigrams of a word, or of a part of one: then blanks stand only where it begins or ends.</summary>
    public static void AddWord(List<Rune> word, bool hasBegin, bool hasEnd, List<uint> found)
    {
        var blank = new Rune(' ');
        int length = word.Count + (hasBegin ? BlanksBefore : 0) + (hasEnd ? 1 : 0);
        Span<byte> bytes = stackalloc byte[12];
        for (int at = 0; at + 3 <= length; at++)
        {
            int used = 0;
            for (int i = at; i < at + 3; i++)
            {
                int place = i - (hasBegin ? BlanksBefore : 0);
                used += (place < 0 || place >= word.Count ? blank : word[place]).EncodeToUtf8(bytes[used..]);
            }

            found.Add(NumberOf(bytes[..used]));
        }
    }

    private static uint NumberOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 3)
            return (((uint)bytes[0] << 16) | ((uint)bytes[1] << 8) | bytes[2]) ^ SignBits;
        // PostgreSQL keeps the checksum's first three bytes as they stand in memory.
        uint crc = Checksum(bytes);
        return (((crc & 0xFF) << 16) | (crc & 0xFF00) | ((crc >> 16) & 0xFF)) ^ SignBits;
    }

    // PostgreSQL's "legacy" CRC-32: the reflected table with the shift of the other kind.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = s_crcTable[((crc >> 24) ^ b) & 0xFF] ^ (crc << 8);
        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        const uint Polynomial = 0xEDB88320;
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            table[i] = value;
        }

        return table;
    }

    /// <summary>A trigram as show_trgm() prints it: the characters, or a number where they are not all printable ASCII.</summary>
    public static string Show(uint trigram)
    {
        uint bytes = trigram ^ SignBits;
        Span<char> text = [(char)(bytes >> 16), (char)((bytes >> 8) & 0xFF), (char)(bytes & 0xFF)];
        foreach (char c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != ' ')
                return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"0x{bytes:x6}");
        return new string(text);
    }
}
