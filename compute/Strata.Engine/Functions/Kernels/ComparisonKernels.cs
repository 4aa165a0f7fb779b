using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Functions.Kernels;

/// <summary>One of the six comparison operators.</summary>
internal interface IComparisonTest
{
    static abstract bool Test<T>(T a, T b)
        where T : IComparisonOperators<T, T, bool>;

    /// <summary>All bits set in the lanes where the test holds. Integers only: floats have an order of their own.</summary>
    static abstract Vector256<T> Test<T>(Vector256<T> a, Vector256<T> b);

    static abstract bool IsEquality { get; }
}

/// <summary>=, &lt;&gt;, &lt;, &lt;=, &gt;, &gt;= of all base types as vector kernels.</summary>
internal static unsafe class ComparisonKernels
{
    internal struct Equal : IComparisonTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Test<T>(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);

        public static bool IsEquality => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Test<T>(T a, T b)
            where T : IComparisonOperators<T, T, bool> => a == b;
    }

    internal struct NotEqual : IComparisonTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Test<T>(Vector256<T> a, Vector256<T> b) => ~Vector256.Equals(a, b);

        public static bool IsEquality => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Test<T>(T a, T b)
            where T : IComparisonOperators<T, T, bool> => a != b;
    }

    internal struct Less : IComparisonTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Test<T>(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);

        public static bool IsEquality => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Test<T>(T a, T b)
            where T : IComparisonOperators<T, T, bool> => a < b;
    }

    internal struct LessOrEqual : IComparisonTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Test<T>(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);

        public static bool IsEquality => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Test<T>(T a, T b)
            where T : IComparisonOperators<T, T, bool> => a <= b;
    }

    internal struct Greater : IComparisonTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Test<T>(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThan(a, b);

        public static bool IsEquality => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Test<T>(T a, T b)
            where T : IComparisonOperators<T, T, bool> => a > b;
    }

    internal struct GreaterOrEqual : IComparisonTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Test<T>(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThanOrEqual(a, b);

        public static bool IsEquality => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Test<T>(T a, T b)
            where T : IComparisonOperators<T, T, bool> => a >= b;
    }

    /// <summary>Compares numbers after widening both to one type.</summary>
    private struct Numbers<TLeft, TRight, TWide, TTest> : IBinaryOperation<TLeft, TRight, byte>
        where TLeft : unmanaged, INumberBase<TLeft>
        where TRight : unmanaged, INumberBase<TRight>
        where TWide : unmanaged, INumberBase<TWide>, IComparisonOperators<TWide, TWide, bool>
        where TTest : struct, IComparisonTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static byte Invoke(TLeft left, TRight right) =>
            TTest.Test(TWide.CreateTruncating(left), TWide.CreateTruncating(right)) ? (byte)1 : (byte)0;
    }

    /// <summary>Compares floats with NaN equal to itself and above the rest.</summary>
    private struct Floats<TLeft, TRight, TTest> : IBinaryOperation<TLeft, TRight, byte>
        where TLeft : unmanaged, IFloatingPoint<TLeft>
        where TRight : unmanaged, IFloatingPoint<TRight>
        where TTest : struct, IComparisonTest
    {
        public static byte Invoke(TLeft left, TRight right) =>
            TTest.Test(ValueComparison.CompareFloats(double.CreateTruncating(left), double.CreateTruncating(right)), 0) ? (byte)1 : (byte)0;
    }

    private struct Ordered<T, TTest> : IBinaryOperation<T, T, byte>
        where T : unmanaged, IComparable<T>
        where TTest : struct, IComparisonTest
    {
        public static byte Invoke(T left, T right) => TTest.Test(left.CompareTo(right), 0) ? (byte)1 : (byte)0;
    }

    /// <summary>Sixteen bytes in network order.</summary>
    private struct Uuids<TTest> : IBinaryOperation<UInt128, UInt128, byte>
        where TTest : struct, IComparisonTest
    {
        public static byte Invoke(UInt128 left, UInt128 right) =>
            TTest.Test(BinaryPrimitives.ReverseEndianness(left), BinaryPrimitives.ReverseEndianness(right)) ? (byte)1 : (byte)0;
    }

    private struct Views<TTest> : IBinaryOperation<ByteView, ByteView, byte>
        where TTest : struct, IComparisonTest
    {
        public static byte Invoke(ByteView left, ByteView right)
        {
            if (TTest.IsEquality)
                return TTest.Test(left.Equals(right) ? 0 : 1, 0) ? (byte)1 : (byte)0;
            return TTest.Test(left.CompareTo(right), 0) ? (byte)1 : (byte)0;
        }
    }

    private struct Padded<TTest> : IBinaryOperation<ByteView, ByteView, byte>
        where TTest : struct, IComparisonTest
    {
        public static byte Invoke(ByteView left, ByteView right) =>
            TTest.Test(CharacterTypes.TrimBpChar(left.Span).SequenceCompareTo(CharacterTypes.TrimBpChar(right.Span)), 0) ? (byte)1 : (byte)0;
    }

    public static void Register(FunctionTable table)
    {
        AddNumbers<short, short, short>(table, "int2");
        AddNumbers<int, int, int>(table, "int4");
        AddNumbers<long, long, long>(table, "int8");
        AddNumbers<short, int, int>(table, "int24");
        AddNumbers<int, short, int>(table, "int42");
        AddNumbers<short, long, long>(table, "int28");
        AddNumbers<long, short, long>(table, "int82");
        AddNumbers<int, long, long>(table, "int48");
        AddNumbers<long, int, long>(table, "int84");
        AddNumbers<byte, byte, byte>(table, "bool");
        AddNumbers<byte, byte, byte>(table, "char");
        AddNumbers<uint, uint, uint>(table, "oid");
        AddNumbers<int, int, int>(table, "date_");
        AddNumbers<long, long, long>(table, "time_");
        AddNumbers<long, long, long>(table, "timestamp_");
        AddNumbers<long, long, long>(table, "cash_");
        AddNumbers<ulong, ulong, ulong>(table, "pg_lsn_");
        AddNumbers<ulong, ulong, ulong>(table, "xid8");
        AddNumbers<long, long, long>(table, "tid");
        AddNumbers<uint, uint, uint>(table, "enum_");
        table.AddVector("xideq", BinaryKernel.Run<uint, uint, byte, Numbers<uint, uint, uint, Equal>>);
        table.AddVector("xidneq", BinaryKernel.Run<uint, uint, byte, Numbers<uint, uint, uint, NotEqual>>);
        table.AddVector("cideq", BinaryKernel.Run<uint, uint, byte, Numbers<uint, uint, uint, Equal>>);
        AddFloats<float, float>(table, "float4");
        AddFloats<double, double>(table, "float8");
        AddFloats<float, double>(table, "float48");
        AddFloats<double, float>(table, "float84");
        AddOrdered<IntervalValue>(table, "interval_");
        AddOrdered<TimeTzValue>(table, "timetz_");
        AddUuids(table);
        AddPadded(table);
        AddViews(table, "texteq", "textne", "text_lt", "text_le", "text_gt", "text_ge");
        AddViews(table, "byteaeq", "byteane", "bytealt", "byteale", "byteagt", "byteage");
        AddViews(table, "nameeq", "namene", "namelt", "namele", "namegt", "namege");
        AddViews(table, "nameeqtext", "namenetext", "namelttext", "nameletext", "namegttext", "namegetext");
        AddViews(table, "texteqname", "textnename", "textltname", "textlename", "textgtname", "textgename");
        AddViews(table, null, null, "text_pattern_lt", "text_pattern_le", "text_pattern_gt", "text_pattern_ge");
        foreach (string prefix in (string[])["network_", "macaddr_", "macaddr8_"])
            AddViews(table, prefix + "eq", prefix + "ne", prefix + "lt", prefix + "le", prefix + "gt", prefix + "ge");
        AddGeneric(table, "bit");
        AddGeneric(table, "array_");
        AddGeneric(table, "record_");
        AddGeneric(table, "jsonb_");
        AddComparator<int>(table, "btint4cmp");
        table.Add("btint2cmp", static (ref FunctionCall c) => c.Return(c.Int16(0) - c.Int16(1)));
        AddComparator<long>(table, "btint8cmp");
        AddComparator<uint>(table, "btoidcmp");
        AddComparator<int>(table, "date_cmp");
        AddComparator<long>(table, "timestamp_cmp");
        AddComparator<long>(table, "time_cmp");
        AddComparator<IntervalValue>(table, "interval_cmp");
        table.Add("numeric_cmp", static (ref FunctionCall c) => c.Return(Math.Sign(c.Numeric(0).CompareTo(c.Numeric(1)))));
    }

    private static void AddComparator<T>(FunctionTable table, string symbol)
        where T : unmanaged, IComparable<T> =>
        table.Add(symbol, static (ref FunctionCall c) => c.Return(Math.Sign(c.ArgumentVector(0).Get<T>(c.Row).CompareTo(c.ArgumentVector(1).Get<T>(c.Row)))));

    private static void AddNumbers<TLeft, TRight, TWide>(FunctionTable table, string prefix)
        where TLeft : unmanaged, INumberBase<TLeft>
        where TRight : unmanaged, INumberBase<TRight>
        where TWide : unmanaged, INumberBase<TWide>, IComparisonOperators<TWide, TWide, bool>
    {
        table.AddVector(prefix + "eq", RunNumbers<TLeft, TRight, TWide, Equal>);
        table.AddVector(prefix + "ne", RunNumbers<TLeft, TRight, TWide, NotEqual>);
        table.AddVector(prefix + "lt", RunNumbers<TLeft, TRight, TWide, Less>);
        table.AddVector(prefix + "le", RunNumbers<TLeft, TRight, TWide, LessOrEqual>);
        table.AddVector(prefix + "gt", RunNumbers<TLeft, TRight, TWide, Greater>);
        table.AddVector(prefix + "ge", RunNumbers<TLeft, TRight, TWide, GreaterOrEqual>);
    }

    /// <summary>The vector loop for dense columns of one type, the scalar one for all else.</summary>
    private static void RunNumbers<TLeft, TRight, TWide, TTest>(in KernelCall call)
        where TLeft : unmanaged, INumberBase<TLeft>
        where TRight : unmanaged, INumberBase<TRight>
        where TWide : unmanaged, INumberBase<TWide>, IComparisonOperators<TWide, TWide, bool>
        where TTest : struct, IComparisonTest
    {
        Vector left = call.Arguments[0], right = call.Arguments[1];
        int count = call.Selection.Count;
        if (typeof(TLeft) != typeof(TRight) || !VectorComparison.IsSupported<TLeft>() || !call.Selection.IsRange
            || count < Vector256<TLeft>.Count || left.Kind != VectorKind.Flat || left.HasNulls || right.HasNulls || right.Kind == VectorKind.Dictionary)
        {
            BinaryKernel.Run<TLeft, TRight, byte, Numbers<TLeft, TRight, TWide, TTest>>(call);
            return;
        }

        call.Result.Reset(count);
        bool isConstant = right.Kind == VectorKind.Constant;
        byte* output = call.Result.Data;
        int done = VectorComparison.Run<TLeft, TTest>((TLeft*)left.Data, (TLeft*)right.Data, isConstant, output, count);
        for (int i = done; i < count; i++)
            output[i] = Numbers<TLeft, TRight, TWide, TTest>.Invoke(((TLeft*)left.Data)[i], ((TRight*)right.Data)[isConstant ? 0 : i]);
    }

    private static void AddFloats<TLeft, TRight>(FunctionTable table, string prefix)
        where TLeft : unmanaged, IFloatingPoint<TLeft>
        where TRight : unmanaged, IFloatingPoint<TRight>
    {
        table.AddVector(prefix + "eq", BinaryKernel.Run<TLeft, TRight, byte, Floats<TLeft, TRight, Equal>>);
        table.AddVector(prefix + "ne", BinaryKernel.Run<TLeft, TRight, byte, Floats<TLeft, TRight, NotEqual>>);
        table.AddVector(prefix + "lt", BinaryKernel.Run<TLeft, TRight, byte, Floats<TLeft, TRight, Less>>);
        table.AddVector(prefix + "le", BinaryKernel.Run<TLeft, TRight, byte, Floats<TLeft, TRight, LessOrEqual>>);
        table.AddVector(prefix + "gt", BinaryKernel.Run<TLeft, TRight, byte, Floats<TLeft, TRight, Greater>>);
        table.AddVector(prefix + "ge", BinaryKernel.Run<TLeft, TRight, byte, Floats<TLeft, TRight, GreaterOrEqual>>);
    }

    private static void AddOrdered<T>(FunctionTable table, string prefix)
        where T : unmanaged, IComparable<T>
    {
        table.AddVector(prefix + "eq", BinaryKernel.Run<T, T, byte, Ordered<T, Equal>>);
        table.AddVector(prefix + "ne", BinaryKernel.Run<T, T, byte, Ordered<T, NotEqual>>);
        table.AddVector(prefix + "lt", BinaryKernel.Run<T, T, byte, Ordered<T, Less>>);
        table.AddVector(prefix + "le", BinaryKernel.Run<T, T, byte, Ordered<T, LessOrEqual>>);
        table.AddVector(prefix + "gt", BinaryKernel.Run<T, T, byte, Ordered<T, Greater>>);
        table.AddVector(prefix + "ge", BinaryKernel.Run<T, T, byte, Ordered<T, GreaterOrEqual>>);
    }

    private static void AddUuids(FunctionTable table)
    {
        table.AddVector("uuid_eq", BinaryKernel.Run<UInt128, UInt128, byte, Uuids<Equal>>);
        table.AddVector("uuid_ne", BinaryKernel.Run<UInt128, UInt128, byte, Uuids<NotEqual>>);
        table.AddVector("uuid_lt", BinaryKernel.Run<UInt128, UInt128, byte, Uuids<Less>>);
        table.AddVector("uuid_le", BinaryKernel.Run<UInt128, UInt128, byte, Uuids<LessOrEqual>>);
        table.AddVector("uuid_gt", BinaryKernel.Run<UInt128, UInt128, byte, Uuids<Greater>>);
        table.AddVector("uuid_ge", BinaryKernel.Run<UInt128, UInt128, byte, Uuids<GreaterOrEqual>>);
    }

    private static void AddPadded(FunctionTable table)
    {
        table.AddVector("bpchareq", BinaryKernel.Run<ByteView, ByteView, byte, Padded<Equal>>);
        table.AddVector("bpcharne", BinaryKernel.Run<ByteView, ByteView, byte, Padded<NotEqual>>);
        table.AddVector("bpcharlt", BinaryKernel.Run<ByteView, ByteView, byte, Padded<Less>>);
        table.AddVector("bpcharle", BinaryKernel.Run<ByteView, ByteView, byte, Padded<LessOrEqual>>);
        table.AddVector("bpchargt", BinaryKernel.Run<ByteView, ByteView, byte, Padded<Greater>>);
        table.AddVector("bpcharge", BinaryKernel.Run<ByteView, ByteView, byte, Padded<GreaterOrEqual>>);
    }

    private static void AddViews(FunctionTable table, string? eq, string? ne, string lt, string le, string gt, string ge)
    {
        if (eq is not null)
            table.AddVector(eq, BinaryKernel.Run<ByteView, ByteView, byte, Views<Equal>>);
        if (ne is not null)
            table.AddVector(ne, BinaryKernel.Run<ByteView, ByteView, byte, Views<NotEqual>>);
        table.AddVector(lt, BinaryKernel.Run<ByteView, ByteView, byte, Views<Less>>);
        table.AddVector(le, BinaryKernel.Run<ByteView, ByteView, byte, Views<LessOrEqual>>);
        table.AddVector(gt, BinaryKernel.Run<ByteView, ByteView, byte, Views<Greater>>);
        table.AddVector(ge, BinaryKernel.Run<ByteView, ByteView, byte, Views<GreaterOrEqual>>);
    }

    /// <summary>Types whose order depends on element types: by the type's <see cref="ValueComparison"/>.</summary>
    private static void AddGeneric(FunctionTable table, string prefix)
    {
        table.Add(prefix + "eq", static (ref FunctionCall c) => c.Return(Order(ref c).Equal(c.Bytes(0), c.Bytes(1))));
        table.Add(prefix + "ne", static (ref FunctionCall c) => c.Return(!Order(ref c).Equal(c.Bytes(0), c.Bytes(1))));
        table.Add(prefix + "lt", static (ref FunctionCall c) => c.Return(CompareStored(ref c) < 0));
        table.Add(prefix + "le", static (ref FunctionCall c) => c.Return(CompareStored(ref c) <= 0));
        table.Add(prefix + "gt", static (ref FunctionCall c) => c.Return(CompareStored(ref c) > 0));
        table.Add(prefix + "ge", static (ref FunctionCall c) => c.Return(CompareStored(ref c) >= 0));
    }

    private static ValueComparison Order(ref FunctionCall c) => (ValueComparison)(c.Site.State ??= ValueComparison.For(c.ArgumentType(0)));

    private static int CompareStored(ref FunctionCall c) => Order(ref c).Compare(c.Bytes(0), c.Bytes(1));
}
