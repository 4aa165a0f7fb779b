namespace Strata.Engine.Sessions;

/// <summary>
/// What the wire layer needs to authenticate a role by SCRAM-SHA-256. For an unknown role, one without password or one whose password expired, <see cref="Verifier"/> is null:
/// run the exchange against a made-up verifier and fail at its end, so that names can't be probed.
/// </summary>
/// <param name="Exists">There is such a role.</param>
/// <param name="CanLogin">False when the role exists but may not log in (28000 after a successful exchange).</param>
/// <param name="Verifier"><c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>, <c>md5</c> and 32 digits, or null.</param>
public readonly record struct RoleCredential(bool Exists, bool CanLogin, string? Verifier);
