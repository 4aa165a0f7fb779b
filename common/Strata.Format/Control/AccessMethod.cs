namespace Strata.Format.Control;

/// <summary>How a client proves who it is.</summary>
public enum AccessMethod
{
    /// <summary>Not at all.</summary>
    Trust,

    /// <summary>It may not connect.</summary>
    Reject,

    /// <summary>SCRAM-SHA-256 only.</summary>
    Scram,

    /// <summary>By what is stored for the role: SCRAM-SHA-256, or MD5 for passwords stored so.</summary>
    Password,

    /// <summary>The password itself; over TLS only by rules that say so.</summary>
    CleartextPassword,

    /// <summary>A certificate whose common name is the role's.</summary>
    Certificate,
}
