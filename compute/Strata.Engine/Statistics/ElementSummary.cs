using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Statistics;

/// <summary>
/// The most common elements of a column of arrays, and how many distinct elements its arrays have: PostgreSQL's compute_array_stats, but counted exactly over the sample. Stateless.
/// </summary>
internal static class ElementSummary
{
    private const int ElementsPerTarget = 10;

    /// <summary>Adds the elements of a column's arrays to its statistics.</summary>
    public static ColumnStatistics Add(ColumnStatistics statistics, SampledColumn sample, int target, ICatalogServices? catalog)
    {
        if (sample.Type.ElementType is not { } element || !SampledColumn.IsOrdered(element))
            return statistics;
        var texts = new ValueTexts(element, catalog);
        using var elements = new SampledColumn(element);
        var rowOf = new List<int>();
        var counts = new List<int>();
        int arrays = 0, withNull = 0;
        for (int row = 0; row < sample.Rows; row++)
        {
            if (!sample.HasKey(row))
                continue;
            arrays++;
            (int distinct, bool hasNull) = AddElements(sample[row], element, elements, rowOf, row);
            counts.Add(distinct);
            withNull += hasNull ? 1 : 0;
        }

        if (arrays == 0)
            return statistics;
        List<(int Element, int Rows)> found = CountRows(elements, rowOf);
        var kept = found.Where(static f => f.Rows > 1).OrderByDescending(static f => f.Rows).Take(target * ElementsPerTarget).ToList();
        if (kept.Count == 0)
            return statistics with { ElementCounts = CountHistogram(counts, target) };
        kept.Sort((a, b) => elements.Compare(a.Element, b.Element));
        float[] frequencies =
        [
            .. kept.Select(f => (float)f.Rows / arrays), (float)kept.Min(static f => f.Rows) / arrays, (float)kept.Max(static f => f.Rows) / arrays, (float)withNull / arrays,
        ];
        return statistics with
        {
            CommonElements = [.. kept.Select(f => texts.Of(elements[f.Element]))],
            ElementFrequencies = frequencies,
            ElementCounts = CountHistogram(counts, target),
        };
    }

    private static (int Distinct, bool HasNull) AddElements(in Datum array, SqlType element, SampledColumn elements, List<int> rowOf, int row)
    {
        bool hasNull = false;
        var seen = new HashSet<Datum>();
        using var vector = new Vectors.Vector(element);
        vector.Reset(1);
        foreach (ArrayValue.Element item in new ArrayValue(array.Bytes))
        {
            if (item.IsNull)
            {
                hasNull = true;
                continue;
            }

            vector.SetStored(0, item.Stored);
            Datum value = Datum.FromVector(vector, 0);
            if (!seen.Add(value))
                continue;
            elements.Add(value);
            rowOf.Add(row);
        }

        return (seen.Count, hasNull);
    }

    /// <summary>Each distinct element with the number of rows that hold it.</summary>
    private static List<(int Element, int Rows)> CountRows(SampledColumn elements, List<int> rowOf)
    {
        var result = new List<(int, int)>();
        int[] sorted = elements.Sorted();
        for (int i = 0; i < sorted.Length;)
        {
            int first = i, rows = 0, last = -1;
            for (; i < sorted.Length && elements.Compare(sorted[i], sorted[first]) == 0; i++)
            {
                rows += rowOf[sorted[i]] != last ? 1 : 0;
                last = rowOf[sorted[i]];
            }

            result.Add((sorted[first], rows));
        }

        return result;
    }

    /// <summary>An equi-depth histogram of how many distinct elements arrays have, then the average.</summary>
    private static float[] CountHistogram(List<int> counts, int target)
    {
        counts.Sort();
        int bounds = Math.Max(2, target);
        var result = new float[bounds + 1];
        for (int i = 0; i < bounds; i++)
            result[i] = counts[(int)((long)i * (counts.Count - 1) / (bounds - 1))];
        result[bounds] = (float)counts.Average();
        return result;
    }
}
