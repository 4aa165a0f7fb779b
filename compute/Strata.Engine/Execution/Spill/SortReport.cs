namespace Strata.Engine.Execution.Spill;

/// <summary>How rows were sorted, in EXPLAIN's words, and the bytes of memory or disk that it took.</summary>
internal readonly record struct SortReport(string Method, bool IsDisk, long SizeBytes);
