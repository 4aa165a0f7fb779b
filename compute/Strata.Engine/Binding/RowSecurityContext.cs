namespace Strata.Engine.Binding;

/// <summary>For whom row security policies are applied.</summary>
/// <param name="UserOid">The current role.</param>
/// <param name="IsOn">The setting <c>row_security</c>: off raises 42501 where a policy would be applied.</param>
public readonly record struct RowSecurityContext(uint UserOid, bool IsOn);
