using Strata.Engine.Planning.Estimation;

namespace Strata.Engine.Catalog;

/// <summary>What ANALYZE learnt of a column, or of an expression: a <c>pg_statistic</c> row. Values are in the type's text form. Immutable but for a cache; thread-safe.</summary>
public sealed record ColumnStatistics
{
    private volatile ComparableStatistics? _comparable;

    public required short Column { get; init; }

    /// <summary>The sample was of the table with its descendants (<c>stainherit</c>).</summary>
    public bool IsInherited { get; init; }

    public required float NullFraction { get; init; }

    /// <summary>Average width of a non-null value in bytes.</summary>
    public required int Width { get; init; }

    /// <summary>Distinct values: a count when positive, a fraction of the rows (negated) when negative, 0 when unknown.</summary>
    public required float Distinct { get; init; }

    public string[] CommonValues { get; init; } = [];
    public float[] CommonFrequencies { get; init; } = [];

    /// <summary>Bounds of an equi-depth histogram of the values that are not common ones.</summary>
    public string[] HistogramBounds { get; init; } = [];

    /// <summary>Correlation of physical and logical order, -1 to 1; null when unknown.</summary>
    public float? Correlation { get; init; }

    /// <summary>Most common elements of arrays and lexemes of texts, in order.</summary>
    public string[] CommonElements { get; init; } = [];

    /// <summary>The share of non-null rows that hold each of <see cref="CommonElements"/>, then the least and the greatest of them, and for arrays the share of rows with a null element.</summary>
    public float[] ElementFrequencies { get; init; } = [];

    /// <summary>Histogram of the number of distinct elements in an array, then its average.</summary>
    public float[] ElementCounts { get; init; } = [];

    /// <summary>The values in a form that can be compared with constants; made at the first use and kept. Two threads may both make it: they are equal.</summary>
    internal ComparableStatistics Comparable(Types.SqlType type, Functions.IFunctionContext functions) => _comparable ??= ComparableStatistics.Of(this, type, functions);
}
