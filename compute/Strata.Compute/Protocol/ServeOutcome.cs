namespace Strata.Compute.Protocol;

/// <summary>How a connection goes on when a thread is done with it.</summary>
internal enum ServeOutcome
{
    /// <summary>Until its client says something it needs no thread.</summary>
    Park,

    /// <summary>The pooler will call when there is a session for it.</summary>
    WaitForSession,

    /// <summary>It is to be closed.</summary>
    Over,
}
