namespace Strata.Engine.Planning.Estimation;

/// <summary>The shares of rows above a lower and below an upper bound of one value (null: no such bound), and of rows where it is null. Immutable.</summary>
internal readonly record struct RangeShare(double? Above, double? Below, double Nulls)
{
    private const double RangeDefault = 0.005;
    private const double RangeMin = 1e-10;

    /// <summary>The share of rows between the bounds (clausesel.c, clauselist_selectivity_ext).</summary>
    public double Between
    {
        get
        {
            if (Above is not { } above || Below is not { } below)
                return Above ?? Below ?? 1;
            if (above == ConstantEstimate.InequalityDefault || below == ConstantEstimate.InequalityDefault)
                return RangeDefault;
            double between = above + below - 1 + Nulls;
            if (between > 0)
                return between;
            return between < -0.01 ? RangeMin : RangeDefault;
        }
    }

    /// <summary>With one more bound: the tighter of two on a side counts.</summary>
    public RangeShare With(bool isLower, double share, double nulls) =>
        isLower ? this with { Above = Math.Min(Above ?? 1, share), Nulls = nulls } : this with { Below = Math.Min(Below ?? 1, share), Nulls = nulls };
}
