namespace Strata.Format.Messages;

/// <summary>What a connection to a safekeeper is for; fixed by its greeting.</summary>
public enum SafekeeperPurpose : byte
{
    /// <summary>A compute that wants to lead the timeline, or that reads a missing tail for a laggard.</summary>
    Proposer = 1,

    /// <summary>A page server (or other consumer) of committed WAL.</summary>
    Reader = 2,

    /// <summary>The control plane: status, creation and deletion of timelines.</summary>
    Admin = 3,
}
