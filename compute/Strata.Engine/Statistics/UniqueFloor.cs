using Strata.Engine.Catalog;

namespace Strata.Engine.Statistics;

/// <summary>
/// What unique keys say of the numbers of distinct values: those of a key's columns multiply to the table's rows at least. A sample that finds few values twice may say less, by a factor of several: the column of
/// the key with the most values, whose estimate is the least sure, is raised then. Stateless.
/// </summary>
internal static class UniqueFloor
{
    // As for estimates of the sample: a number above this share of the rows grows with the table.
    private const double GrowingShare = 0.1;

    /// <summary>Raises the estimates in a table's own statistics.</summary>
    public static void Raise(List<ColumnStatistics> statistics, IReadOnlyList<IndexInfo> indexes, double rows)
    {
        foreach (IndexInfo index in indexes)
        {
            if (!index.IsUnique || !index.IsValid || index.Predicate is not null)
                continue;
            double product = 1, greatest = -1;
            int raised = -1;
            for (int key = 0; key < index.KeyCount; key++)
            {
                int at = index.Keys[key].Column > 0 ? statistics.FindIndex(s => s.Column == index.Keys[key].Column && !s.IsInherited && s.NullFraction == 0) : -1;
                double distinct = at < 0 ? 0 : DistinctOf(statistics[at], rows);
                product *= distinct;
                if (distinct > greatest)
                    (raised, greatest) = (at, distinct);
            }

            // A column with nulls, or without statistics, leaves nothing to say.
            if (product <= 0 || product >= rows)
                continue;
            double floor = Math.Min(rows, greatest * rows / product);
            statistics[raised] = statistics[raised] with { Distinct = (float)(floor > GrowingShare * rows ? -(floor / rows) : floor) };
        }
    }

    private static double DistinctOf(ColumnStatistics statistics, double rows) => statistics.Distinct < 0 ? -statistics.Distinct * rows : statistics.Distinct;
}
