namespace Strata.Engine.Types.Geometry;

/// <summary>
/// Comparison and arithmetic of coordinates. Coordinates that differ by no more than <see cref="Epsilon"/> count as equal. Arithmetic raises 22003
/// when finite operands give an infinity. Source: PostgreSQL 15, "Geometric Functions and Operators".
/// </summary>
internal static class GeoFloat
{
    public const double Epsilon = 1e-6;

    public static bool IsZero(double a) => Math.Abs(a) <= Epsilon;

    public static bool Equal(double a, double b) => a == b || Math.Abs(a - b) <= Epsilon;

    public static bool Less(double a, double b) => a + Epsilon < b;

    public static bool LessOrEqual(double a, double b) => a <= b + Epsilon;

    public static bool Greater(double a, double b) => a > b + Epsilon;

    public static bool GreaterOrEqual(double a, double b) => a + Epsilon >= b;

    /// <summary>NaN is above everything.</summary>
    public static double Min(double a, double b) => ValueComparison.CompareFloats(a, b) < 0 ? a : b;

    public static double Max(double a, double b) => ValueComparison.CompareFloats(a, b) > 0 ? a : b;

    public static double Add(double a, double b) => Checked(a + b, a, b);

    public static double Subtract(double a, double b) => Checked(a - b, a, b);

    public static double Multiply(double a, double b)
    {
        double result = Checked(a * b, a, b);
        return result == 0 && a != 0 && b != 0 ? throw Underflow() : result;
    }

    public static double Divide(double a, double b)
    {
        if (b == 0 && !double.IsNaN(a))
            throw NumericMath.DivisionByZero();
        double result = Checked(a / b, a, b);
        return result == 0 && a != 0 && !double.IsInfinity(b) ? throw Underflow() : result;
    }

    private static double Checked(double result, double a, double b) =>
        double.IsInfinity(result) && !double.IsInfinity(a) && !double.IsInfinity(b)
            ? throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: overflow") : result;

    private static SqlException Underflow() => new(SqlState.NumericValueOutOfRange, "value out of range: underflow");

    /// <summary>The length of (x, y), without overflow in between.</summary>
    public static double Hypotenuse(double x, double y)
    {
        if (double.IsInfinity(x) || double.IsInfinity(y))
            return double.PositiveInfinity;
        if (double.IsNaN(x) || double.IsNaN(y))
            return double.NaN;
        x = Math.Abs(x);
        y = Math.Abs(y);
        if (x < y)
            (x, y) = (y, x);
        if (y == 0)
            return x;
        double ratio = y / x;
        double result = x * Math.Sqrt(1.0 + (ratio * ratio));
        if (double.IsInfinity(result))
            throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: overflow");
        return result == 0 ? throw Underflow() : result;
    }
}
