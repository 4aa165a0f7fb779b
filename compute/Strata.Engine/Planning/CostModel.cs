namespace Strata.Engine.Planning;

/// <summary>PostgreSQL's cost constants and size estimates.</summary>
internal static class CostModel
{
    public const double SeqPageCost = 1.0;
    public const double RandomPageCost = 4.0;
    public const double CpuTupleCost = 0.01;
    public const double CpuIndexTupleCost = 0.005;
    public const double CpuOperatorCost = 0.0025;

    /// <summary>A page that the buffer pool does not have: one read of its own from the page server.</summary>
    public const double RemotePageCost = 100;

    /// <summary>A page that the buffer pool does not have, read with others that were announced together.</summary>
    public const double RemoteRunPageCost = 20;

    // Measured on plans of tests/plans (a unit of cost is about a microsecond there): with filters at run time most rows that a probe would throw away never come to it.
    private const double HashStartCost = 3;
    private const double HashBuildCost = 0.035;
    private const double ProbeCost = 0.005;
    private const double MatchCost = 0.01;

    // What a run of an index scan costs when it runs for many outer rows and its pages are in the pool: the descent, more of it where the table is larger than the processor's caches, and each row.
    private const double RescanCost = 0.7;
    private const double RescanMissCost = 1;
    private const double CachePages = 8192;
    private const double RescanRowCost = 0.2;

    // A loop over rows in memory looks at each pair by itself, and copies those that match row by row.
    private const double MaterializedRowCost = 0.008;
    private const double PairCost = 0.005;
    private const double PairConditionCost = 0.01;
    private const double CopiedRowCost = 0.02;

    // A bitmap is made anew for each run.
    private const double RescanBitmapCost = 2.5;
    private const double RescanBitmapRowCost = 0.3;

    private const double MemoryLookupCost = 0.05;
    private const double MergeRowCost = 0.05;

    // Both sides are read through operators of their own, mostly sorts.
    private const double MergeStartCost = 10;

    /// <summary>Cost of a hash join without its inputs.</summary>
    public static double HashJoin(double left, double right, int keys, double rows) =>
        HashStartCost + (right * HashBuildCost) + (Math.Min(left, rows) * MatchCost) + (left * ProbeCost * Math.Max(1, keys)) + (rows * CpuTupleCost);

    /// <summary>Cost of a nested loop over a materialized side, without the inputs.</summary>
    public static double Loop(double left, double right, int conditions, double rows) =>
        (right * MaterializedRowCost) + (left * right * (PairCost + (PairConditionCost * conditions))) + (left * CpuTupleCost) + (rows * CopiedRowCost);

    /// <summary>The share of an inner side's rows that a join looks at: semi and anti joins stop at the first match (PostgreSQL's inner_scan_frac).</summary>
    public static double ScannedShare(Algebra.JoinType type, double innerRows) =>
        type is Algebra.JoinType.Semi or Algebra.JoinType.Anti ? Math.Min(1, 2 / (Math.Max(0, innerRows) + 1)) : 1;

    /// <summary>Cost of a nested loop over an inner side with parameters, of which one more run costs <paramref name="again"/>, without the left input.</summary>
    public static double LoopWithParameters(double left, Physical.PhysicalNode inner, double again, double rows)
    {
        // The join may be known to have more rows than the inner side's own estimate for any value gives.
        double more = Math.Max(0, rows - (left * inner.Rows));
        return inner.StartupCost + (Math.Max(1, left) * again) + (more * RescanRowCost) + (rows * CopiedRowCost);
    }

    /// <summary>Cost of a nested loop whose inner side's rows are remembered by its parameters, of which <paramref name="distinct"/> different ones come.</summary>
    public static double LoopWithMemory(double left, double distinct, Physical.PhysicalNode inner, double again, double rows)
    {
        double more = Math.Max(0, rows - (left * inner.Rows)) * Math.Min(1, distinct / Math.Max(1, left));
        return inner.StartupCost + (Math.Max(1, distinct) * (again + (inner.Rows * CpuTupleCost))) + (more * RescanRowCost) + (left * MemoryLookupCost) + (rows * CopiedRowCost);
    }

    /// <summary>Cost of merging two inputs that are in order.</summary>
    public static double MergeJoin(double left, double right, double rows) => MergeStartCost + ((left + right) * MergeRowCost) + (rows * CpuTupleCost);

    /// <summary>
    /// Pages that are read for so many rows at random places of a table, when that many of its pages stay in memory (Mackert and Lohman 1989, as PostgreSQL's index_pages_fetched has it).
    /// </summary>
    public static double PagesFetched(double rows, double pages, double cachedPages)
    {
        pages = Math.Max(1, pages);
        cachedPages = Math.Max(1, cachedPages);
        double touched = 2 * pages * rows / ((2 * pages) + rows);
        if (pages <= cachedPages)
            return Math.Min(pages, touched);
        double full = 2 * pages * cachedPages / ((2 * pages) - cachedPages);
        return rows <= full ? touched : cachedPages + ((rows - full) * (pages - cachedPages) / pages);
    }

    /// <summary>Cost of pages of a table that are read in its order, not all of them: between a read of its own for each and a run of all.</summary>
    public static double RemoteCostInOrder(double fetched, double pages) =>
        fetched * (RemotePageCost - ((RemotePageCost - RemoteRunPageCost) * Math.Sqrt(Math.Min(1, fetched / Math.Max(1, pages)))));

    /// <summary>Cost of one more run of a node for other values of its parameters, of which a join looks at a share of the rows.</summary>
    public static double AgainCost(Physical.PhysicalNode node, double share)
    {
        if (node is Physical.MemoizePlan memoize)
            return AgainCost(memoize.Input, share);
        if (node is Physical.IndexScanPlan scan)
            return Math.Min(node.TotalCost, RescanOf(scan.Relation) + (RescanRowCost * node.Rows * share) + (scan.RemoteCost * share));
        if (node is Physical.BitmapHeapScanPlan { RemoteCost: 0 } bitmap)
            return Math.Min(node.TotalCost, RescanBitmapCost + RescanOf(bitmap.Relation) + (RescanBitmapRowCost * node.Rows));
        double cost = node.TotalCost;
        foreach (Physical.PhysicalNode input in node.Inputs)
            cost += AgainCost(input, share) - input.TotalCost;
        return Math.Max(cost, CpuTupleCost);
    }

    private static double RescanOf(Catalog.RelationInfo relation) => RescanCost + (RescanMissCost * Math.Min(1, relation.Pages / CachePages));
}
