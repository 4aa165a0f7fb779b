namespace Strata.Engine.Execution.Spill;

/// <summary>Rows in a file, in the order in which they were written: chunks from <paramref name="Start"/> to <paramref name="End"/> (byte offsets).</summary>
internal readonly record struct SpillRun(SpillFile File, long Start, long End, long Rows);
