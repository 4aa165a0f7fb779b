namespace Strata.Engine.Sessions.Pooling;

/// <summary>How long a client of the pooler keeps a working session.</summary>
public enum PoolMode
{
    /// <summary>From its first statement until it disconnects.</summary>
    Session,

    /// <summary>Until its transaction ends.</summary>
    Transaction,

    /// <summary>Until its statement ends; transaction blocks are refused.</summary>
    Statement,
}
