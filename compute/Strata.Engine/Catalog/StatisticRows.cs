using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>
/// Column statistics as rows of <c>pg_statistic</c>, in the heap and in SQL. The slots are filled as ANALYZE of PostgreSQL does, each only when there is something: most common values (1), histogram
/// (2), correlation (3), most common elements (4), histogram of their number (5).
/// </summary>
internal static class StatisticRows
{
    private const int CommonValues = 1;
    private const int Histogram = 2;
    private const int Correlation = 3;
    private const int CommonElements = 4;
    private const int ElementCounts = 5;
    private const int Slots = 5;
    private const int FirstKind = 6;
    private const int FirstOperator = 11;
    private const int FirstCollation = 16;
    private const int FirstNumbers = 21;
    private const int FirstValues = 26;
    private const int ColumnCount = 31;

    public static CatalogValue[] ToRow(RelationInfo relation, ColumnStatistics statistics) => ToRow(relation.Oid, statistics);

    private static CatalogValue[] ToRow(uint relation, ColumnStatistics statistics)
    {
        var row = new CatalogValue[ColumnCount];
        row[0] = relation;
        row[1] = statistics.Column;
        row[2] = statistics.IsInherited;
        row[3] = CatalogValue.Float(statistics.NullFraction);
        row[4] = statistics.Width;
        row[5] = CatalogValue.Float(statistics.Distinct);
        for (int i = FirstKind; i < FirstNumbers; i++)
            row[i] = 0L;
        int slot = 0;
        if (statistics.CommonValues.Length > 0)
            Fill(row, slot++, CommonValues, statistics.CommonFrequencies, statistics.CommonValues);
        if (statistics.HistogramBounds.Length > 0)
            Fill(row, slot++, Histogram, null, statistics.HistogramBounds);
        if (statistics.Correlation is { } correlation)
            Fill(row, slot++, Correlation, [correlation], null);
        if (statistics.CommonElements.Length > 0)
            Fill(row, slot++, CommonElements, statistics.ElementFrequencies, statistics.CommonElements);
        if (statistics.ElementCounts.Length > 0)
            Fill(row, slot, ElementCounts, statistics.ElementCounts, null);
        return row;
    }

    /// <summary>A row as SQL sees it: with the operators and collations of the slots, which follow from the type of the values.</summary>
    public static CatalogValue[] Shown(CatalogValue[] row, SqlType? type, SqlType? element)
    {
        if (type is null)
            return row;
        (uint equal, uint less) = StatisticOperators.Of(type);
        for (int slot = 0; slot < Slots; slot++)
        {
            long kind = row[FirstKind + slot].Number;
            if (kind == 0)
                continue;
            bool isOfElements = kind is CommonElements or ElementCounts;
            // Lexemes of texts are text; everything else with elements is an array.
            SqlType ordered = isOfElements ? element ?? SqlType.Text : type;
            row[FirstOperator + slot] = isOfElements ? StatisticOperators.Of(ordered).Equal : kind == CommonValues ? equal : less;
            row[FirstCollation + slot] = isOfElements && element is null ? SqlType.Text.CollationOid : type.CollationOid;
        }

        return row;
    }

    /// <summary>Statistics of an expression, as <c>stxdexpr</c> has them: a row that belongs to no column.</summary>
    public static CatalogValue[] OfExpression(ColumnStatistics statistics) => ToRow(0, statistics);

    public static ColumnStatistics FromRow(CatalogValue[] row)
    {
        var statistics = new ColumnStatistics
        {
            Column = (short)row[1].Number,
            IsInherited = row[2].Number != 0,
            NullFraction = (float)row[3].Double,
            Width = (int)row[4].Number,
            Distinct = (float)row[5].Double,
        };
        for (int slot = 0; slot < Slots; slot++)
            statistics = row[FirstKind + slot].Number switch
            {
                CommonValues => statistics with { CommonFrequencies = Numbers(row, slot), CommonValues = Values(row, slot) },
                Histogram => statistics with { HistogramBounds = Values(row, slot) },
                Correlation => statistics with { Correlation = Numbers(row, slot)[0] },
                CommonElements => statistics with { ElementFrequencies = Numbers(row, slot), CommonElements = Values(row, slot) },
                ElementCounts => statistics with { ElementCounts = Numbers(row, slot) },
                _ => statistics,
            };
        return statistics;
    }

    private static void Fill(CatalogValue[] row, int slot, int kind, float[]? numbers, string[]? values)
    {
        row[FirstKind + slot] = (long)kind;
        row[FirstNumbers + slot] = numbers;
        row[FirstValues + slot] = values;
    }

    private static float[] Numbers(CatalogValue[] row, int slot) => (float[])row[FirstNumbers + slot].Array;

    private static string[] Values(CatalogValue[] row, int slot) => (string[])row[FirstValues + slot].Array;
}
