namespace Strata.Engine.Statistics;

/// <summary>Estimates of the number of distinct values behind a sample. Stateless.</summary>
internal static class DistinctEstimate
{
    /// <summary>
    /// Haas and Stokes' Duj1, n d / (n - f1 + f1 n / N): of a sample of <paramref name="rows"/> out of <paramref name="totalRows"/>, in which <paramref name="once"/> values occur once and
    /// <paramref name="repeated"/> more often.
    /// </summary>
    public static double Duj1(double rows, double once, double repeated, double totalRows)
    {
        double found = once + repeated;
        if (totalRows <= 0)
            return 0;
        double estimate = rows * found / (rows - once + (once * rows / totalRows));
        return Math.Floor(Math.Clamp(estimate, found, Math.Max(found, totalRows)) + 0.5);
    }
}
