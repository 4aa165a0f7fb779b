using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>ANALYZE: row count, pages, and per column null fraction, width, distinct values, common values and a histogram, from a sample.</summary>
internal sealed class AnalyzeCommand(DdlContext context)
{
    private const int SampleRows = 30_000;
    private const int BucketsMax = 100;
    private const int BucketsMin = 4;
    private const int StatisticsMaxChars = 5000;
    private const int TextMaxChars = 1024;
    private const double UniqueShare = 0.95;

    /// <summary>Analyzes a locked table; columns by name, or all.</summary>
    public void Analyze(RelationInfo table, string[] columnNames)
    {
        int pages = (int)context.Session.Engine.Handles.Heap(table.Database, table.Storage).CountBlocks(ReadPoint.Live, context.Cancellation);
        string name = context.Session.Catalog.QualifiedName(table);
        var query = new InternalQuery(context);
        long rows = long.Parse(query.First($"SELECT count(*) FROM ONLY {name}")![0]!, CultureInfo.InvariantCulture);
        List<ColumnInfo> columns = [.. table.Columns.Where(c => !c.IsDropped && (columnNames.Length == 0 || columnNames.Contains(c.Name)))];
        foreach (string column in columnNames)
            if (table.FindColumn(column) is null)
                throw new SqlException(SqlState.UndefinedColumn, $"column \"{column}\" of relation \"{table.Name}\" does not exist");
        var statistics = new List<ColumnStatistics>(table.Statistics.Where(s => !columns.Exists(c => c.Number == s.Column)));
        if (rows > 0 && columns.Count > 0)
            statistics.AddRange(Sample(name, columns, rows));
        statistics.Sort(static (a, b) => a.Column.CompareTo(b.Column));
        RelationInfo current = context.View.FindRelation(table.Oid)!;
        context.Replace(current, current with { Pages = pages, Tuples = rows, Statistics = [.. statistics] });
        foreach (IndexInfo index in table.Indexes)
            MaintenanceCommands.NoteSize(context, context.View.FindRelation(index.Oid)!, rows);
    }

    private IEnumerable<ColumnStatistics> Sample(string table, List<ColumnInfo> columns, long rows)
    {
        var values = new List<string?>[columns.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = [];
        // Every n-th row in physical order: rows that were loaded together do not stand for all.
        DistinctSketch[] sketches = [.. columns.Select(static _ => new DistinctSketch())];
        var query = new InternalQuery(context)
        {
            Step = Math.Max(1, rows / SampleRows),
            Observe = (column, vector, selection) => sketches[column].Add(vector, selection),
        };
        query.Run($"SELECT {string.Join(", ", columns.Select(static c => TypeNames.QuoteIdentifier(c.Name)))} FROM ONLY {table}", row =>
        {
            for (int i = 0; i < row.Length; i++)
                values[i].Add(row[i]);
        });
        for (int i = 0; i < columns.Count; i++)
            yield return Summarize(columns[i], values[i], rows, sketches[i]);
    }

    private static ColumnStatistics Summarize(ColumnInfo column, List<string?> values, long rows, DistinctSketch sketch)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        long width = 0;
        int nulls = 0;
        foreach (string? value in values)
        {
            if (value is null)
            {
                nulls++;
                continue;
            }

            width += column.Length > 0 ? column.Length : value.Length + 1;
            counts[value] = counts.GetValueOrDefault(value) + 1;
        }

        int present = values.Count - nulls;
        float distinct = Distinct(counts, present, values.Count, rows, sketch);
        List<KeyValuePair<string, int>> common = [.. counts.Where(c => c.Value > 1 && c.Key.Length <= TextMaxChars && (counts.Count <= BucketsMax || c.Value > 1.25 * present / counts.Count))
            .OrderByDescending(static c => c.Value).ThenBy(static c => c.Key, StringComparer.Ordinal).Take(BucketsMax)];
        var commonSet = common.Select(static c => c.Key).ToHashSet(StringComparer.Ordinal);
        List<string> rest = [.. counts.Keys.Where(k => !commonSet.Contains(k) && k.Length <= TextMaxChars)];
        rest.Sort(ComparerFor(column.TypeOid));
        int limit = BucketsMax + 1;
        string[] bounds = rest.Count < 2 ? [] : Bounds(rest, limit);
        // A column's statistics are one catalog row: wide values leave room for fewer of them.
        while (limit > BucketsMin && common.Sum(static c => c.Key.Length) + bounds.Sum(static b => b.Length) > StatisticsMaxChars)
        {
            limit /= 2;
            common = [.. common.Take(limit)];
            bounds = rest.Count < 2 ? [] : Bounds(rest, limit);
        }

        return new ColumnStatistics
        {
            Column = column.Number,
            NullFraction = values.Count == 0 ? 0 : (float)nulls / values.Count,
            Width = present == 0 ? Math.Max((int)column.Length, 0) : (int)(width / present),
            Distinct = distinct,
            CommonValues = [.. common.Select(static c => c.Key)],
            CommonFrequencies = [.. common.Select(c => (float)c.Value / values.Count)],
            HistogramBounds = bounds,
            Correlation = Correlation(values, ComparerFor(column.TypeOid)),
        };
    }

    /// <summary>
    /// Distinct values in PostgreSQL's form: a count, or a negated share of the rows when it grows with them. A sample that is the whole table counts
    /// exactly; otherwise the sketch has seen every row, which no estimator over a sample can match on clustered columns.
    /// </summary>
    private static float Distinct(Dictionary<string, int> counts, int present, int sampled, long rows, DistinctSketch sketch)
    {
        if (counts.Count == 0)
            return 0;
        double estimate = sampled >= rows ? counts.Count : Math.Clamp(sketch.Estimate(), counts.Count, Math.Max(1, sketch.Count));
        // Nearly as many values as rows: the column is unique but for the sketch's error.
        if (sampled < rows && estimate > UniqueShare * sketch.Count)
            return -((float)sketch.Count / rows);
        if (sampled >= rows && counts.Count == present)
            return -((float)present / sampled);
        return (float)(estimate > 0.1 * rows ? -(estimate / rows) : Math.Floor(estimate + 0.5));
    }

    /// <summary>Correlation between the place of a value in the table and its place in the order, as in PostgreSQL's compute_scalar_stats.</summary>
    private static float? Correlation(List<string?> values, Comparison<string> comparer)
    {
        List<(string Value, int Place)> present = [];
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] is { } value)
                present.Add((value, i));
        }

        if (present.Count < 2)
            return null;
        present.Sort((a, b) => comparer(a.Value, b.Value) is var order && order != 0 ? order : a.Place.CompareTo(b.Place));
        double n = present.Count, sumXy = 0, sumX = 0, sumXx = 0, sumY = 0, sumYy = 0;
        for (int i = 0; i < present.Count; i++)
        {
            double place = present[i].Place;
            sumX += i;
            sumXx += (double)i * i;
            sumY += place;
            sumYy += place * place;
            sumXy += i * place;
        }

        double spread = Math.Sqrt(((n * sumXx) - (sumX * sumX)) * ((n * sumYy) - (sumY * sumY)));
        return spread == 0 ? null : (float)(((n * sumXy) - (sumX * sumY)) / spread);
    }

    private static string[] Bounds(List<string> sorted, int limit)
    {
        int count = Math.Min(sorted.Count, limit);
        var bounds = new string[count];
        for (int i = 0; i < count; i++)
            bounds[i] = sorted[(int)((long)i * (sorted.Count - 1) / (count - 1))];
        return bounds;
    }

    private static Comparison<string> ComparerFor(uint type) => type is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Oid or TypeOid.Float4 or TypeOid.Float8 or TypeOid.Numeric
        ? static (a, b) => Number(a).CompareTo(Number(b))
        : string.CompareOrdinal;

    private static double Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : double.MaxValue;
}
