namespace Strata.Compute.Wal;

/// <summary>
/// Whose majority decides. While membership changes, <paramref name="Joint"/> names the new members: then a majority of each set is needed, so no two disjoint
/// majorities can exist at any moment.
/// </summary>
/// <param name="Generation">Grows with every change; safekeepers refuse candidates with an older one.</param>
/// <param name="Members">Ids of the safekeepers.</param>
/// <param name="Joint">Ids of the next configuration during a change, else null.</param>
public sealed record QuorumConfiguration(ulong Generation, uint[] Members, uint[]? Joint = null)
{
    /// <summary>Every safekeeper that takes part, once.</summary>
    public uint[] AllMembers { get; } = [.. Members.Union(Joint ?? []).Order()];
}
