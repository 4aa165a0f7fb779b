using Strata.Engine.Execution.Entries;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.Scalars;

/// <summary>btree_gist and btree_gin: scalar types in GiST and GIN indexes, beside ranges, arrays and documents. An entry is the key of the value, as in a B-tree.</summary>
internal static class ScalarLibraries
{
    private static readonly string[] s_gistTypes =
    [
        "bit", "bool", "bpchar", "bytea", "cash", "date", "enum", "float4", "float8", "inet", "int2", "int4", "int8", "intv", "macad8", "macad", "numeric", "oid", "text", "time", "timetz", "ts",
        "tstz", "uuid",
    ];

    private static readonly string[] s_ginTypes =
    [
        "anyenum", "bit", "bool", "bpchar", "bytea", "char", "cidr", "date", "float4", "float8", "inet", "int2", "int4", "int8", "interval", "macaddr", "macaddr8", "money", "name", "numeric",
        "oid", "text", "time", "timestamp", "timestamptz", "timetz", "uuid", "varbit",
    ];

    public static NativeLibrary MakeGin()
    {
        var library = new NativeLibrary("$libdir/btree_gin");
        var items = new OrderedItems();
        foreach (string type in s_ginTypes)
            library.Add($"gin_extract_value_{type}", items);
        return library;
    }

    public static NativeLibrary MakeGist()
    {
        var library = new NativeLibrary("$libdir/btree_gist");
        var items = new OrderedItems();
        foreach (string type in s_gistTypes)
            library.Add($"gbt_{type}_compress", items);
        library.Add(new OpaqueType("gbtreekey_in", "gbtreekey?"));
        RegisterDistances(library.Functions);
        return library;
    }

    private static void RegisterDistances(FunctionTable t)
    {
        t.Add("int2_dist", static (ref FunctionCall c) => c.Return(Math.Abs(c.Int16(0) - c.Int16(1)) is <= short.MaxValue and var d ? (short)d : throw OutOfRange("smallint")));
        t.Add("int4_dist", static (ref FunctionCall c) => c.Return(Math.Abs((long)c.Int32(0) - c.Int32(1)) is <= int.MaxValue and var d ? (int)d : throw OutOfRange("integer")));
        t.Add("int8_dist", static (ref FunctionCall c) => c.Return(Distance(c.Int64(0), c.Int64(1), "bigint")));
        t.Add("cash_dist", static (ref FunctionCall c) => c.Return(Distance(c.Int64(0), c.Int64(1), "money")));
        t.Add("oid_dist", static (ref FunctionCall c) => c.Return(c.Oid(0) < c.Oid(1) ? c.Oid(1) - c.Oid(0) : c.Oid(0) - c.Oid(1)));
        t.Add("float4_dist", static (ref FunctionCall c) => c.Return(Math.Abs(c.Float32(0) - c.Float32(1))));
        t.Add("float8_dist", static (ref FunctionCall c) => c.Return(Math.Abs(c.Float64(0) - c.Float64(1))));
        t.Add("date_dist", static (ref FunctionCall c) => c.Return((int)Math.Abs((long)c.Int32(0) - c.Int32(1))));
        t.Add("time_dist", static (ref FunctionCall c) => c.ReturnFixed16(new IntervalValue(Math.Abs(c.Int64(0) - c.Int64(1)), 0, 0)));
        t.Add("ts_dist", static (ref FunctionCall c) => c.ReturnFixed16(BetweenMoments(c.Int64(0), c.Int64(1))));
        t.Add("tstz_dist", static (ref FunctionCall c) => c.ReturnFixed16(BetweenMoments(c.Int64(0), c.Int64(1))));
        t.Add("interval_dist", static (ref FunctionCall c) =>
        {
            IntervalValue a = c.Fixed16<IntervalValue>(0), b = c.Fixed16<IntervalValue>(1);
            if (a.CompareTo(b) < 0)
                (a, b) = (b, a);
            c.ReturnFixed16(new IntervalValue(a.Microseconds - b.Microseconds, a.Days - b.Days, a.Months - b.Months));
        });
    }

    private static SqlException OutOfRange(string type) => new(SqlState.NumericValueOutOfRange, $"{type} out of range");

    private static long Distance(long a, long b, string type)
    {
        Int128 distance = Int128.Abs((Int128)a - b);
        return distance <= long.MaxValue ? (long)distance : throw OutOfRange(type);
    }

    // Whole days and the rest; for infinite moments the longest interval.
    private static IntervalValue BetweenMoments(long a, long b)
    {
        if (!DateTimeMath.IsFinite(a) || !DateTimeMath.IsFinite(b))
            return new IntervalValue(long.MaxValue, int.MaxValue, int.MaxValue);
        long distance = Math.Abs(a - b);
        return new IntervalValue(distance % DateTimeMath.MicrosecondsPerDay, (int)(distance / DateTimeMath.MicrosecondsPerDay), 0);
    }
}
