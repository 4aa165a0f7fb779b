namespace Strata.Engine.Types.Ranges;

/// <summary>Relations and set operations of multiranges of one type. Results are stored forms. Stateless, thread-safe.</summary>
internal static class MultirangeMath
{
    /// <summary>Order: range by range, then by their number.</summary>
    public static int Compare(RangeInfo type, MultirangeValue a, MultirangeValue b)
    {
        MultirangeValue.Enumerator x = a.GetEnumerator(), y = b.GetEnumerator();
        while (true)
        {
            bool hasLeft = x.MoveNext(), hasRight = y.MoveNext();
            if (!hasLeft || !hasRight)
                return hasLeft ? 1 : hasRight ? -1 : 0;
            int order = RangeMath.Compare(type, x.Current, y.Current);
            if (order != 0)
                return order;
        }
    }

    public static bool ContainsElement(RangeInfo type, MultirangeValue ranges, ReadOnlySpan<byte> value)
    {
        foreach (RangeValue range in ranges)
        {
            if (RangeMath.ContainsElement(type, range, value))
                return true;
        }

        return false;
    }

    public static bool Contains(RangeInfo type, MultirangeValue ranges, RangeValue inner)
    {
        if (inner.IsEmpty)
            return true;
        foreach (RangeValue range in ranges)
        {
            if (RangeMath.Contains(type, range, inner))
                return true;
        }

        return false;
    }

    public static bool Contains(RangeInfo type, MultirangeValue a, MultirangeValue b)
    {
        MultirangeValue.Enumerator outer = a.GetEnumerator();
        bool hasOuter = outer.MoveNext();
        foreach (RangeValue inner in b)
        {
            while (hasOuter && RangeMath.IsBefore(type, outer.Current, inner))
                hasOuter = outer.MoveNext();
            if (!hasOuter || !RangeMath.Contains(type, outer.Current, inner))
                return false;
        }

        return true;
    }

    public static bool IsContainedBy(RangeInfo type, MultirangeValue ranges, RangeValue outer)
    {
        if (ranges.IsEmpty)
            return true;
        return !outer.IsEmpty && RangeBound.Compare(type, outer.Lower, ranges.First.Lower) <= 0
            && RangeBound.Compare(type, outer.Upper, ranges.Last.Upper) >= 0;
    }

    public static bool Overlaps(RangeInfo type, MultirangeValue ranges, RangeValue other)
    {
        foreach (RangeValue range in ranges)
        {
            if (RangeMath.Overlaps(type, range, other))
                return true;
        }

        return false;
    }

    public static bool Overlaps(RangeInfo type, MultirangeValue a, MultirangeValue b)
    {
        MultirangeValue.Enumerator x = a.GetEnumerator(), y = b.GetEnumerator();
        bool hasLeft = x.MoveNext(), hasRight = y.MoveNext();
        while (hasLeft && hasRight)
        {
            if (RangeMath.Overlaps(type, x.Current, y.Current))
                return true;
            if (RangeMath.IsBefore(type, x.Current, y.Current))
                hasLeft = x.MoveNext();
            else
                hasRight = y.MoveNext();
        }

        return false;
    }

    public static bool AreAdjacent(RangeInfo type, MultirangeValue ranges, RangeValue other)
    {
        return !ranges.IsEmpty && !other.IsEmpty
            && (RangeMath.AreAdjacent(type, other.Upper, ranges.First.Lower) || RangeMath.AreAdjacent(type, ranges.Last.Upper, other.Lower));
    }

    public static bool AreAdjacent(RangeInfo type, MultirangeValue a, MultirangeValue b)
    {
        return !a.IsEmpty && !b.IsEmpty
            && (RangeMath.AreAdjacent(type, a.Last.Upper, b.First.Lower) || RangeMath.AreAdjacent(type, b.Last.Upper, a.First.Lower));
    }

    public static byte[] Union(RangeInfo type, MultirangeValue a, MultirangeValue b)
    {
        List<byte[]> ranges = a.ToList();
        ranges.AddRange(b.ToList());
        return MultirangeValue.Make(type, ranges);
    }

    public static byte[] Intersect(RangeInfo type, MultirangeValue a, MultirangeValue b)
    {
        var result = new List<byte[]>();
        MultirangeValue.Enumerator x = a.GetEnumerator(), y = b.GetEnumerator();
        bool hasLeft = x.MoveNext(), hasRight = y.MoveNext();
        while (hasLeft && hasRight)
        {
            RangeValue left = x.Current, right = y.Current;
            result.Add(RangeMath.Intersect(type, left, right));
            if (RangeBound.Compare(type, left.Upper, right.Upper) <= 0)
                hasLeft = x.MoveNext();
            else
                hasRight = y.MoveNext();
        }

        return MultirangeValue.Make(type, result);
    }

    public static byte[] Minus(RangeInfo type, MultirangeValue a, MultirangeValue b)
    {
        var result = new List<byte[]>();
        foreach (RangeValue range in a)
        {
            byte[] rest = range.Stored.ToArray();
            foreach (RangeValue cut in b)
            {
                // What is left of a cut can't be reached by the cuts behind it.
                RangeMath.Subtract(type, new RangeValue(rest), cut, out byte[] left, out byte[]? right);
                if (right is null)
                {
                    rest = left;
                    continue;
                }

                result.Add(left);
                rest = right;
            }

            result.Add(rest);
        }

        return MultirangeValue.Make(type, result);
    }
}
