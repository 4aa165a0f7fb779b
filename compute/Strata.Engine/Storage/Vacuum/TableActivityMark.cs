namespace Strata.Engine.Storage.Vacuum;

/// <summary>Counters of a <see cref="TableActivity"/> at a moment.</summary>
public readonly record struct TableActivityMark(long Inserted, long Dead, long Changed);
