namespace Strata.Engine.Execution.BlockSummaries;

/// <summary>What a hull must be for values in it to pass: its least low end at most <paramref name="LowMax"/> (null: any), its greatest high end at least <paramref name="HighMin"/>.</summary>
internal readonly record struct SummaryBound(byte[]? LowMax, byte[] HighMin);

/// <summary>What a condition asks of the summary of a block range. Immutable.</summary>
internal sealed record SummaryTest(SummaryBound[] Bounds)
{
    /// <summary>Every range that has values.</summary>
    public static SummaryTest Any { get; } = new([]) { FindsEmpty = true };

    /// <summary>No range.</summary>
    public static SummaryTest None { get; } = new([]) { FindsNothing = true };

    /// <summary>Ranges with nulls.</summary>
    public static SummaryTest Nulls { get; } = new([]) { FindsNulls = true };

    /// <summary>Values without ends (empty ones) pass too.</summary>
    public bool FindsEmpty { get; init; }

    public bool FindsNulls { get; private init; }

    public bool FindsNothing { get; private init; }
}
