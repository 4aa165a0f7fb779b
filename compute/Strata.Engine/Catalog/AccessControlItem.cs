namespace Strata.Engine.Catalog;

/// <summary>Privileges of PostgreSQL's <c>aclitem</c>; grant options are the same bits shifted left by 16.</summary>
[Flags]
public enum Privileges : uint
{
    None = 0,
    Insert = 1 << 0,
    Select = 1 << 1,
    Update = 1 << 2,
    Delete = 1 << 3,
    Truncate = 1 << 4,
    References = 1 << 5,
    Trigger = 1 << 6,
    Execute = 1 << 7,
    Usage = 1 << 8,
    Create = 1 << 9,
    Temporary = 1 << 10,
    Connect = 1 << 11,
    Set = 1 << 12,
    AlterSystem = 1 << 13,
    AllParameter = Set | AlterSystem,
    AllTable = Insert | Select | Update | Delete | Truncate | References | Trigger,
    AllSequence = Usage | Select | Update,
    AllSchema = Usage | Create,
    AllLargeObject = Select | Update,
    AllDatabase = Create | Temporary | Connect,
}

/// <summary>One entry of an access control list: what <paramref name="Grantor"/> gave to <paramref name="Grantee"/> (0 for PUBLIC).</summary>
public readonly record struct AccessControlItem(uint Grantee, uint Grantor, Privileges Privileges, Privileges GrantOptions);
