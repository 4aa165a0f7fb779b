using System.Buffers.Binary;

namespace Strata.Engine.Execution.Keys;

/// <summary>The beginning of a normalized key as a number, which sorts hold beside the key so that most comparisons need not follow a pointer.</summary>
internal static class KeyPrefix
{
    /// <summary>The first eight bytes as a number that compares as they do; a shorter key counts as if zeroes followed.</summary>
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        if (key.Length >= sizeof(ulong))
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        prefix.Clear();
        key.CopyTo(prefix);
        return BinaryPrimitives.ReadUInt64BigEndian(prefix);
    }
}
