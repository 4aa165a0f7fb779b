namespace Strata.Engine.Sessions.Pooling;

/// <summary>Whether a client of the pooler may use a working session now.</summary>
internal enum LeaseState
{
    /// <summary>It asks for nothing.</summary>
    None,

    /// <summary>It is in the queue.</summary>
    Waiting,

    /// <summary>It is counted as working, but has not been told yet.</summary>
    Granted,

    /// <summary>It is counted as working.</summary>
    Leased,

    /// <summary>It waited for too long.</summary>
    TimedOut,

    /// <summary>Its wait was cancelled.</summary>
    Cancelled,
}
