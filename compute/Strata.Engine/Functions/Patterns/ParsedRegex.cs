namespace Strata.Engine.Functions.Patterns;

/// <summary>A look-around: where it looks and for what.</summary>
internal sealed record RegexLook(LookKind Kind, RegexNode Language);

/// <summary>A parsed pattern.</summary>
/// <param name="Tree">The whole.</param>
/// <param name="GroupCount">Number of capturing groups.</param>
/// <param name="TreeCount">Number of parts: <see cref="RegexTree.Number"/> is below it.</param>
/// <param name="Looks">Look-arounds by number.</param>
/// <param name="IgnoresCase">Whether back references match the other case.</param>
internal sealed record ParsedRegex(RegexTree Tree, int GroupCount, int TreeCount, IReadOnlyList<RegexLook> Looks, bool IgnoresCase);
