using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Statistics;

/// <summary>
/// What a sample says of one column, as PostgreSQL's compute_scalar_stats works it out: the distinct estimate is Haas and Stokes' Duj1 ("Sampling-Based Estimation of the Number of Distinct Values of
/// an Attribute", 1995), common values are those that the sample shows to be more frequent than the others by two standard deviations, and the histogram is over the rest. Stateless.
/// </summary>
internal static class ColumnSummary
{
    private const double GrowingShare = 0.1;

    /// <summary>A run of equal values among the sorted ones.</summary>
    private readonly record struct Run(int First, int Count);

    /// <summary>
    /// Summarizes a column. <paramref name="target"/>: most common values and buckets at most; <paramref name="totalRows"/>: rows of the table. <paramref name="catalog"/> names the labels of enums.
    /// </summary>
    public static ColumnStatistics Of(SampledColumn sample, short column, int target, double totalRows, ICatalogServices? catalog)
    {
        int present = sample.Rows - sample.Nulls;
        var statistics = new ColumnStatistics
        {
            Column = column,
            NullFraction = sample.Rows == 0 ? 0 : (float)sample.Nulls / sample.Rows,
            Width = present == 0 ? Math.Max((int)sample.Type.Length, 0) : (int)(sample.TotalWidth / present),
            Distinct = 0,
        };
        if (present == 0 || !SampledColumn.IsOrdered(sample.Type))
            return statistics;
        if (present == sample.TooWide)
            return statistics with { Distinct = (float)(-1.0 * (1.0 - statistics.NullFraction)) };
        int[] sorted = sample.Sorted();
        List<Run> runs = RunsOf(sample, sorted);
        int repeated = runs.Count(static run => run.Count > 1);
        double distinct = DistinctOf(sample, runs.Count, repeated, statistics.NullFraction, totalRows);
        Run[] tracked = [.. runs.Where(static run => run.Count > 1).OrderByDescending(static run => run.Count).Take(target)];
        int common = repeated == runs.Count && tracked.Length == repeated && sample.TooWide == 0 && distinct > 0
            ? tracked.Length
            : KeepCommon(tracked, distinct, statistics.NullFraction, sample.Rows, totalRows);
        tracked = tracked[..common];
        var texts = new ValueTexts(sample.Type, catalog);
        return statistics with
        {
            Distinct = (float)distinct,
            CommonValues = [.. tracked.Select(run => texts.Of(sample[sorted[run.First]]))],
            CommonFrequencies = [.. tracked.Select(run => (float)((double)run.Count / sample.Rows))],
            HistogramBounds = Histogram(sample, sorted, runs, tracked, target, texts),
            Correlation = Correlation(sorted, sample),
        };
    }

    private static List<Run> RunsOf(SampledColumn sample, int[] sorted)
    {
        var runs = new List<Run>();
        int first = 0;
        for (int i = 1; i <= sorted.Length; i++)
        {
            if (i < sorted.Length && sample.Compare(sorted[i], sorted[first]) == 0)
                continue;
            runs.Add(new Run(first, i - first));
            first = i;
        }

        return runs;
    }

    private static double DistinctOf(SampledColumn sample, int found, int repeated, double nullFraction, double totalRows)
    {
        double distinct;
        if (repeated == 0)
        {
            // No value twice: the column is taken to be unique.
            return -1.0 * (1.0 - nullFraction);
        }

        if (sample.TooWide == 0 && repeated == found)
        {
            // Each value several times: the sample is taken to show all of them.
            distinct = found;
        }
        else
        {
            distinct = DistinctEstimate.Duj1(
                sample.Rows - sample.Nulls, found - repeated + sample.TooWide, repeated, totalRows * (1.0 - nullFraction));
        }

        return distinct > GrowingShare * totalRows ? -(distinct / totalRows) : distinct;
    }

    /// <summary>How many of the most frequent values are worth keeping (analyze_mcv_list): those whose count is more than chance explains.</summary>
    private static int KeepCommon(Run[] tracked, double distinct, double nullFraction, int sampleRows, double totalRows)
    {
        int kept = tracked.Length;
        if (sampleRows == totalRows || totalRows <= 1)
            return kept;
        double all = distinct < 0 ? -distinct * totalRows : distinct;
        double others = 0;
        for (int i = 0; i < kept - 1; i++)
            others += tracked[i].Count;
        while (kept > 0)
        {
            double share = Math.Clamp(1.0 - (others / sampleRows) - nullFraction, 0, 1);
            double otherDistinct = all - (kept - 1);
            if (otherDistinct > 1)
                share /= otherDistinct;
            double occurrences = totalRows * tracked[kept - 1].Count / sampleRows;
            double variance = sampleRows * occurrences * (totalRows - occurrences) * (totalRows - sampleRows) / (totalRows * totalRows * (totalRows - 1));
            if (tracked[kept - 1].Count > (share * sampleRows) + (2 * Math.Sqrt(variance)) + 0.5)
                break;
            kept--;
            if (kept > 0)
                others -= tracked[kept - 1].Count;
        }

        return kept;
    }

    private static string[] Histogram(SampledColumn sample, int[] sorted, List<Run> runs, Run[] common, int target, ValueTexts texts)
    {
        int bounds = Math.Min(runs.Count - common.Length, target + 1);
        if (bounds < 2)
            return [];
        var skipped = common.ToDictionary(static run => run.First, static run => run.Count);
        var rest = new List<int>(sorted.Length);
        for (int i = 0; i < sorted.Length;)
        {
            if (skipped.TryGetValue(i, out int count))
            {
                i += count;
                continue;
            }

            rest.Add(sorted[i++]);
        }

        var result = new string[bounds];
        for (int i = 0; i < bounds; i++)
            result[i] = texts.Of(sample[rest[(int)((long)i * (rest.Count - 1) / (bounds - 1))]]);
        return result;
    }

    /// <summary>Correlation between the place of a value in the table and its place in the order.</summary>
    private static float? Correlation(int[] sorted, SampledColumn sample)
    {
        if (sorted.Length < 2)
            return null;
        var place = new int[sample.Rows];
        int next = 0;
        for (int row = 0; row < place.Length; row++)
        {
            if (sample.HasKey(row))
                place[row] = next++;
        }

        double n = sorted.Length, sumXy = 0;
        for (int i = 0; i < sorted.Length; i++)
            sumXy += (double)i * place[sorted[i]];
        double sum = n * (n - 1) / 2;
        double squares = n * (n - 1) * ((2 * n) - 1) / 6;
        return (float)(((n * sumXy) - (sum * sum)) / ((n * squares) - (sum * sum)));
    }
}
