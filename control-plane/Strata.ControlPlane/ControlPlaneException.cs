namespace Strata.ControlPlane;

/// <summary>What went wrong with a request, as the API reports it.</summary>
public enum ControlPlaneErrorKind
{
    /// <summary>400: the request is malformed.</summary>
    Invalid,

    /// <summary>404: no such project, branch or endpoint.</summary>
    NotFound,

    /// <summary>409: it contradicts the present state (name taken, branch has children).</summary>
    Conflict,

    /// <summary>503: a service that is needed does not answer; trying again helps.</summary>
    Unavailable,
}

/// <summary>A request that fails with a message for its user.</summary>
public sealed class ControlPlaneException(ControlPlaneErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public ControlPlaneErrorKind Kind { get; } = kind;
}
