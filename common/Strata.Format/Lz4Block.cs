using System.Buffers.Binary;

namespace Strata.Format;

/// <summary>
/// LZ4's block format: a sequence of (literals, match) pairs. A token's upper half counts the literals and its lower one the match's length less 4, 15 meaning that bytes to be added follow; then
/// the literals; then the match's distance in 2 bytes. The last pair has literals only. Pure functions.
/// </summary>
/// <remarks>Source: the format's description (lz4_Block_format.md). The last 5 bytes are literals, and the last match begins at least 12 bytes before the end, as it demands.</remarks>
public static class Lz4Block
{
    /// <summary>Entries of the table that <see cref="Compress"/> works with.</summary>
    public const int TableEntries = 1 << TableBits;

    private const int TableBits = 13;
    private const int MatchBytesMin = 4;
    private const int LastLiterals = 5;
    private const int LastMatchDistance = 12;
    private const int DistanceMax = ushort.MaxValue;

    /// <summary>Compresses; returns the length, or 0 when it does not fit. <paramref name="table"/> is scratch of <see cref="TableEntries"/>.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination, Span<int> table)
    {
        table.Clear();
        int anchor = 0, position = 0, length = 0;
        int lastMatch = source.Length - LastMatchDistance;
        while (position <= lastMatch)
        {
            uint value = BinaryPrimitives.ReadUInt32LittleEndian(source[position..]);
            ref int entry = ref table[(int)((value * 2654435761u) >> (32 - TableBits))];
            // Positions are kept plus 1, so that a cleared table is an empty one.
            int candidate = entry - 1;
            entry = position + 1;
            if (candidate < 0 || position - candidate > DistanceMax || BinaryPrimitives.ReadUInt32LittleEndian(source[candidate..]) != value)
            {
                // The longer nothing repeats, the larger the steps.
                position += 1 + ((position - anchor) >> 6);
                continue;
            }
            while (position > anchor && candidate > 0 && source[position - 1] == source[candidate - 1])
            {
                position--;
                candidate--;
            }
            int match = MatchBytesMin + source[(position + MatchBytesMin)..^LastLiterals].CommonPrefixLength(source[(candidate + MatchBytesMin)..]);
            if (!TryWrite(source[anchor..position], match, position - candidate, destination, ref length))
                return 0;
            position += match;
            anchor = position;
        }
        return TryWrite(source[anchor..], 0, 0, destination, ref length) ? length : 0;
    }

    /// <summary>Decompresses into exactly <paramref name="destination"/>; false when the source is not a compressed form of that length.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int read = 0, written = 0;
        while (read < source.Length)
        {
            int token = source[read++];
            int literals = token >> 4;
            if (literals == 15 && !TryReadLength(source, ref read, ref literals))
                return false;
            if (literals > source.Length - read || literals > destination.Length - written)
                return false;
            source.Slice(read, literals).CopyTo(destination[written..]);
            read += literals;
            written += literals;
            if (read == source.Length)
                return written == destination.Length;
            if (source.Length - read < 2)
                return false;
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
            read += 2;
            int match = token & 15;
            if (match == 15 && !TryReadLength(source, ref read, ref match))
                return false;
            match += MatchBytesMin;
            if (distance == 0 || distance > written || match > destination.Length - written)
                return false;
            CopyMatch(destination, written, distance, match);
            written += match;
        }
        return false;
    }

    private static void CopyMatch(Span<byte> destination, int position, int distance, int length)
    {
        // A match may run into what it writes: it repeats the last bytes. Each round copies all that is there by then.
        int source = position - distance;
        while (length > 0)
        {
            int count = Math.Min(length, position - source);
            destination.Slice(source, count).CopyTo(destination[position..]);
            position += count;
            length -= count;
        }
    }

    private static bool TryReadLength(ReadOnlySpan<byte> source, ref int read, ref int length)
    {
        while (read < source.Length && length >= 0)
        {
            byte more = source[read++];
            length += more;
            if (more != byte.MaxValue)
                return length is >= 0 and <= int.MaxValue - MatchBytesMin;
        }
        return false;
    }

    private static bool TryWrite(ReadOnlySpan<byte> literals, int match, int distance, Span<byte> destination, ref int length)
    {
        if (destination.Length - length < literals.Length + (long)(literals.Length / 255) + (match / 255) + 5)
            return false;
        int matchCode = match == 0 ? 0 : match - MatchBytesMin;
        destination[length++] = (byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(matchCode, 15));
        WriteLength(literals.Length, destination, ref length);
        literals.CopyTo(destination[length..]);
        length += literals.Length;
        if (match == 0)
            return true;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[length..], (ushort)distance);
        length += 2;
        WriteLength(matchCode, destination, ref length);
        return true;
    }

    private static void WriteLength(int value, Span<byte> destination, ref int length)
    {
        if (value < 15)
            return;
        for (value -= 15; value >= byte.MaxValue; value -= byte.MaxValue)
            destination[length++] = byte.MaxValue;
        destination[length++] = (byte)value;
    }
}
