using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Operators and casts of money. Source: PostgreSQL 15, "Monetary Types".</summary>
internal static class MoneyFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("cash_cmp", static (ref FunctionCall c) => c.Return(c.Int64(0).CompareTo(c.Int64(1))));
        t.Add("cashlarger", static (ref FunctionCall c) => c.Return(Math.Max(c.Int64(0), c.Int64(1))));
        t.Add("cashsmaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Int64(0), c.Int64(1))));
        t.Add("cash_pl", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int64(0) + c.Int64(1))));
        t.Add("cash_mi", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int64(0) - c.Int64(1))));
        t.Add("cash_words", static (ref FunctionCall c) => c.Return(MoneyText.Words(c.Int64(0))));
        t.Add("cash_div_cash", static (ref FunctionCall c) => c.Return(c.Int64(1) == 0 ? throw NumericMath.DivisionByZero() : c.Int64(0) / (double)c.Int64(1)));
        RegisterFloats(t);
        RegisterIntegers(t);
        RegisterCasts(t);
    }

    private static void RegisterFloats(FunctionTable t)
    {
        t.Add("cash_mul_flt8", static (ref FunctionCall c) => c.Return(Round(Product(c.Int64(0), c.Float64(1)))));
        t.Add("flt8_mul_cash", static (ref FunctionCall c) => c.Return(Round(Product(c.Int64(1), c.Float64(0)))));
        t.Add("cash_mul_flt4", static (ref FunctionCall c) => c.Return(Round(Product(c.Int64(0), c.Float32(1)))));
        t.Add("flt4_mul_cash", static (ref FunctionCall c) => c.Return(Round(Product(c.Int64(1), c.Float32(0)))));
        t.Add("cash_div_flt8", static (ref FunctionCall c) => c.Return(Divide(c.Int64(0), c.Float64(1))));
        t.Add("cash_div_flt4", static (ref FunctionCall c) => c.Return(Divide(c.Int64(0), c.Float32(1))));
    }

    internal static long Checked(Int128 cents) =>
        cents >= long.MinValue && cents <= long.MaxValue ? (long)cents : throw TypeErrors.OutOfRange("money");

    private static long Round(double value)
    {
        double rounded = Math.Round(value, MidpointRounding.ToEven);
        return rounded is >= -9223372036854775808.0 and < 9223372036854775808.0
            ? (long)rounded : throw TypeErrors.OutOfRange("money");
    }

    /// <summary>With the errors of a product of doubles. Throws 22003.</summary>
    private static double Product(long value, double factor)
    {
        double product = value * factor;
        return double.IsInfinity(product) && !double.IsInfinity(factor) ? throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: overflow")
            : product == 0 && value != 0 && factor != 0 ? throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: underflow") : product;
    }

    private static long Divide(long value, double divisor)
    {
        if (divisor == 0)
            throw NumericMath.DivisionByZero();
        double quotient = value / divisor;
        return double.IsInfinity(quotient) ? throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: overflow")
            : quotient == 0 && value != 0 && !double.IsInfinity(divisor) ? throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: underflow") : Round(quotient);
    }

    private static void RegisterIntegers(FunctionTable t)
    {
        t.Add("cash_mul_int8", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int64(0) * c.Int64(1))));
        t.Add("int8_mul_cash", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int64(0) * c.Int64(1))));
        t.Add("cash_mul_int4", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int64(0) * c.Int32(1))));
        t.Add("int4_mul_cash", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int32(0) * c.Int64(1))));
        t.Add("cash_mul_int2", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int64(0) * c.Int16(1))));
        t.Add("int2_mul_cash", static (ref FunctionCall c) => c.Return(Checked((Int128)c.Int16(0) * c.Int64(1))));
        t.Add("cash_div_int8", static (ref FunctionCall c) => c.Return(Divide(c.Int64(0), c.Int64(1))));
        t.Add("cash_div_int4", static (ref FunctionCall c) => c.Return(Divide(c.Int64(0), c.Int32(1))));
        t.Add("cash_div_int2", static (ref FunctionCall c) => c.Return(Divide(c.Int64(0), c.Int16(1))));
    }

    /// <summary>The quotient of the smallest amount and -1 has no place in the type.</summary>
    private static long Divide(long value, long divisor) => divisor switch
    {
        0 => throw NumericMath.DivisionByZero(),
        -1 => Checked(-(Int128)value),
        _ => value / divisor,
    };

    private static void RegisterCasts(FunctionTable t)
    {
        t.Add("int4_cash", static (ref FunctionCall c) => c.Return((long)c.Int32(0) * MoneyText.UnitCents));
        t.Add("int8_cash", static (ref FunctionCall c) => c.Return(ToCents(new NumericValue((Int128)c.Int64(0) * MoneyText.UnitCents, 0))));
        t.Add("numeric_cash", static (ref FunctionCall c) =>
        {
            NumericValue value = c.Numeric(0);
            if (!value.IsFinite)
            {
                throw new SqlException(
                    SqlState.FeatureNotSupported, value.IsNaN ? "cannot convert NaN to bigint" : "cannot convert infinity to bigint");
            }

            c.Return(ToCents(NumericMath.Multiply(value, new NumericValue(MoneyText.UnitCents, 0))));
        });
        t.Add("cash_numeric", static (ref FunctionCall c) => c.Return(new NumericValue(c.Int64(0), 2)));
    }

    private static long ToCents(NumericValue cents) => NumericMath.TryToInt64(cents, out long result) ? result : throw TypeErrors.OutOfRange("bigint");
}
