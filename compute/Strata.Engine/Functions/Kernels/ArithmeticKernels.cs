using System.Numerics;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Kernels;

/// <summary>+, -, *, / and % of integers and floats, with PostgreSQL's range errors.</summary>
internal static class ArithmeticKernels
{
    /// <summary>Names of integer types in "… out of range".</summary>
    private static string NameOf<T>() =>
        typeof(T) == typeof(short) ? "smallint" : typeof(T) == typeof(int) ? "integer" : "bigint";

    private static SqlException OutOfRange<T>() => TypeErrors.OutOfRange(NameOf<T>());

    private struct Add<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            TResult a = TResult.CreateTruncating(left), b = TResult.CreateTruncating(right);
            result = a + b;
            return !TResult.IsNegative((a ^ result) & (b ^ result));
        }

        public static SqlException Error(TLeft left, TRight right) => OutOfRange<TResult>();
    }

    private struct Subtract<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            TResult a = TResult.CreateTruncating(left), b = TResult.CreateTruncating(right);
            result = a - b;
            return !TResult.IsNegative((a ^ b) & (a ^ result));
        }

        public static SqlException Error(TLeft left, TRight right) => OutOfRange<TResult>();
    }

    private struct Multiply<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            long a = long.CreateTruncating(left), b = long.CreateTruncating(right);
            long high = Math.BigMul(a, b, out long low);
            result = TResult.CreateTruncating(low);
            return high == low >> 63 && long.CreateTruncating(result) == low;
        }

        public static SqlException Error(TLeft left, TRight right) => OutOfRange<TResult>();
    }

    private struct Divide<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            result = default;
            if (TRight.IsZero(right))
                return false;
            TResult a = TResult.CreateTruncating(left);
            if (right == -TRight.One)
            {
                result = -a;
                // The most negative value has no counterpart.
                return TResult.IsZero(a) || TResult.IsNegative(a) != TResult.IsNegative(result);
            }

            result = a / TResult.CreateTruncating(right);
            return true;
        }

        public static SqlException Error(TLeft left, TRight right) =>
            TRight.IsZero(right) ? NumericMath.DivisionByZero() : OutOfRange<TResult>();
    }

    private struct Modulo<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            result = default;
            if (TRight.IsZero(right))
                return false;
            if (right != -TRight.One)
                result = TResult.CreateTruncating(left) % TResult.CreateTruncating(right);
            return true;
        }

        public static SqlException Error(TLeft left, TRight right) => NumericMath.DivisionByZero();
    }

    private static SqlException FloatOverflow() => new(SqlState.NumericValueOutOfRange, "value out of range: overflow");

    private static SqlException FloatUnderflow() => new(SqlState.NumericValueOutOfRange, "value out of range: underflow");

    private struct FloatAdd<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IFloatingPointIeee754<TLeft>
        where TRight : unmanaged, IFloatingPointIeee754<TRight>
        where TResult : unmanaged, IFloatingPointIeee754<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            result = TResult.CreateTruncating(left) + TResult.CreateTruncating(right);
            return !TResult.IsInfinity(result) || TLeft.IsInfinity(left) || TRight.IsInfinity(right);
        }

        public static SqlException Error(TLeft left, TRight right) => FloatOverflow();
    }

    private struct FloatSubtract<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IFloatingPointIeee754<TLeft>
        where TRight : unmanaged, IFloatingPointIeee754<TRight>
        where TResult : unmanaged, IFloatingPointIeee754<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            result = TResult.CreateTruncating(left) - TResult.CreateTruncating(right);
            return !TResult.IsInfinity(result) || TLeft.IsInfinity(left) || TRight.IsInfinity(right);
        }

        public static SqlException Error(TLeft left, TRight right) => FloatOverflow();
    }

    private struct FloatMultiply<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IFloatingPointIeee754<TLeft>
        where TRight : unmanaged, IFloatingPointIeee754<TRight>
        where TResult : unmanaged, IFloatingPointIeee754<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            result = TResult.CreateTruncating(left) * TResult.CreateTruncating(right);
            if (TResult.IsInfinity(result))
                return TLeft.IsInfinity(left) || TRight.IsInfinity(right);
            return !TResult.IsZero(result) || TLeft.IsZero(left) || TRight.IsZero(right);
        }

        public static SqlException Error(TLeft left, TRight right) =>
            TResult.IsZero(TResult.CreateTruncating(left) * TResult.CreateTruncating(right)) ? FloatUnderflow() : FloatOverflow();
    }

    private struct FloatDivide<TLeft, TRight, TResult> : IFallibleOperation<TLeft, TRight, TResult>
        where TLeft : unmanaged, IFloatingPointIeee754<TLeft>
        where TRight : unmanaged, IFloatingPointIeee754<TRight>
        where TResult : unmanaged, IFloatingPointIeee754<TResult>
    {
        public static bool TryInvoke(TLeft left, TRight right, out TResult result)
        {
            result = default;
            if (TRight.IsZero(right) && !TLeft.IsNaN(left))
                return false;
            result = TResult.CreateTruncating(left) / TResult.CreateTruncating(right);
            if (TResult.IsInfinity(result))
                return TLeft.IsInfinity(left);
            return !TResult.IsZero(result) || TLeft.IsZero(left) || TRight.IsInfinity(right);
        }

        public static SqlException Error(TLeft left, TRight right)
        {
            if (TRight.IsZero(right))
                return NumericMath.DivisionByZero();
            return TResult.IsZero(TResult.CreateTruncating(left) / TResult.CreateTruncating(right)) ? FloatUnderflow() : FloatOverflow();
        }
    }

    public static void Register(FunctionTable table)
    {
        AddIntegers<short, short, short>(table, "int2", withModulo: true);
        AddIntegers<int, int, int>(table, "int4", withModulo: true);
        AddIntegers<long, long, long>(table, "int8", withModulo: true);
        AddIntegers<short, int, int>(table, "int24", withModulo: false);
        AddIntegers<int, short, int>(table, "int42", withModulo: false);
        AddIntegers<short, long, long>(table, "int28", withModulo: false);
        AddIntegers<long, short, long>(table, "int82", withModulo: false);
        AddIntegers<int, long, long>(table, "int48", withModulo: false);
        AddIntegers<long, int, long>(table, "int84", withModulo: false);
        AddFloats<float, float, float>(table, "float4");
        AddFloats<double, double, double>(table, "float8");
        AddFloats<float, double, double>(table, "float48");
        AddFloats<double, float, double>(table, "float84");
    }

    private static void AddIntegers<TLeft, TRight, TResult>(FunctionTable table, string prefix, bool withModulo)
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        table.AddVector(prefix + "pl", BinaryKernel.RunFallible<TLeft, TRight, TResult, Add<TLeft, TRight, TResult>>);
        table.AddVector(prefix + "mi", BinaryKernel.RunFallible<TLeft, TRight, TResult, Subtract<TLeft, TRight, TResult>>);
        table.AddVector(prefix + "mul", BinaryKernel.RunFallible<TLeft, TRight, TResult, Multiply<TLeft, TRight, TResult>>);
        table.AddVector(prefix + "div", BinaryKernel.RunFallible<TLeft, TRight, TResult, Divide<TLeft, TRight, TResult>>);
        if (withModulo)
            table.AddVector(prefix + "mod", BinaryKernel.RunFallible<TLeft, TRight, TResult, Modulo<TLeft, TRight, TResult>>);
    }

    private static void AddFloats<TLeft, TRight, TResult>(FunctionTable table, string prefix)
        where TLeft : unmanaged, IFloatingPointIeee754<TLeft>
        where TRight : unmanaged, IFloatingPointIeee754<TRight>
        where TResult : unmanaged, IFloatingPointIeee754<TResult>
    {
        table.AddVector(prefix + "pl", BinaryKernel.RunFallible<TLeft, TRight, TResult, FloatAdd<TLeft, TRight, TResult>>);
        table.AddVector(prefix + "mi", BinaryKernel.RunFallible<TLeft, TRight, TResult, FloatSubtract<TLeft, TRight, TResult>>);
        table.AddVector(prefix + "mul", BinaryKernel.RunFallible<TLeft, TRight, TResult, FloatMultiply<TLeft, TRight, TResult>>);
        table.AddVector(prefix + "div", BinaryKernel.RunFallible<TLeft, TRight, TResult, FloatDivide<TLeft, TRight, TResult>>);
    }
}
