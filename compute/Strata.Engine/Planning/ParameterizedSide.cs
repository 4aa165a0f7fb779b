using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning;

/// <summary>The inner side of a nested loop, planned with columns of the outer side as parameters. What loops over it cost is worked out once, since a join search asks for it again and again. For one planning.</summary>
/// <param name="plan">How its rows are read.</param>
/// <param name="parameters">By column of the outer side, the parameter.</param>
internal sealed class ParameterizedSide(PhysicalNode plan, IReadOnlyDictionary<int, int> parameters)
{
    private double _share = -1;
    private double _again;
    private double _distinct = -1;

    /// <summary>How its rows are read.</summary>
    public PhysicalNode Plan => plan;

    /// <summary>By column of the outer side, the parameter.</summary>
    public IReadOnlyDictionary<int, int> Parameters => parameters;

    /// <summary>Its rows depend on these parameters alone, so that they may be remembered by them.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Cost of one more run, of which a join looks at a share of the rows.</summary>
    public double AgainCost(double share)
    {
        if (share != _share)
            (_share, _again) = (share, CostModel.AgainCost(plan, share));
        return _again;
    }

    /// <summary>How many different values of the parameters there are in their tables.</summary>
    public double DistinctValues(Selectivity selectivity)
    {
        if (_distinct >= 0)
            return _distinct;
        double distinct = 1;
        foreach (int column in parameters.Keys)
            distinct *= Math.Max(1, selectivity.DistinctOf(column));
        return _distinct = distinct;
    }
}
