using System.Security.Cryptography;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Work on bytes that may be a gigabyte long, in parts between which the statement's cancellation is looked at. Stateless.</summary>
internal static class LongBytes
{
    /// <summary>What is copied, hashed or converted between two looks: a few milliseconds' worth.</summary>
    public const int PartBytes = 1 << 20;

    /// <summary>Comparisons of bytes between two looks; each place may cost as many as the part sought has bytes.</summary>
    private const long ComparedBytesMax = 1L << 27;

    private const int WindowBytesMin = 64;

    /// <summary>The first place of a part in a text; -1 for none. Texts of one repeated character make each place cost the part's length.</summary>
    public static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        if ((long)text.Length * part.Length <= ComparedBytesMax)
            return text.IndexOf(part);
        int window = (int)Math.Max(WindowBytesMin, ComparedBytesMax / part.Length);
        for (int first = 0; first <= text.Length - part.Length; first += window)
        {
            DepthGuard.Look();
            int found = text.Slice(first, Math.Min(window - 1 + part.Length, text.Length - first)).IndexOf(part);
            if (found >= 0)
                return first + found;
        }

        return -1;
    }

    /// <summary>Fills a place with a unit again and again; the last one may be cut.</summary>
    public static void Repeat(ReadOnlySpan<byte> unit, Span<byte> target)
    {
        if (target.IsEmpty)
            return;
        int done = Math.Min(unit.Length, target.Length);
        unit[..done].CopyTo(target);
        // What is there already is copied, up to a part that stays in the caches.
        while (done < target.Length)
        {
            int whole = done <= PartBytes ? done : Math.Max(PartBytes / unit.Length, 1) * unit.Length;
            int length = Math.Min(whole, target.Length - done);
            target[..length].CopyTo(target[done..]);
            done += length;
            DepthGuard.Look();
        }
    }

    /// <summary>The digest of bytes.</summary>
    public static byte[] Hash(HashAlgorithmName algorithm, ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        while (bytes.Length > PartBytes)
        {
            hash.AppendData(bytes[..PartBytes]);
            bytes = bytes[PartBytes..];
            DepthGuard.Look();
        }

        hash.AppendData(bytes);
        return hash.GetHashAndReset();
    }
}
