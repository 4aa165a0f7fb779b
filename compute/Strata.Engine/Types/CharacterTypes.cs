using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>Lengths of varchar(n), char(n) and name, counted in characters (UTF-8).</summary>
public static class CharacterTypes
{
    private const int VarHeaderBytes = 4;
    private const int CountChunkBytes = 1 << 14;

    /// <summary>Number of characters.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int count = 0;
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> chunk = text[..Math.Min(text.Length, CountChunkBytes)];
            text = text[chunk.Length..];
            // Nearly all text is ASCII, where characters are bytes.
            if (System.Text.Ascii.IsValid(chunk))
            {
                count += chunk.Length;
                continue;
            }

            foreach (byte b in chunk)
                count += (b & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Bytes that the first <paramref name="characters"/> characters take.</summary>
    public static int ByteOffset(ReadOnlySpan<byte> text, int characters)
    {
        // Nearly all text is ASCII, where characters are bytes.
        if ((uint)characters <= (uint)text.Length && System.Text.Ascii.IsValid(text[..characters]))
            return characters;
        int at = 0;
        while (at < text.Length && characters > 0)
        {
            at++;
            while (at < text.Length && (text[at] & 0xC0) == 0x80)
                at++;
            characters--;
        }

        return at;
    }

    /// <summary>At most <paramref name="maxBytes"/> bytes, cut at a character.</summary>
    public static ReadOnlySpan<byte> Truncate(ReadOnlySpan<byte> text, int maxBytes)
    {
        if (text.Length <= maxBytes)
            return text;
        while (maxBytes > 0 && (text[maxBytes] & 0xC0) == 0x80)
            maxBytes--;
        return text[..maxBytes];
    }

    /// <summary>
    /// Fits a text into varchar(n): what is too long is cut for an explicit cast; otherwise only spaces may be cut (22001).
    /// </summary>
    public static ReadOnlySpan<byte> FitVarChar(ReadOnlySpan<byte> text, int typmod, bool isExplicit)
    {
        if (typmod < VarHeaderBytes || text.Length <= typmod - VarHeaderBytes)
            return text;
        int characters = typmod - VarHeaderBytes;
        int end = ByteOffset(text, characters);
        if (end < text.Length && !isExplicit && text[end..].IndexOfAnyExcept((byte)' ') >= 0)
            throw new SqlException(SqlState.StringDataRightTruncation, $"value too long for type character varying({characters})");
        return text[..end];
    }

    /// <summary>Stores a text as char(n): cut like <see cref="FitVarChar"/>, padded with spaces.</summary>
    public static void StoreBpChar(ReadOnlySpan<byte> text, int typmod, bool isExplicit, Vector result, int row)
    {
        if (typmod < VarHeaderBytes)
        {
            result.SetBytes(row, text);
            return;
        }

        int characters = typmod - VarHeaderBytes;
        int count = Count(text);
        if (count >= characters)
        {
            int end = ByteOffset(text, characters);
            if (!isExplicit && text[end..].IndexOfAnyExcept((byte)' ') >= 0)
                throw new SqlException(SqlState.StringDataRightTruncation, $"value too long for type character({characters})");
            result.SetBytes(row, text[..end]);
            return;
        }

        int length = text.Length + characters - count;
        byte[]? rented = length > 256 ? System.Buffers.ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> padded = rented ?? stackalloc byte[256];
        text.CopyTo(padded);
        padded[text.Length..length].Fill((byte)' ');
        result.SetBytes(row, padded[..length]);
        if (rented != null)
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Without trailing spaces: how char(n) compares and converts.</summary>
    public static ReadOnlySpan<byte> TrimBpChar(ReadOnlySpan<byte> text) => text[..(text.LastIndexOfAnyExcept((byte)' ') + 1)];
}
