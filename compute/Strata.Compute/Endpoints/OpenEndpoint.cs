using Strata.Engine.Sessions;

namespace Strata.Compute.Endpoints;

/// <summary>An endpoint that serves.</summary>
/// <param name="Engine">Its engine.</param>
/// <param name="Access">Who may connect.</param>
public readonly record struct OpenEndpoint(EngineInstance Engine, AccessRules Access);
