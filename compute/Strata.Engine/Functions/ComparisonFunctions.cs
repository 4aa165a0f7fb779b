using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>The three-way comparisons of B-tree operator classes, the greater and lesser of two values, and what compares bytes only.</summary>
internal static class ComparisonFunctions
{
    private static readonly string[] s_orders = ["btboolcmp", "btfloat4cmp", "btfloat8cmp", "btarraycmp", "btoidvectorcmp", "timetz_cmp", "bttidcmp", "jsonb_cmp"];

    /// <summary>Those that answer with the difference of the first bytes that differ, as memcmp does.</summary>
    private static readonly string[] s_byteOrders = ["byteacmp", "uuid_cmp", "btnametextcmp", "bttextnamecmp", "bttext_pattern_cmp"];

    public static void Register(FunctionTable t)
    {
        foreach (string name in s_orders)
            t.Add(name, static (ref FunctionCall c) => c.Return(Math.Sign(Compare(ref c))));
        foreach (string name in s_byteOrders)
            t.Add(name, static (ref FunctionCall c) => c.Return(CompareBytes(c.ArgumentVector(0).GetStored(c.Row), c.ArgumentVector(1).GetStored(c.Row))));
        t.Add("bttextcmp", static (ref FunctionCall c) => c.Return(CompareStrings(c.Bytes(0), c.Bytes(1))));
        t.Add("btnamecmp", static (ref FunctionCall c) => c.Return(CompareStrings(c.Bytes(0), c.Bytes(1))));
        t.Add("bpcharcmp", static (ref FunctionCall c) => c.Return(CompareStrings(c.Bytes(0).TrimEnd((byte)' '), c.Bytes(1).TrimEnd((byte)' '))));
        t.Add("btequalimage", static (ref FunctionCall c) => c.Return(true));
        t.Add("btvarstrequalimage", static (ref FunctionCall c) => throw new SqlException(SqlState.IndeterminateCollation, "could not determine which collation to use for string comparison")
        {
            Hint = "Use the COLLATE clause to set the collation explicitly.",
        });
        t.Add("btbpchar_pattern_cmp", static (ref FunctionCall c) => c.Return(ComparePadded(ref c)));
        foreach (string type in new[] { "bpchar", "timetz", "tid" })
        {
            string separator = type == "tid" ? "" : "_";
            t.Add($"{type}{separator}larger", static (ref FunctionCall c) => c.ReturnArgument(Compare(ref c) >= 0 ? 0 : 1));
            t.Add($"{type}{separator}smaller", static (ref FunctionCall c) => c.ReturnArgument(Compare(ref c) <= 0 ? 0 : 1));
        }

        RegisterTests(t, "oidvector", "", static (ref FunctionCall c) => Compare(ref c));
        RegisterTests(t, "bpchar_pattern_", "", static (ref FunctionCall c) => ComparePadded(ref c));
        RegisterTests(t, "record_image_", "", static (ref FunctionCall c) => RecordImage.Compare(c.Bytes(0), c.Bytes(1)));
        t.Add("record_image_eq", static (ref FunctionCall c) => c.Return(RecordImage.Compare(c.Bytes(0), c.Bytes(1)) == 0));
        t.Add("btrecordimagecmp", static (ref FunctionCall c) => c.Return(RecordImage.Compare(c.Bytes(0), c.Bytes(1))));
        RegisterNumbers(t);
    }

    private delegate int Order(ref FunctionCall c);

    private static void RegisterTests(FunctionTable t, string prefix, string suffix, Order order)
    {
        t.Add($"{prefix}ne{suffix}", (ref FunctionCall c) => c.Return(order(ref c) != 0));
        t.Add($"{prefix}lt{suffix}", (ref FunctionCall c) => c.Return(order(ref c) < 0));
        t.Add($"{prefix}le{suffix}", (ref FunctionCall c) => c.Return(order(ref c) <= 0));
        t.Add($"{prefix}gt{suffix}", (ref FunctionCall c) => c.Return(order(ref c) > 0));
        t.Add($"{prefix}ge{suffix}", (ref FunctionCall c) => c.Return(order(ref c) >= 0));
    }

    /// <summary>Numbers of different width.</summary>
    private static void RegisterNumbers(FunctionTable t)
    {
        t.Add("btint24cmp", static (ref FunctionCall c) => c.Return(((int)c.Int16(0)).CompareTo(c.Int32(1))));
        t.Add("btint42cmp", static (ref FunctionCall c) => c.Return(c.Int32(0).CompareTo(c.Int16(1))));
        t.Add("btint28cmp", static (ref FunctionCall c) => c.Return(((long)c.Int16(0)).CompareTo(c.Int64(1))));
        t.Add("btint82cmp", static (ref FunctionCall c) => c.Return(c.Int64(0).CompareTo(c.Int16(1))));
        t.Add("btint48cmp", static (ref FunctionCall c) => c.Return(((long)c.Int32(0)).CompareTo(c.Int64(1))));
        t.Add("btint84cmp", static (ref FunctionCall c) => c.Return(c.Int64(0).CompareTo(c.Int32(1))));
        t.Add("btfloat48cmp", static (ref FunctionCall c) => c.Return(ValueComparison.CompareFloats(c.Float32(0), c.Float64(1))));
        t.Add("btfloat84cmp", static (ref FunctionCall c) => c.Return(ValueComparison.CompareFloats(c.Float64(0), c.Float32(1))));
    }

    private static int Compare(ref FunctionCall c)
    {
        if (c.Site.State is not ValueComparison order)
            c.Site.State = order = ValueComparison.For(c.ArgumentType(0));
        return order.Compare(c.ArgumentVector(0).GetStored(c.Row), c.ArgumentVector(1).GetStored(c.Row));
    }

    private static int ComparePadded(ref FunctionCall c) => CompareBytes(c.Bytes(0).TrimEnd((byte)' '), c.Bytes(1).TrimEnd((byte)' '));

    /// <summary>As C compares strings: the difference at the first place where they differ, the end counting as zero.</summary>
    private static int CompareStrings(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int common = a.CommonPrefixLength(b);
        return (common < a.Length ? a[common] : 0) - (common < b.Length ? b[common] : 0);
    }

    private static int CompareBytes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int common = a.CommonPrefixLength(b);
        return common < a.Length && common < b.Length ? a[common] - b[common] : a.Length.CompareTo(b.Length);
    }
}
