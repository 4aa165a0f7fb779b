namespace Strata.Engine.Sessions.Pooling;

/// <summary>Working sessions are shared by the clients of one user in one database.</summary>
internal readonly record struct PoolKey(uint DatabaseOid, uint RoleOid);
