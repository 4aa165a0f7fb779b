namespace Strata.Format.Control;

/// <summary>What the control plane asks of the process that hosts computes.</summary>
public enum ComputeRequestKind
{
    /// <summary>Is it open, and how far is its log?</summary>
    Status,

    /// <summary>Open it if it sleeps, then as <see cref="Status"/>: the durable end of its log holds every acknowledged commit.</summary>
    Wake,

    /// <summary>End its sessions and close it; the next connection opens it again.</summary>
    Close,

    /// <summary>Read the endpoint's settings again, then as <see cref="Status"/>.</summary>
    Reload,
}

/// <summary>One request over a frame connection, as JSON.</summary>
public sealed record ComputeRequest(ComputeRequestKind Kind, string EndpointId);

/// <summary>The answer: <see cref="Error"/> is null on success.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="IsOpen">The endpoint's compute is open.</param>
/// <param name="DurableLsn">Durable end of its log as <c>pg_lsn</c> text, when open.</param>
/// <param name="Sessions">Client sessions, when open.</param>
public sealed record ComputeResponse(string? Error, bool IsOpen, string? DurableLsn, int Sessions);
