namespace Strata.Engine.Types.Ranges;

/// <summary>Relations and set operations of ranges of one type. Results are stored forms. Stateless, thread-safe.</summary>
internal static class RangeMath
{
    /// <summary>Order of ranges: empty ones first, then by lower bound, then by upper bound.</summary>
    public static int Compare(RangeInfo type, RangeValue a, RangeValue b)
    {
        if (a.IsEmpty || b.IsEmpty)
            return a.IsEmpty ? (b.IsEmpty ? 0 : -1) : 1;
        int order = RangeBound.Compare(type, a.Lower, b.Lower);
        return order != 0 ? order : RangeBound.Compare(type, a.Upper, b.Upper);
    }

    public static bool ContainsElement(RangeInfo type, RangeValue range, ReadOnlySpan<byte> value)
    {
        if (range.IsEmpty)
            return false;
        RangeBound lower = range.Lower, upper = range.Upper;
        if (!lower.IsInfinite)
        {
            int order = type.Order.Compare(lower.Value, value);
            if (order > 0 || (order == 0 && !lower.IsInclusive))
                return false;
        }

        if (!upper.IsInfinite)
        {
            int order = type.Order.Compare(upper.Value, value);
            if (order < 0 || (order == 0 && !upper.IsInclusive))
                return false;
        }

        return true;
    }

    public static bool Contains(RangeInfo type, RangeValue a, RangeValue b)
    {
        if (b.IsEmpty)
            return true;
        return !a.IsEmpty && RangeBound.Compare(type, a.Lower, b.Lower) <= 0 && RangeBound.Compare(type, a.Upper, b.Upper) >= 0;
    }

    public static bool IsBefore(RangeInfo type, RangeValue a, RangeValue b) =>
        !a.IsEmpty && !b.IsEmpty && RangeBound.Compare(type, a.Upper, b.Lower) < 0;

    public static bool EndsNotAfter(RangeInfo type, RangeValue a, RangeValue b) =>
        !a.IsEmpty && !b.IsEmpty && RangeBound.Compare(type, a.Upper, b.Upper) <= 0;

    public static bool StartsNotBefore(RangeInfo type, RangeValue a, RangeValue b) =>
        !a.IsEmpty && !b.IsEmpty && RangeBound.Compare(type, a.Lower, b.Lower) >= 0;

    public static bool Overlaps(RangeInfo type, RangeValue a, RangeValue b)
    {
        if (a.IsEmpty || b.IsEmpty)
            return false;
        if (RangeBound.Compare(type, a.Lower, b.Lower) >= 0)
            return RangeBound.Compare(type, a.Lower, b.Upper) <= 0;
        return RangeBound.Compare(type, b.Lower, a.Upper) <= 0;
    }

    public static bool AreAdjacent(RangeInfo type, RangeValue a, RangeValue b) =>
        !a.IsEmpty && !b.IsEmpty && (AreAdjacent(type, a.Upper, b.Lower) || AreAdjacent(type, b.Upper, a.Lower));

    /// <summary>True when nothing lies between an upper and a lower bound, and they share no value.</summary>
    public static bool AreAdjacent(RangeInfo type, RangeBound upper, RangeBound lower)
    {
        int order = RangeBound.CompareValues(type, upper, lower);
        if (order == 0)
            return upper.IsInclusive != lower.IsInclusive;
        if (order > 0 || !type.IsDiscrete)
            return false;
        // What is between them, as a range, is empty in its canonical form.
        return new RangeValue(RangeValue.Make(type, upper.Complement(), lower.Complement())).IsEmpty;
    }

    /// <summary>The union; 22000 when it has a gap, unless <paramref name="bridges"/>: then the smallest range that holds both.</summary>
    public static byte[] Union(RangeInfo type, RangeValue a, RangeValue b, bool bridges = false)
    {
        if (a.IsEmpty)
            return b.Stored.ToArray();
        if (b.IsEmpty)
            return a.Stored.ToArray();
        if (!bridges && !Overlaps(type, a, b) && !AreAdjacent(type, a, b))
            throw new SqlException(SqlState.DataException, "result of range union would not be contiguous");
        RangeBound lower = RangeBound.Compare(type, a.Lower, b.Lower) < 0 ? a.Lower : b.Lower;
        RangeBound upper = RangeBound.Compare(type, a.Upper, b.Upper) > 0 ? a.Upper : b.Upper;
        return RangeValue.Make(type, lower, upper);
    }

    public static byte[] Intersect(RangeInfo type, RangeValue a, RangeValue b)
    {
        if (!Overlaps(type, a, b))
            return RangeValue.Empty;
        RangeBound lower = RangeBound.Compare(type, a.Lower, b.Lower) >= 0 ? a.Lower : b.Lower;
        RangeBound upper = RangeBound.Compare(type, a.Upper, b.Upper) <= 0 ? a.Upper : b.Upper;
        return RangeValue.Make(type, lower, upper);
    }

    /// <summary>a without b; 22000 when that falls in two pieces.</summary>
    public static byte[] Minus(RangeInfo type, RangeValue a, RangeValue b)
    {
        Subtract(type, a, b, out byte[] left, out byte[]? right);
        return right is null ? left : throw new SqlException(SqlState.DataException, "result of range difference would not be contiguous");
    }

    /// <summary>a without b, as one range or as two.</summary>
    public static void Subtract(RangeInfo type, RangeValue a, RangeValue b, out byte[] left, out byte[]? right)
    {
        right = null;
        if (a.IsEmpty || b.IsEmpty || !Overlaps(type, a, b))
        {
            left = a.Stored.ToArray();
            return;
        }

        bool hasLeft = RangeBound.Compare(type, a.Lower, b.Lower) < 0, hasRight = RangeBound.Compare(type, a.Upper, b.Upper) > 0;
        if (hasLeft)
        {
            left = RangeValue.Make(type, a.Lower, b.Lower.Complement());
            if (hasRight)
                right = RangeValue.Make(type, b.Upper.Complement(), a.Upper);
            return;
        }

        left = hasRight ? RangeValue.Make(type, b.Upper.Complement(), a.Upper) : RangeValue.Empty;
    }
}
