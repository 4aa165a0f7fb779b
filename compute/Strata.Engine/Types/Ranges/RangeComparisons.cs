using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Ranges;

/// <summary>Default order of a range type: range_ops.</summary>
internal sealed class RangeComparison(RangeInfo type) : ValueComparison
{
    public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => RangeMath.Compare(type, new RangeValue(a), new RangeValue(b));

    public override ulong Hash(ReadOnlySpan<byte> value) => Hash(type, new RangeValue(value));

    /// <summary>Bounds may be equal without being the same bytes (numeric), so their values are hashed by their own rules.</summary>
    public static ulong Hash(RangeInfo type, RangeValue range)
    {
        ulong hash = range.Flags;
        if (range.IsEmpty)
            return VectorHash.Combine(1, hash);
        hash = VectorHash.Combine(hash, range.Lower.IsInfinite ? VectorHash.Null : type.Order.Hash(range.Lower.Value));
        return VectorHash.Combine(hash, range.Upper.IsInfinite ? VectorHash.Null : type.Order.Hash(range.Upper.Value));
    }
}

/// <summary>Default order of a multirange type: multirange_ops.</summary>
internal sealed class MultirangeComparison(RangeInfo type) : ValueComparison
{
    public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        MultirangeMath.Compare(type, new MultirangeValue(a), new MultirangeValue(b));

    public override ulong Hash(ReadOnlySpan<byte> value)
    {
        ulong hash = 1;
        foreach (RangeValue range in new MultirangeValue(value))
            hash = VectorHash.Combine(hash, RangeComparison.Hash(type, range));
        return hash;
    }
}
