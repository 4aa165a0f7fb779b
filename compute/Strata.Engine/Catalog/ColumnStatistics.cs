namespace Strata.Engine.Catalog;

/// <summary>What ANALYZE learnt of a column: a part of its <c>pg_statistic</c> row. Values are in the type's text form. Immutable.</summary>
public sealed record ColumnStatistics
{
    public required short Column { get; init; }
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
}
