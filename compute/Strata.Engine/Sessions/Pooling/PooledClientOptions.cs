namespace Strata.Engine.Sessions.Pooling;

/// <summary>What the wire layer says of a client of the pooler.</summary>
/// <param name="Mode">How long it keeps a session.</param>
/// <param name="Woken">Called from any thread when the client is to be served: its wait for a session is over, or its session has got something for it. Must be short.</param>
/// <param name="NewProcessId">Gives a working session its process id, different from those of all connections.</param>
public sealed record PooledClientOptions(PoolMode Mode, Action Woken, Func<int> NewProcessId);
