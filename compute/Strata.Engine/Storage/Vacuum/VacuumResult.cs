namespace Strata.Engine.Storage.Vacuum;

/// <summary>What a vacuum of a table did and found.</summary>
public sealed record VacuumResult
{
    /// <summary>Size of the table in blocks.</summary>
    public uint Blocks { get; init; }

    /// <summary>Blocks that were looked at; the others are all-visible.</summary>
    public uint ScannedBlocks { get; init; }

    /// <summary>Rows on the blocks looked at that are not dead.</summary>
    public long ScannedLiveRows { get; init; }

    /// <summary>Line pointers that were freed.</summary>
    public long FreedSlots { get; init; }

    /// <summary>Blocks marked visible to all at the end.</summary>
    public uint AllVisibleBlocks { get; init; }

    /// <summary>Empty blocks at the end of the table: what <see cref="TableVacuum.TruncateTail"/> would cut.</summary>
    public uint EmptyTailBlocks { get; init; }

    /// <summary>Index entries that were removed, over all indexes.</summary>
    public long RemovedEntries { get; init; }

    /// <summary>Estimated number of live rows of the whole table, for <c>reltuples</c>.</summary>
    public double EstimatedRows(double previousRows, uint previousBlocks)
    {
        if (ScannedBlocks >= Blocks)
            return ScannedLiveRows;
        double oldDensity = previousBlocks == 0 ? 0 : previousRows / previousBlocks;
        double density = ScannedBlocks == 0 ? oldDensity : (double)ScannedLiveRows / ScannedBlocks;
        return ScannedLiveRows + (Blocks - ScannedBlocks) * (oldDensity == 0 ? density : oldDensity);
    }
}
