namespace Strata.Differential;

/// <summary>What a run does.</summary>
/// <param name="Seed">Decides everything.</param>
/// <param name="Statements">How many to run.</param>
/// <param name="Kinds">Kinds of statements, each with the same chance: call, tables, rows, query, scalar, script, family, mistake, or the name of a family.</param>
/// <param name="OutputFile">Receives findings as they come; null for none.</param>
/// <param name="FindingsPerKind">Findings kept of one kind.</param>
internal sealed record DriverOptions(ulong Seed, int Statements, IReadOnlyList<string> Kinds, int FindingsPerKind, string? OutputFile);
