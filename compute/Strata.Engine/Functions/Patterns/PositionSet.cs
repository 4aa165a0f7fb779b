using System.Numerics;

namespace Strata.Engine.Functions.Patterns;

/// <summary>A set of positions of a text, from a first one on: a bit each.</summary>
internal readonly ref struct PositionSet(Span<ulong> bits, int origin)
{
    private readonly Span<ulong> _bits = bits;

    public bool IsDefault => _bits.IsEmpty;

    public static int Words(int positions) => (positions + 63) / 64;

    public void Add(int position) => _bits[(position - origin) >> 6] |= 1UL << (position - origin);

    public bool Contains(int position) => (_bits[(position - origin) >> 6] >> (position - origin) & 1) != 0;

    public void IntersectWith(PositionSet other)
    {
        for (int i = 0; i < _bits.Length; i++)
            _bits[i] &= other._bits[i];
    }

    /// <summary>The first member at or after a position; -1 for none.</summary>
    public int NextFrom(int position)
    {
        int at = position - origin;
        for (int word = at >> 6; word < _bits.Length; word++)
        {
            ulong rest = _bits[word];
            if (word == at >> 6)
                rest &= ulong.MaxValue << at;
            if (rest != 0)
                return origin + (word << 6) + BitOperations.TrailingZeroCount(rest);
        }

        return -1;
    }

    /// <summary>The last member at or before a position; -1 for none.</summary>
    public int LastUpTo(int position)
    {
        int at = position - origin;
        for (int word = at >> 6; word >= 0; word--)
        {
            ulong rest = _bits[word];
            if (word == at >> 6)
                rest &= ulong.MaxValue >> (63 - (at & 63));
            if (rest != 0)
                return origin + (word << 6) + 63 - BitOperations.LeadingZeroCount(rest);
        }

        return -1;
    }
}
