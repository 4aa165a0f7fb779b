using Strata.Format;

namespace Strata.ControlPlane.Operations;

/// <summary>Where on its parent a branch begins: at the head (neither), at an LSN, or at a time.</summary>
public readonly record struct BranchPoint(Lsn? Lsn, DateTimeOffset? Time)
{
    public static BranchPoint Head => default;
}
