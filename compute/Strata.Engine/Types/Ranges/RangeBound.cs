namespace Strata.Engine.Types.Ranges;

/// <summary>One end of a range. The value's bytes belong to whom the range was read from.</summary>
public readonly ref struct RangeBound(ReadOnlySpan<byte> value, bool isInfinite, bool isInclusive, bool isLower)
{
    /// <summary>The stored form of the bound's value; empty when it is infinite.</summary>
    public readonly ReadOnlySpan<byte> Value = value;

    public readonly bool IsInfinite = isInfinite;
    public readonly bool IsInclusive = isInclusive;
    public readonly bool IsLower = isLower;

    /// <summary>The other side's bound at the same value: where what this one ends goes on.</summary>
    public RangeBound Complement() => new(Value, IsInfinite, !IsInclusive, !IsLower);

    /// <summary>The order of the places that bounds cut at: (1 comes behind [1, and 1) before 1].</summary>
    public static int Compare(RangeInfo type, RangeBound a, RangeBound b)
    {
        int order = CompareValues(type, a, b);
        if (order != 0 || a.IsInfinite || b.IsInfinite)
            return order;
        if (!a.IsInclusive && !b.IsInclusive)
            return a.IsLower == b.IsLower ? 0 : a.IsLower ? 1 : -1;
        if (!a.IsInclusive)
            return a.IsLower ? 1 : -1;
        if (!b.IsInclusive)
            return b.IsLower ? -1 : 1;
        return 0;
    }

    /// <summary>The order of the values only.</summary>
    public static int CompareValues(RangeInfo type, RangeBound a, RangeBound b)
    {
        if (a.IsInfinite && b.IsInfinite)
            return a.IsLower == b.IsLower ? 0 : a.IsLower ? -1 : 1;
        if (a.IsInfinite)
            return a.IsLower ? -1 : 1;
        if (b.IsInfinite)
            return b.IsLower ? 1 : -1;
        return type.Order.Compare(a.Value, b.Value);
    }
}
