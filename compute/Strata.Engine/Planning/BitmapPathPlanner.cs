using Strata.Engine.Expressions;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning;

/// <summary>
/// Bitmap scans of a table: one index, the intersection of several (PostgreSQL's choose_bitmap_and, simplified to the greedy part), and the union of what each branch of an OR finds.
/// </summary>
internal sealed class BitmapPathPlanner(PlannerState state)
{
    /// <summary>Size of the table: pages and rows.</summary>
    public readonly record struct TableSize(double Pages, double Rows);

    /// <summary>
    /// The cheapest set of row addresses for conditions on a table, or null when no index helps. <paramref name="sets"/> are those of the table's indexes under all conditions;
    /// <paramref name="setsOf"/> gives those under other conditions (a branch of an OR).
    /// </summary>
    public BitmapPlan? Find(
        IReadOnlyList<Expression> conditions, IReadOnlyList<BitmapPlan> sets, TableSize size, Func<IReadOnlyList<Expression>, List<BitmapPlan>> setsOf)
    {
        List<BitmapPlan> parts = [.. sets];
        foreach (Expression condition in conditions)
        {
            if (condition is BooleanExpression { Operator: BooleanOperator.Or } or && Union(or, size, setsOf) is { } union)
                parts.Add(union);
        }

        return parts.Count == 0 ? null : Intersect(parts, size);
    }

    /// <summary>Cost of reading the rows of a set (cost_bitmap_heap_scan), the set's own cost included.</summary>
    public static double HeapCost(BitmapPlan source, TableSize size, int conditions)
    {
        double rows = Math.Max(1, size.Rows * source.Share);
        double pages = Math.Max(1, size.Pages);
        if (source.HeapPages > 0)
            return source.TotalCost + (source.HeapPages * CostModel.SeqPageCost) + (rows * (CostModel.CpuTupleCost + (CostModel.CpuOperatorCost * (conditions + source.Conditions.Count))));
        double fetched = Fetched(source, size);
        double pageCost = fetched >= 2
            ? CostModel.RandomPageCost - ((CostModel.RandomPageCost - CostModel.SeqPageCost) * Math.Sqrt(fetched / pages))
            : CostModel.RandomPageCost;
        return source.TotalCost + (fetched * pageCost) + (rows * (CostModel.CpuTupleCost + (CostModel.CpuOperatorCost * conditions)));
    }

    /// <summary>Cost of the pages of a set's rows when the buffer pool has none of them.</summary>
    public static double RemoteCost(BitmapPlan source, TableSize size) => CostModel.RemoteCostInOrder(Fetched(source, size), size.Pages);

    private static double Fetched(BitmapPlan source, TableSize size) => source.HeapPages > 0
        ? source.HeapPages
        : Math.Min(Math.Max(1, size.Pages), Math.Ceiling(CostModel.PagesFetched(Math.Max(1, size.Rows * source.Share), size.Pages, double.MaxValue)));

    /// <summary>The set that a scan of a B-tree gives.</summary>
    public static BitmapIndexScanPlan Single(IndexScanPlan scan) => new()
    {
        Columns = [],
        Scan = scan,
        Share = scan.IndexShare,
        Conditions = scan.IndexConditions,
        Rows = scan.IndexRows,
        // Putting a row into the set is a tenth of an operator.
        TotalCost = scan.IndexCost + (scan.IndexRows * 0.1 * CostModel.CpuOperatorCost),
    };

    private BitmapPlan? Union(BooleanExpression or, TableSize size, Func<IReadOnlyList<Expression>, List<BitmapPlan>> setsOf)
    {
        var parts = new List<BitmapPlan>();
        foreach (Expression branch in or.Operands)
        {
            List<Expression> conditions = Binding.Conjunction.Split(branch);
            List<BitmapPlan> found = setsOf(conditions);
            if (found.Count == 0)
                return null;
            parts.Add(Intersect(found, size));
        }

        return new BitmapCombinePlan
        {
            Columns = [],
            Parts = parts,
            IsAnd = false,
            IsApproximate = parts.Exists(static part => part.IsApproximate),
            Share = state.Selectivity.Of([or]),
            Conditions = [or],
            Rows = size.Rows * Math.Min(1, parts.Sum(static part => part.Share)),
            TotalCost = parts.Sum(part => part.TotalCost + (part.Rows * 0.1 * CostModel.CpuOperatorCost)),
        };
    }

    /// <summary>The set with the best cost, further ones added to it as long as that makes the whole scan cheaper.</summary>
    private BitmapPlan Intersect(List<BitmapPlan> parts, TableSize size)
    {
        BitmapPlan best = parts.MinBy(part => HeapCost(part, size, 0))!;
        var chosen = new List<BitmapPlan> { best };
        double cost = HeapCost(best, size, 0);
        foreach (BitmapPlan part in parts.OrderBy(static part => part.Share))
        {
            // Two sets by the same conditions drop the same rows.
            if (part.Conditions.All(condition => chosen.Exists(other => other.Conditions.Contains(condition))))
                continue;
            BitmapPlan both = And([.. chosen, part], size);
            double together = HeapCost(both, size, 0);
            if (together >= cost)
                continue;
            chosen.Add(part);
            best = both;
            cost = together;
        }

        return best;
    }

    private BitmapCombinePlan And(List<BitmapPlan> parts, TableSize size)
    {
        List<Expression> conditions = [.. parts.SelectMany(static part => part.Conditions).Distinct()];
        double share = state.Selectivity.Of(conditions);
        return new BitmapCombinePlan
        {
            Columns = [],
            Parts = parts,
            IsAnd = true,
            IsApproximate = parts.Exists(static part => part.IsApproximate),
            Share = share,
            Conditions = conditions,
            Rows = size.Rows * share,
            TotalCost = parts.Sum(part => part.TotalCost + (part.Rows * 0.1 * CostModel.CpuOperatorCost)),
        };
    }
}
