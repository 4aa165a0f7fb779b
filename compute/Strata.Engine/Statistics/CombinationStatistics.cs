namespace Strata.Engine.Statistics;

/// <summary>
/// Statistics over several columns of one sample: distinct combinations, functional dependencies and common combinations, each as PostgreSQL's extended statistics define them. Nulls are equal to
/// each other here. Stateless.
/// </summary>
internal static class CombinationStatistics
{
    /// <summary>The least frequency that the sample can tell from chance has this relative error.</summary>
    private const double RelativeErrorSquared = 0.04;

    /// <summary>Distinct combinations of every two or more columns.</summary>
    public static DistinctCombination[] Distinct(SampledColumn[] columns, short[] attributes, double totalRows)
    {
        var result = new List<DistinctCombination>();
        for (int size = 2; size <= columns.Length; size++)
            foreach (int[] chosen in Combinations(columns.Length, size))
                result.Add(new DistinctCombination(Array.ConvertAll(chosen, i => attributes[i]), DistinctOf(Array.ConvertAll(chosen, i => columns[i]), totalRows)));
        return [.. result];
    }

    /// <summary>Which columns follow from which others, and how far. Null when none does.</summary>
    public static FunctionalDependency[]? Dependencies(SampledColumn[] columns, short[] attributes)
    {
        var result = new List<FunctionalDependency>();
        for (int size = 2; size <= columns.Length; size++)
        {
            foreach (int[] determinants in Combinations(columns.Length, size - 1))
            {
                for (int implied = 0; implied < columns.Length; implied++)
                {
                    if (Array.IndexOf(determinants, implied) >= 0)
                        continue;
                    int[] order = [.. determinants, implied];
                    double degree = DegreeOf(Array.ConvertAll(order, i => columns[i]));
                    if (degree > 0)
                        result.Add(new FunctionalDependency(Array.ConvertAll(order, i => attributes[i]), degree));
                }
            }
        }

        return result.Count == 0 ? null : [.. result];
    }

    /// <summary>The combinations that are frequent enough for the sample to be sure of them, most frequent first; null when there is none.</summary>
    public static CommonCombination[]? Common(SampledColumn[] columns, ValueTexts[] texts, int target, double totalRows)
    {
        int[] sorted = Sort(columns);
        int rows = sorted.Length;
        List<(int Row, int Count)> groups = GroupsOf(columns, sorted);
        double minimum = MinimumCount(rows, totalRows);
        (int Row, int Count)[] kept = [.. groups.OrderByDescending(static group => group.Count).Take(target).TakeWhile(group => group.Count >= minimum)];
        if (kept.Length == 0)
            return null;
        Dictionary<int, int>[] ownCounts = Array.ConvertAll(columns, column => CountsOf(column, kept));
        var result = new CommonCombination[kept.Length];
        for (int i = 0; i < kept.Length; i++)
        {
            (int row, int count) = kept[i];
            double expected = 1;
            var values = new string?[columns.Length];
            for (int column = 0; column < columns.Length; column++)
            {
                expected *= (double)ownCounts[column][row] / rows;
                values[column] = columns[column][row].IsNull ? null : texts[column].Of(columns[column][row]);
            }

            result[i] = new CommonCombination(values, (double)count / rows, expected);
        }

        return result;
    }

    /// <summary>Sets of <paramref name="size"/> of the numbers below <paramref name="count"/>, in lexical order.</summary>
    internal static IEnumerable<int[]> Combinations(int count, int size)
    {
        int[] chosen = [.. Enumerable.Range(0, size)];
        while (true)
        {
            yield return [.. chosen];
            int place = size - 1;
            while (place >= 0 && chosen[place] == count - size + place)
                place--;
            if (place < 0)
                yield break;
            chosen[place]++;
            for (int i = place + 1; i < size; i++)
                chosen[i] = chosen[i - 1] + 1;
        }
    }

    private static double DistinctOf(SampledColumn[] columns, double totalRows)
    {
        List<(int Row, int Count)> groups = GroupsOf(columns, Sort(columns));
        int once = groups.Count(static group => group.Count == 1);
        return DistinctEstimate.Duj1(columns[0].Rows, once, groups.Count - once, totalRows);
    }

    /// <summary>The share of rows in groups of equal determinants whose last column is the same throughout.</summary>
    private static double DegreeOf(SampledColumn[] columns)
    {
        int[] sorted = Sort(columns);
        SampledColumn[] determinants = columns[..^1];
        int supporting = 0;
        for (int first = 0; first < sorted.Length;)
        {
            int end = first + 1;
            bool holds = true;
            for (; end < sorted.Length && Compare(determinants, sorted[end - 1], sorted[end]) == 0; end++)
                holds &= columns[^1].Compare(sorted[end - 1], sorted[end]) == 0;
            supporting += holds ? end - first : 0;
            first = end;
        }

        return sorted.Length == 0 ? 0 : (double)supporting / sorted.Length;
    }

    // As in PostgreSQL's get_mincount_for_mcv_list: the count below which the sample's relative error exceeds 20 %.
    private static double MinimumCount(double rows, double totalRows)
    {
        double least = rows * (totalRows - rows);
        double scale = totalRows - rows + (RelativeErrorSquared * rows * (totalRows - 1));
        return scale <= 0 ? 0 : least / scale;
    }

    private static int[] Sort(SampledColumn[] columns)
    {
        int[] rows = [.. Enumerable.Range(0, columns[0].Rows)];
        Array.Sort(rows, (a, b) => Compare(columns, a, b) is var order && order != 0 ? order : a - b);
        return rows;
    }

    private static List<(int Row, int Count)> GroupsOf(SampledColumn[] columns, int[] sorted)
    {
        var groups = new List<(int, int)>();
        for (int first = 0; first < sorted.Length;)
        {
            int end = first + 1;
            while (end < sorted.Length && Compare(columns, sorted[first], sorted[end]) == 0)
                end++;
            groups.Add((sorted[first], end - first));
            first = end;
        }

        return groups;
    }

    /// <summary>How often one column's value at each of the rows occurs in the whole sample.</summary>
    private static Dictionary<int, int> CountsOf(SampledColumn column, (int Row, int Count)[] wanted)
    {
        SampledColumn[] single = [column];
        List<(int Row, int Count)> groups = GroupsOf(single, Sort(single));
        var result = new Dictionary<int, int>();
        foreach ((int row, int _) in wanted)
        {
            int low = 0, high = groups.Count - 1;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (column.Compare(groups[middle].Row, row) < 0)
                    low = middle + 1;
                else
                    high = middle;
            }

            result[row] = groups[low].Count;
        }

        return result;
    }

    private static int Compare(SampledColumn[] columns, int a, int b)
    {
        foreach (SampledColumn column in columns)
        {
            int order = column.Compare(a, b);
            if (order != 0)
                return order;
        }

        return 0;
    }
}
