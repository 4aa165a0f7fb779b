namespace Strata.Differential;

/// <summary>What a run does.</summary>
/// <param name="Seed">Decides everything.</param>
/// <param name="Statements">How many to run.</param>
/// <param name="ScalarPercent">Share of single expressions; the others are queries and changes over tables.</param>
/// <param name="OutputFile">Receives findings as they come; null for none.</param>
/// <param name="FindingsPerKind">Findings over tables kept of one kind.</param>
internal sealed record DriverOptions(ulong Seed, int Statements, int ScalarPercent, int FindingsPerKind, string? OutputFile);
