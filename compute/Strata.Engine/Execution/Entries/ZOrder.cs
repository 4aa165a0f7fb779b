namespace Strata.Engine.Execution.Entries;

/// <summary>The Z-order curve over two 64-bit coordinates: their bits in turn, x first. Stateless.</summary>
internal static class ZOrder
{
    private const int Bits = 128;

    /// <summary>The place of a point on the curve.</summary>
    public static UInt128 Combine(ulong x, ulong y) => (Spread(x) << 1) | Spread(y);

    /// <summary>The point at a place.</summary>
    public static (ulong X, ulong Y) Split(UInt128 place) => (Gather(place >> 1), Gather(place));

    /// <summary>
    /// The first place behind <paramref name="place"/>, itself outside, that lies in the rectangle from <paramref name="low"/> to <paramref name="high"/>; null when there is none. Source: Tropf and Herzog,
    /// "Multidimensional Range Search in Dynamically Balanced Trees" (BIGMIN), 1981.
    /// </summary>
    public static UInt128? NextInside(UInt128 place, UInt128 low, UInt128 high)
    {
        UInt128? best = null;
        for (int bit = Bits - 1; bit >= 0; bit--)
        {
            bool at = Has(place, bit), from = Has(low, bit), to = Has(high, bit);
            if (!at && !from && to)
            {
                best = LoadHigh(low, bit);
                high = LoadLow(high, bit);
            }
            else if (!at && from && to)
            {
                return low;
            }
            else if (at && !from && !to)
            {
                return best;
            }
            else if (at && !from && to)
            {
                low = LoadHigh(low, bit);
            }
        }

        return best;
    }

    private static bool Has(UInt128 value, int bit) => (value >> bit & 1) != 0;

    /// <summary>The bits below one that belong to the same coordinate.</summary>
    private static UInt128 Below(int bit)
    {
        UInt128 mask = (bit & 1) == 0 ? s_even : s_even << 1;
        return mask & ((UInt128.One << bit) - 1);
    }

    // 1000…: the least value whose bit is set.
    private static UInt128 LoadHigh(UInt128 value, int bit) => (value & ~Below(bit)) | (UInt128.One << bit);

    // 0111…: the greatest value whose bit is clear.
    private static UInt128 LoadLow(UInt128 value, int bit) => (value | Below(bit)) & ~(UInt128.One << bit);

    private static readonly UInt128 s_even = new(0x5555_5555_5555_5555, 0x5555_5555_5555_5555);

    private static UInt128 Spread(ulong value) => new(SpreadHalf((uint)(value >> 32)), SpreadHalf((uint)value));

    private static ulong SpreadHalf(uint half)
    {
        ulong bits = half;
        bits = (bits | bits << 16) & 0x0000_FFFF_0000_FFFF;
        bits = (bits | bits << 8) & 0x00FF_00FF_00FF_00FF;
        bits = (bits | bits << 4) & 0x0F0F_0F0F_0F0F_0F0F;
        bits = (bits | bits << 2) & 0x3333_3333_3333_3333;
        return (bits | bits << 1) & 0x5555_5555_5555_5555;
    }

    private static ulong Gather(UInt128 place) => (ulong)GatherHalf((ulong)(place >> 64)) << 32 | GatherHalf((ulong)place);

    private static uint GatherHalf(ulong bits)
    {
        bits &= 0x5555_5555_5555_5555;
        bits = (bits | bits >> 1) & 0x3333_3333_3333_3333;
        bits = (bits | bits >> 2) & 0x0F0F_0F0F_0F0F_0F0F;
        bits = (bits | bits >> 4) & 0x00FF_00FF_00FF_00FF;
        bits = (bits | bits >> 8) & 0x0000_FFFF_0000_FFFF;
        return (uint)((bits | bits >> 16) & 0xFFFF_FFFF);
    }
}
