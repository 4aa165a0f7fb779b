namespace Strata.Format.Messages;

/// <summary>
/// A safekeeper as a voter knows it. <paramref name="Incarnation"/> grows whenever the safekeeper comes back with an empty directory; 0 when not known.
/// Votes and elections name the incarnations that the candidate saw, and a voter refuses those that name an older one than it knows: so
/// what a wiped safekeeper promised in its earlier life can't be used.
/// </summary>
public readonly record struct SafekeeperMember(uint Id, ulong Incarnation);
