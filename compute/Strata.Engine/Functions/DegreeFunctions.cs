using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// Trigonometry in degrees, exact at the multiples of 30 and 45. As in PostgreSQL the functions are put together from the first quadrant, scaled so that
/// the known values come out; other ways differ in the last digits.
/// </summary>
internal static class DegreeFunctions
{
    private const double RadiansPerDegree = 0.0174532925199432957692;

    private static readonly double s_sin30 = Math.Sin(30 * RadiansPerDegree);
    private static readonly double s_oneMinusCos60 = 1 - Math.Cos(60 * RadiansPerDegree);
    private static readonly double s_asinHalf = Math.Asin(0.5);
    private static readonly double s_acosHalf = Math.Acos(0.5);
    private static readonly double s_atan1 = Math.Atan(1);
    private static readonly double s_tan45 = SinFirst(45) / CosFirst(45);
    private static readonly double s_cot45 = CosFirst(45) / SinFirst(45);

    public static void Register(FunctionTable t)
    {
        t.Add("dsind", static (ref FunctionCall c) => c.Return(Sin(Checked(c.Float64(0)))));
        t.Add("dcosd", static (ref FunctionCall c) => c.Return(Cos(Checked(c.Float64(0)))));
        t.Add("dtand", static (ref FunctionCall c) => c.Return(Tangent(Checked(c.Float64(0)), isInverse: false)));
        t.Add("dcotd", static (ref FunctionCall c) => c.Return(Tangent(Checked(c.Float64(0)), isInverse: true)));
        t.Add("dasind", static (ref FunctionCall c) => c.Return(ArcSin(CheckedUnit(c.Float64(0)))));
        t.Add("dacosd", static (ref FunctionCall c) => c.Return(ArcCos(CheckedUnit(c.Float64(0)))));
        t.Add("datand", static (ref FunctionCall c) => c.Return(Math.Atan(c.Float64(0)) / s_atan1 * 45));
        t.Add("datan2d", static (ref FunctionCall c) => c.Return(Math.Atan2(c.Float64(0), c.Float64(1)) / s_atan1 * 45));
    }

    private static double Checked(double value) => double.IsInfinity(value) ? throw OutOfRange() : value;

    private static double CheckedUnit(double value) => value is < -1 or > 1 ? throw OutOfRange() : value;

    private static SqlException OutOfRange() => new(SqlState.NumericValueOutOfRange, "input is out of range");

    private static double SinTo30(double x) => Math.Sin(x * RadiansPerDegree) / s_sin30 / 2;

    private static double CosTo60(double x) => 1 - ((1 - Math.Cos(x * RadiansPerDegree)) / s_oneMinusCos60 / 2);

    private static double SinFirst(double x) => x <= 30 ? SinTo30(x) : CosTo60(90 - x);

    private static double CosFirst(double x) => x <= 60 ? CosTo60(x) : SinTo30(90 - x);

    private static double Sin(double x)
    {
        x %= 360;
        double sign = 1;
        if (x < 0)
            (x, sign) = (-x, -sign);
        if (x > 180)
            (x, sign) = (360 - x, -sign);
        return sign * SinFirst(x > 90 ? 180 - x : x);
    }

    private static double Cos(double x)
    {
        x = Math.Abs(x % 360);
        if (x > 180)
            x = 360 - x;
        return x > 90 ? -CosFirst(180 - x) : CosFirst(x);
    }

    private static double Tangent(double x, bool isInverse)
    {
        x %= 360;
        double sign = 1;
        if (x < 0)
            (x, sign) = (-x, -sign);
        if (x > 180)
            (x, sign) = (360 - x, -sign);
        if (x > 90)
            (x, sign) = (180 - x, -sign);
        double result = sign * (isInverse ? CosFirst(x) / SinFirst(x) / s_cot45 : SinFirst(x) / CosFirst(x) / s_tan45);
        // Zero has no sign.
        return result == 0 ? 0 : result;
    }

    private static double ArcSinFirst(double x) => x <= 0.5 ? Math.Asin(x) / s_asinHalf * 30 : 90 - (Math.Acos(x) / s_acosHalf * 60);

    private static double ArcCosFirst(double x) => x <= 0.5 ? 90 - (Math.Asin(x) / s_asinHalf * 30) : Math.Acos(x) / s_acosHalf * 60;

    private static double ArcSin(double x) => x >= 0 ? ArcSinFirst(x) : -ArcSinFirst(-x);

    private static double ArcCos(double x) => x >= 0 ? ArcCosFirst(x) : 90 + ArcSinFirst(-x);
}
