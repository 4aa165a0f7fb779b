namespace Strata.Engine.Catalog;

/// <summary>A role: its <c>pg_authid</c> row with its memberships. Immutable.</summary>
public sealed record RoleInfo
{
    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public bool IsSuperuser { get; init; }
    public bool Inherits { get; init; } = true;
    public bool CanCreateRole { get; init; }
    public bool CanCreateDatabase { get; init; }
    public bool CanLogin { get; init; }
    public bool IsReplication { get; init; }
    public bool BypassesRowSecurity { get; init; }

    /// <summary>-1 for no limit.</summary>
    public int ConnectionLimit { get; init; } = -1;

    /// <summary><c>rolpassword</c>: a SCRAM-SHA-256 verifier; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>End of the password's validity in microseconds since 2000-01-01 UTC; null for never.</summary>
    public long? ValidUntil { get; init; }

    /// <summary>Roles that this one is a direct member of.</summary>
    public RoleMembership[] MemberOf { get; init; } = [];
}

/// <summary>One <c>pg_auth_members</c> row, seen from the member.</summary>
public readonly record struct RoleMembership(uint RoleOid, uint GrantorOid, bool AdminOption);
