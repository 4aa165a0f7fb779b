namespace Strata.Engine.Catalog;

/// <summary>Definition of a sequence: its <c>pg_sequence</c> row. Immutable. The current value lives in the sequence's page.</summary>
public sealed record SequenceInfo
{
    /// <summary>smallint, integer or bigint.</summary>
    public required uint TypeOid { get; init; }

    public required long Start { get; init; }
    public required long Increment { get; init; }
    public required long Maximum { get; init; }
    public required long Minimum { get; init; }
    public long Cache { get; init; } = 1;
    public bool Cycles { get; init; }
}
